"""The batch shell: recordings or stored calls in, the findings of a live line out.

Many recordings stand side by side in one signal bank and share one recogniser. An answer is applied ANSWER_AFTER_MS of
call audio after its segment was sent, whenever it really came, so that two runs write the same envelopes.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import queue
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TextIO

from monitor import __version__
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.call import replay
from monitor.compliance.rulebook import Rulebook
from monitor.config import Settings
from monitor.core.events import CallClosed, CallStarted, Envelope
from monitor.core.types import CHANNELS, SEVERITIES, Answer, MediaChunk, Segment, Severity
from monitor.errors import ConfigError, LinewatchError
from monitor.lines import Lines, Output
from monitor.mono import take_apart
from monitor.sinks.report import sheet
from monitor.sinks.report.folder import Folder
from monitor.sinks.report.summary import CallFigures
from monitor.sinks.report.words import Lang
from monitor.sources import recording, sidecar
from monitor.sources.recording import Part, Recording
from monitor.sources.sidecar import Sidecar
from monitor.store.store import CallRow, Store

LINES_AT_ONCE = 32
PAGE = 500
ANSWER_AFTER_MS = 5000
SEND_BEFORE_MS = 2000
HOLD_FROM_LINES, HOLD_MOST = 4, 32
"""With so many recordings side by side segments go out together, so that those of like length can share a decode."""


@dataclass(frozen=True, slots=True)
class Progress:
    """done, total: recordings. audio_ms: judged in this run. share: 0 to 1, by bytes of the recordings."""

    done: int
    total: int
    audio_ms: int
    share: float
    now: str


@dataclass(frozen=True, slots=True)
class AuditResult:
    """failed: (path, the one line why). resumed: calls an earlier run had finished. remarks: oddities."""

    out: Path
    calls: tuple[CallFigures, ...]
    failed: tuple[tuple[str, str], ...]
    remarks: tuple[str, ...]
    resumed: int
    audio_ms: int
    wall_s: float

    @property
    def alerts(self) -> Counter[Severity]:
        return sum((Counter(call.alerts) for call in self.calls), Counter())

    @property
    def worst(self) -> Severity | None:
        return max((severity for severity, count in self.alerts.items() if count), key=SEVERITIES.index, default=None)


OnProgress = Callable[[Progress], None]


def run(
    paths: Sequence[Path],
    out: Path,
    settings: Settings,
    model: str = "",
    workers: int = 0,
    on_progress: OnProgress | None = None,
    lang: Lang = "zh",
    recogniser: Recogniser | None = None,
    known: Mapping[Path, Sidecar] | None = None,
) -> AuditResult:
    """Judge recordings, and write the reports to `out`.

    model, workers: instead of the configured ones. recogniser: one that is already running; it is left running. known:
    what a manifest says of recordings, by absolute path, instead of their sidecars; without paths, also what to judge.
    A recording that cannot be judged is listed in the result and stops nothing. Raises LinewatchError for what is
    wrong with the configuration, the rules, the model, or a path that is not there.
    """
    began = time.monotonic()
    named = list(paths) or [path for path in known or {} if path.exists()]
    found = recording.find(named)
    rulebook = settings.rulebook()
    asr = settings.asr.model_copy(
        update={"model": model or settings.asr.model, "workers": workers or settings.asr.workers}
    )
    name = recogniser.name if recogniser else _model_of(asr)
    folder = Folder(out, lang, _basis(settings, rulebook, name), titles(rulebook, lang), settings.faults)
    batch = _Batch(Lines(settings.lines, rulebook), folder, on_progress, known or {})
    batch.failed += [(str(path), "is not there") for path in known or {} if not paths and not path.exists()]
    if batch.resume(found):
        own = recogniser or _recogniser(asr)
        try:
            batch.run(own)
        finally:
            if recogniser is None:
                own.close()
    calls = folder.finish(batch.failed)
    return AuditResult(
        out, calls, tuple(batch.failed), tuple(batch.remarks), batch.resumed, batch.audio_ms, time.monotonic() - began
    )


def _recogniser(settings: AsrSettings) -> Recogniser:
    from monitor.asr.load import load  # CTranslate2 and FFmpeg take their time; judging stored calls needs neither

    return load(settings)


def _model_of(settings: AsrSettings) -> str:
    from monitor.asr.load import name

    return name(settings)


def run_store(
    out: Path,
    settings: Settings,
    call_ids: Sequence[str] = (),
    on_progress: OnProgress | None = None,
    lang: Lang = "zh",
) -> AuditResult:
    """Judge stored calls again by the present rules; nothing is decoded, the store stays as it is."""
    began = time.monotonic()
    rulebook = settings.rulebook()
    store = Store(settings.store.url)
    failed: list[tuple[str, str]] = []
    try:
        ids = list(call_ids) or [row.call_id for row in stored_calls(store)]
        folder = Folder(out, lang, "", titles(rulebook, lang), settings.faults)
        for number, call_id in enumerate(ids):
            if on_progress:
                on_progress(Progress(number, len(ids), 0, number / len(ids), call_id))
            envelopes = store.events(call_id)
            if not envelopes or envelopes[-1].type == CallStarted.type:
                failed.append((call_id, "is not in the store"))
                continue
            with folder.open(call_id) as file:
                file.writelines(f"{envelope.to_json()}\n" for envelope in replay(envelopes, rulebook) if envelope.seq)
            folder.close(call_id, file, None, number)
    finally:
        store.close()
    calls = folder.finish(failed)
    audio_ms = sum(call.duration_ms for call in calls)
    return AuditResult(out, calls, tuple(failed), (), 0, audio_ms, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Difference:
    """Alerts (rule, channel, start): new ones by the present rules, and stored ones that these do not find."""

    call_id: str
    new: tuple[tuple[str, str | None, int], ...]
    gone: tuple[tuple[str, str | None, int], ...]


def differences(settings: Settings, call_ids: Sequence[str] = ()) -> Iterator[Difference]:
    """What the present rules make of stored calls, one at a time."""
    rulebook = settings.rulebook()
    store = Store(settings.store.url)
    try:
        for call_id in list(call_ids) or [row.call_id for row in stored_calls(store)]:
            then = store.events(call_id)
            if not then:
                raise ConfigError(f"call {call_id}", "is not in the store", do="linewatch calls list")
            before, now = _found(then), _found(replay(then, rulebook))
            yield Difference(call_id, tuple(sorted(now - before)), tuple(sorted(before - now)))
    finally:
        store.close()


def _found(envelopes: Sequence[Envelope]) -> set[tuple[str, str | None, int]]:
    return {(one.body.rule_id, one.channel, one.body.start_ms) for one in sheet.read(envelopes).alerts}


def stored_calls(store: Store, **filters: Any) -> Iterator[CallRow]:
    """Every closed call that fits, newest first, a page at a time."""
    for offset in itertools.count(0, PAGE):
        rows = store.calls(closed=True, limit=PAGE, offset=offset, **filters)
        yield from rows
        if len(rows) < PAGE:
            return


def titles(rulebook: Rulebook, lang: Lang) -> dict[str, str]:
    """What the rules are called, by id."""
    return {rule.id: (rule.title_en if lang == "en" else "") or rule.title for rule in rulebook.rules}


def _basis(settings: Settings, rulebook: Rulebook, model: str) -> str:
    """Names everything that a result depends on besides the recording."""
    asr = settings.asr.model_dump_json(exclude={"workers", "threads", "models_dir", "queue", "gather_ms"})
    parts = (__version__, rulebook.version, model, asr, repr(settings.lines))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@dataclass(eq=False)
class _Job:
    """One recording on its way. waiting: segments sent, with the call audio at which their answer is due."""

    number: int
    path: Path
    key: str
    call_id: str
    recording: Recording
    parts: Iterator[Part]
    file: TextIO
    heard_ms: int = 0
    over: bool = False
    broken: str = ""
    waiting: deque[tuple[int, Segment]] = field(default_factory=deque)
    answers: dict[str, Answer] = field(default_factory=dict)


class _Batch:
    """All recordings of one run. `failed`, `remarks`, `resumed` and `audio_ms` say how it went."""

    def __init__(
        self,
        lines: Lines,
        folder: Folder,
        on_progress: OnProgress | None,
        known: Mapping[Path, Sidecar],
    ) -> None:
        self.failed: list[tuple[str, str]] = []
        self.remarks: list[str] = []
        self.resumed = 0
        self.audio_ms = 0
        self._lines = lines
        self._recogniser: Recogniser
        self._folder = folder
        self._on_progress = on_progress
        self._known = known
        self._todo: deque[tuple[int, Path]] = deque()
        self._jobs: dict[str, _Job] = {}
        self._answers: queue.SimpleQueue[tuple[Segment, Answer]] = queue.SimpleQueue()
        self._ids: set[str] = set()
        self._bytes = [0, 0]
        self._held: list[tuple[_Job, int, Segment]] = []

    def resume(self, paths: Sequence[Path]) -> bool:
        """Take over what an earlier run has finished; True where something is left to be done."""
        earlier = self._folder.finished([self._key(path) for path in paths])
        self._ids.update(earlier.values())
        self.resumed = len(earlier)
        for number, call_id in earlier.items():
            self._folder.take(call_id, str(paths[number]), number)
        self._todo.extend((number, path) for number, path in enumerate(paths) if number not in earlier)
        self._bytes[1] = sum(_size(path) for _, path in self._todo)
        return bool(self._todo)

    def run(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        todo, total = self._todo, len(self._todo)
        while todo or self._jobs:
            while todo and len(self._jobs) < LINES_AT_ONCE:
                self._start(*todo.popleft())
            moved = [self._feed(job) for job in list(self._jobs.values())]
            self._take(self._lines.step())
            self._send(everything=not any(moved))
            self._collect(wait=bool(self._jobs) and not any(moved))
            self._tell(total - len(todo) - len(self._jobs), total)

    def _start(self, number: int, path: Path) -> None:
        try:
            found = recording.read(path, self._known.get(path.resolve()))
        except LinewatchError as error:
            self._fail(path, str(error))
            return
        call_id = next(name for name in _names(found.call_id) if name not in self._ids)
        self._ids.add(call_id)
        try:
            apart = take_apart(found, self._recogniser) if found.mixed else None
        except LinewatchError as error:
            self._fail(path, str(error))
            return
        parts = found.parts(apart.split if apart else None)
        job = _Job(number, path, self._key(path), call_id, found, parts, self._folder.open(call_id))
        self._jobs[call_id] = job
        info = replace(found.info(call_id), model=self._recogniser.name, rules_version=self._lines.rulebook.version)
        info = apart.info(info) if apart else info
        self._take(Output(envelopes=self._lines.open(info, apart.speakers if apart else None)))

    def _feed(self, job: _Job) -> bool:
        """One more part of a recording, unless an answer is due first. False: nothing could be done."""
        answered = False
        while job.waiting and (job.over or job.waiting[0][0] <= job.heard_ms):
            _, segment = job.waiting[0]
            if segment.segment_id not in job.answers:
                return answered
            job.waiting.popleft()
            answered = True
            self._take(Output(envelopes=self._lines.answer(segment, job.answers.pop(segment.segment_id))))
        if job.over:
            return answered
        part = self._next(job)
        if part is None:
            job.over = True
            self._take(self._lines.hang_up(job.call_id, recording.END_REASON, job.recording.ended_by))
        else:
            self._push(job, part)
        return True

    def _next(self, job: _Job) -> Part | None:
        try:
            return next(job.parts, None)
        except LinewatchError as error:
            job.broken = str(error)
        except Exception as error:  # a decoder's surprise must not end the other calls
            job.broken = f"{job.path}: cannot be decoded; found {type(error).__name__}."
        return None

    def _push(self, job: _Job, part: Part) -> None:
        for body in part.data:
            self._take(Output(envelopes=self._lines.data(job.call_id, body)))
        for channel, samples in zip(CHANNELS, (part.agent, part.customer), strict=True):
            if samples.size:
                self._lines.push(job.call_id, MediaChunk(channel, samples))
        new_ms = max(part.agent.size, part.customer.size) * 1000 // job.recording.rate_hz
        job.heard_ms += new_ms
        self.audio_ms += new_ms

    def _take(self, out: Output) -> None:
        """Segments to be sent, envelopes to their part files."""
        for segment in out.segments:
            job = self._jobs[segment.call_id]
            due_ms = job.heard_ms + ANSWER_AFTER_MS
            job.waiting.append((due_ms, segment))
            self._held.append((job, due_ms, segment))
        for envelope in out.envelopes:
            if envelope.seq is None or envelope.call_id is None:
                continue
            job = self._jobs[envelope.call_id]
            job.file.write(envelope.to_json() + "\n")
            if envelope.type == CallClosed.type:
                self._close(job)

    def _send(self, everything: bool) -> None:
        """Held segments to the recogniser, all of them once one is needed soon."""
        if not (
            everything
            or len(self._jobs) < HOLD_FROM_LINES
            or len(self._held) >= HOLD_MOST
            or any(job.over or job.heard_ms + SEND_BEFORE_MS >= due_ms for job, due_ms, _ in self._held)
        ):
            return
        held, self._held = self._held, []
        with self._recogniser.together():
            for _, _, segment in held:
                self._recogniser.submit(segment, self._answered, None, self._lines.timed(segment))

    def _answered(self, segment: Segment, answer: Answer) -> None:
        self._answers.put((segment, answer))

    def _collect(self, wait: bool) -> None:
        while wait or not self._answers.empty():
            segment, answer = self._answers.get()
            self._jobs[segment.call_id].answers[segment.segment_id] = answer
            wait = False

    def _close(self, job: _Job) -> None:
        del self._jobs[job.call_id]
        self._bytes[0] += _size(job.path)
        self.remarks += job.recording.remarks
        if job.broken:
            self._folder.drop(job.file)
            self._fail(job.path, job.broken)
        else:
            self._folder.close(job.call_id, job.file, job.path, job.number, job.key)

    def _key(self, path: Path) -> str:
        """A recording as it is now: its files with their times, its sidecar, its row of the manifest."""
        files = list(recording.pair_of(path) or (path,))
        bare = path.stem.removesuffix("-agent").removesuffix("-customer") + path.suffix
        files += {beside for name in (path.name, bare) if (beside := sidecar.beside(path.with_name(name)))}
        known = self._known.get(path.resolve())
        said = known.model_dump_json() if known else ""
        return json.dumps([str(path.resolve()), said, *sorted([file.name, *_stamp(file)] for file in files)])

    def _fail(self, path: Path, why: str) -> None:
        self.failed.append((str(path), why))

    def _tell(self, done: int, total: int) -> None:
        if self._on_progress:
            share = self._bytes[0] / self._bytes[1] if self._bytes[1] else 1.0
            now = next(iter(self._jobs), "")
            self._on_progress(Progress(done + self.resumed, total + self.resumed, self.audio_ms, share, now))


def _names(base: str) -> Iterator[str]:
    yield base
    for number in itertools.count(2):
        yield f"{base}-{number}"


def _size(path: Path) -> int:
    return _stamp(path)[0]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns
