"""The live shell: many calls, one recogniser, one web port, one clock at the edge.

Everything runs on one event loop; only the recogniser and the store's writer have threads of their own. Media comes in
through `Line`, findings are stored first and pushed then. A line ends with its last answer, never with a timer.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import structlog

from monitor import fault
from monitor.asr.settings import AsrSettings
from monitor.bus import Bus
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import CallAnswered, CallClosed, CallData, Envelope, Event, notice
from monitor.core.types import Answer, CallInfo, EndedBy, MediaChunk, Segment
from monitor.errors import LinewatchError
from monitor.fault import Finding
from monitor.floor import Output
from monitor.hearing import Hearing
from monitor.lines import Lines, LineSettings
from monitor.mishaps import Mishaps
from monitor.store.writer import Writer

if TYPE_CHECKING:
    from monitor.asr.admission import Admission
    from monitor.asr.recogniser import Recogniser
    from monitor.sources.base import Clock, Source
    from monitor.store.settings import StoreSettings
    from monitor.store.store import Store

log = structlog.get_logger(__name__)

TICK_S = 0.02
FRAMES_A_TURN = 10
ROOM_FRAMES = 250
ROOM_SEGMENTS = 8
MOST_TOLD = 200


@dataclass(eq=False)
class LiveLine:
    """One running call, as its source sees it (`sources.base.Line`)."""

    call_id: str
    live: Live
    opened_s: float
    clock: Clock
    hurried: bool = False
    source: Source | None = None
    closed: asyncio.Event = field(default_factory=asyncio.Event)
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    ended: bool = False

    def media(self, chunk: MediaChunk) -> None:
        if not self.ended:
            self.live.lines.push(self.call_id, chunk)
            self.live.wake.set()

    def data(self, body: CallAnswered | CallData) -> None:
        if not self.ended:
            self.live.take(Output(envelopes=self.live.lines.data(self.call_id, body)))

    async def room(self) -> None:
        """Wait until this line's frames and segments are few: for sources that are faster than real time.

        Such a line's segments may take as long as they need; nothing of it is ever lost to a deadline.
        """
        self.hurried = True
        lines = self.live.lines
        while not self.ended and (
            lines.frames(self.call_id) > ROOM_FRAMES or lines.unanswered(self.call_id) > ROOM_SEGMENTS
        ):
            self.moved.clear()
            await self.moved.wait()
        await asyncio.sleep(0)

    async def end(self, reason: str, ended_by: EndedBy | None = None) -> None:
        if not self.ended:
            self.ended = True
            self.live.take(self.live.lines.hang_up(self.call_id, reason, ended_by))
        await self.closed.wait()


@dataclass(frozen=True)
class Lent:
    """The host as one source has it: what it opens is known to be its own."""

    live: Live
    source: Source

    def open(self, info: CallInfo, clock: Clock = "media") -> LiveLine:
        line = self.live.open(info, clock)
        line.source = self.source
        return line


class Live:
    """Host of all sources. `run_sources` until they end or are cancelled, then `stop`."""

    def __init__(
        self,
        settings: LineSettings,
        rulebook: Rulebook,
        recogniser: Recogniser,
        store: Store,
        bus: Bus,
        writing: StoreSettings | None = None,
        answer_within_s: float = 5.0,
        max_lines: int = 1000,
        asr: AsrSettings | None = None,
        admission: Admission | None = None,
    ) -> None:
        self.mishaps = Mishaps(bus.publish)
        self.lines = Lines(replace(settings, meters=True), rulebook, self.mishaps.in_call)
        self.recogniser = recogniser
        self.store = store
        self.writer = Writer(store, self._published, writing)
        self.bus = bus
        self.answer_within_s = answer_within_s
        self.max_lines = max_lines
        self.wake = asyncio.Event()
        self.hearing = Hearing(self.lines, recogniser, asr or AsrSettings(), admission, bus.publish, self._soon)
        self.faults: Sequence[Finding] = ()
        self._open: dict[str, LiveLine] = {}
        self._turning: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.writer.start()
        self._turning = asyncio.create_task(self._turn(), name="turn")

    async def run_sources(self, sources: Sequence[Source]) -> None:
        """Every source until it has nothing left; one that fails is told to supervisors and the others go on."""
        await asyncio.gather(*(self._guarded(source) for source in sources))

    async def stop(self, reason: str = "shutdown") -> None:
        """End what still runs, let the recogniser answer, publish everything, stop."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.answer_within_s + 2):
                await asyncio.gather(*(line.end(reason, "system") for line in list(self._open.values())))
        await self._loop.run_in_executor(None, self.recogniser.close)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                await asyncio.gather(*(line.closed.wait() for line in list(self._open.values())))
        if self._turning is not None:
            self._turning.cancel()
            await asyncio.gather(self._turning, return_exceptions=True)
        await self.writer.stop()

    def open(self, info: CallInfo, clock: Clock = "media") -> LiveLine:
        """A new call (`sources.base.Host`). An empty call_id gets a unique one; one that is running gets a suffix."""
        if len(self._open) >= self.max_lines:
            raise LinewatchError(
                f"source {info.source}", f"no room for another line; {self.max_lines} are running",
                do="Raise [server] max_lines or add a machine",
            )  # fmt: skip
        now = datetime.now(UTC)
        base = info.call_id or f"{now:%Y-%m-%d}-{uuid.uuid4().hex[:8]}"
        call_id, number = base, 1
        while call_id in self._open or self.store.call(call_id) is not None:
            number += 1
            call_id = f"{base}-{number}"
        info = replace(
            info,
            call_id=call_id,
            model=self.recogniser.name if self.hearing.admit(call_id, clock == "demand") else None,
            rules_version=self.lines.rulebook.version,
            started_at_utc=info.started_at_utc or now.isoformat(timespec="milliseconds"),
            faults=fault.known(self.faults, info),
        )
        envelopes = self.lines.open(info)
        line = self._open[call_id] = LiveLine(call_id, self, self._loop.time(), clock, hurried=clock == "demand")
        self.take(Output(envelopes=envelopes))
        self.wake.set()
        return line

    async def acknowledge(self, alert_id: str, actor: str, note: str) -> Envelope:
        """A supervisor has seen an alert; the envelope, stored and published. Raises StoreError for no such alert.

        The call of a running alert gives the next seq itself; of a call that is over the store does.
        """
        for view in self.bus.wall():
            if alert_id in view.alerts and view.call_id in self.lines:
                acted = datetime.now(UTC).isoformat(timespec="milliseconds")
                envelopes = self.lines.call(view.call_id).acknowledge(alert_id, actor, note, acted)
                await self.writer.put(envelopes)
                return envelopes[0]
        return await self.writer.acknowledge(alert_id, actor, note)

    def running(self) -> int:
        return len(self._open)

    def why_not(self) -> str:
        """Why no call is monitored now; empty where calls are."""
        works = self._turning is not None and not self._turning.done()
        return self.mishaps.why if works else "the live loop does not run"

    def reload(self, rulebook: Rulebook) -> None:
        """New calls get the new rules; running ones keep theirs."""
        self.lines.rulebook = rulebook

    def take(self, out: Output) -> None:
        """Send envelopes on their way to the store and the bus, and segments to the recogniser."""
        if out.envelopes:
            self.writer.submit(out.envelopes)
        for segment in out.segments:
            line = self._open[segment.call_id]
            patience = None if line.hurried else self.answer_within_s
            try:
                self.hearing.submit(segment, self._from_worker, patience)
            except Exception as error:
                self.mishaps.in_call(segment.call_id, error)
                self._from_worker(segment, Answer(segment.segment_id, lost="engine_error"))

    def _from_worker(self, segment: Segment, answer: Answer) -> None:
        self._soon(lambda: self._answered(segment, answer))

    def _soon(self, what: Callable[[], None]) -> None:
        """Run it on the event loop."""
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process is going down
            self._loop.call_soon_threadsafe(self._kept, what)

    def _kept(self, what: Callable[[], None]) -> None:
        with self.mishaps.kept():
            what()

    def _answered(self, segment: Segment, answer: Answer) -> None:
        envelopes = self.lines.answer(segment, answer)
        self.take(Output(envelopes=envelopes))
        self.hearing.answered(segment, answer, envelopes, self._loop.time())
        line = self._open.get(segment.call_id)
        if line is not None:
            line.moved.set()

    async def _turn(self) -> None:
        while True:
            if not self.lines.queued():
                self.wake.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await self.wake.wait()
            for part in (self._advance_silent_lines, self._step, self._look):
                self._kept(part)
            self.mishaps.look()
            for line in self._open.values():
                line.moved.set()
            await asyncio.sleep(0)

    def _step(self) -> None:
        out = self.lines.step(max_frames=FRAMES_A_TURN)
        self.take(out)
        if out.failed is not None:
            raise out.failed

    def _look(self) -> None:
        self.hearing.look(self._loop.time(), self.bus.watched)

    def _advance_silent_lines(self) -> None:
        now = self._loop.time()
        patience_ms = self.lines.settings.framing.arrival_jitter_ms
        for line in self._open.values():
            if line.clock == "arrival" and not line.ended:
                try:
                    self.lines.advance(line.call_id, int((now - line.opened_s) * 1000) - patience_ms)
                except Exception as error:
                    self.mishaps.in_call(line.call_id, error)

    def _published(self, envelopes: Sequence[Envelope]) -> None:
        with self.mishaps.kept():
            self.bus.publish(envelopes)
        for envelope in envelopes:
            if envelope.type == CallClosed.type and envelope.call_id in self._open:
                self.hearing.left(envelope.call_id)
                self._open.pop(envelope.call_id).closed.set()

    async def _guarded(self, source: Source) -> None:
        try:
            await source.run(Lent(self, source))
        except LinewatchError as error:
            log.error("source ended", source=source.name, error=str(error))
            await self._stopped(source, str(error))
        except Exception as error:
            log.exception("source failed", source=source.name)
            await self._stopped(source, _told(error))

    async def _stopped(self, source: Source, why: str) -> None:
        """Supervisors get to know; calls that it leaves behind end with it, since nobody else would end them."""
        told = Event(0, None, notice("source_stopped", source=source.name, why=why))
        self.bus.publish([Envelope.of(told, None, None)])
        left = [line for line in self._open.values() if line.source is source]
        await asyncio.gather(*(line.end("source failed", "system") for line in left))


def _told(error: Exception) -> str:
    """One line of what nobody foresaw; the first of a group."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    first = str(error).partition("\n")[0][:MOST_TOLD]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
