"""Many recordings side by side in one signal bank, sharing one recogniser.

An answer is applied ANSWER_AFTER_MS of call audio after its segment was sent, whenever it really came, so that two runs
write the same envelopes. Recordings wait for each other's answers, so that they stay side by side.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from monitor.asr.recogniser import Recogniser
from monitor.audit.job import Job, key_of, names, size
from monitor.audit.result import OnProgress, Progress
from monitor.core.events import CallClosed
from monitor.core.types import CHANNELS, Answer, MediaChunk, Segment
from monitor.errors import LinewatchError
from monitor.floor import Output
from monitor.lines import Lines
from monitor.mono import take_apart
from monitor.sinks.report.folder import Folder
from monitor.sources import recording
from monitor.sources.recording import Part
from monitor.sources.sidecar import Sidecar

LINES_AT_ONCE = 32
ANSWER_AFTER_MS = 5000
SEND_BEFORE_MS = 2000
HOLD_FROM_LINES, HOLD_MOST = 4, 32
"""With so many recordings side by side segments go out together, so that those of like length can share a decode."""


class Batch:
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
        self._jobs: dict[str, Job] = {}
        self._answers: queue.SimpleQueue[tuple[Segment, Answer]] = queue.SimpleQueue()
        self._ids: set[str] = set()
        self._bytes = [0, 0]
        self._held: list[tuple[Job, int, Segment]] = []

    def resume(self, paths: Sequence[Path]) -> bool:
        """Take over what an earlier run has finished; True where something is left to be done."""
        earlier = self._folder.finished([self._key(path) for path in paths])
        self._ids.update(earlier.values())
        self.resumed = len(earlier)
        for number, call_id in earlier.items():
            self._folder.take(call_id, str(paths[number]), number)
        self._todo.extend((number, path) for number, path in enumerate(paths) if number not in earlier)
        self._bytes[1] = sum(size(path) for _, path in self._todo)
        return bool(self._todo)

    def run(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        todo, total = self._todo, len(self._todo)
        while todo or self._jobs:
            while todo and len(self._jobs) < LINES_AT_ONCE:
                self._start(*todo.popleft())
            jobs = list(self._jobs.values())
            late = [job for job in jobs if not self._answer(job)]
            going = [job for job in jobs if not job.over]
            # all or none: a step of the bank costs about the same for one line as for ten
            waits = any(not job.over for job in late) or not going
            if not waits:
                for job in going:
                    self._feed(job)
                self._take(self._lines.step())
            self._send(everything=waits)
            self._collect(wait=waits and bool(self._jobs) and bool(late))
            self._tell(total - len(todo) - len(self._jobs), total)

    def _start(self, number: int, path: Path) -> None:
        try:
            found = recording.read(path, self._known.get(path.resolve()))
        except LinewatchError as error:
            self._fail(path, str(error))
            return
        call_id = next(name for name in names(found.call_id) if name not in self._ids)
        self._ids.add(call_id)
        try:
            apart = take_apart(found, self._recogniser) if found.mixed else None
        except LinewatchError as error:
            self._fail(path, str(error))
            return
        parts = found.parts(apart.split if apart else None)
        job = Job(number, path, self._key(path), call_id, found, parts, self._folder.open(call_id))
        self._jobs[call_id] = job
        info = replace(found.info(call_id), model=self._recogniser.name, rules_version=self._lines.rulebook.version)
        info = apart.info(info) if apart else info
        self._take(Output(envelopes=self._lines.open(info, apart.speakers if apart else None)))

    def _answer(self, job: Job) -> bool:
        """Applies the answers that are due and there. False: one of them is not."""
        while (segment := job.answer_due()) is not None:
            if segment.segment_id not in job.answers:
                return False
            job.waiting.popleft()
            self._take(Output(envelopes=self._lines.answer(segment, job.answers.pop(segment.segment_id))))
        return True

    def _feed(self, job: Job) -> None:
        """One more part of a recording, or its end."""
        part = job.next_part()
        if part is None:
            job.over = True
            self._take(self._lines.hang_up(job.call_id, recording.END_REASON, job.recording.ended_by))
        else:
            self._push(job, part)

    def _push(self, job: Job, part: Part) -> None:
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

    def _close(self, job: Job) -> None:
        del self._jobs[job.call_id]
        self._bytes[0] += size(job.path)
        self.remarks += job.recording.remarks
        if job.broken:
            self._folder.drop(job.file)
            self._fail(job.path, job.broken)
        else:
            self._folder.close(job.call_id, job.file, job.path, job.number, job.key)

    def _key(self, path: Path) -> str:
        return key_of(path, self._known.get(path.resolve()))

    def _fail(self, path: Path, why: str) -> None:
        self.failed.append((str(path), why))

    def _tell(self, done: int, total: int) -> None:
        if self._on_progress:
            share = self._bytes[0] / self._bytes[1] if self._bytes[1] else 1.0
            now = next(iter(self._jobs), "")
            self._on_progress(Progress(done + self.resumed, total + self.resumed, self.audio_ms, share, now))
