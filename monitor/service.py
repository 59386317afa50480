"""The whole program from settings: model, store, pages, sources; started in order, stopped in order."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Self

import structlog

from monitor.asr.load import admission, load
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.bus import Bus
from monitor.config import Settings
from monitor.core.events import Envelope, Event, notice
from monitor.desk.rules import notes
from monitor.desk.server import Server
from monitor.desk.settings import DeskSettings
from monitor.desk.state import Desk, RuleNote, Status
from monitor.errors import LinewatchError
from monitor.fault import Finding, findings
from monitor.live import Live
from monitor.sources.base import Source
from monitor.store.store import Store

log = structlog.get_logger(__name__)

FAULTS_EVERY_S = 600.0
"""How often stored calls are asked whose fault what is; new calls are opened with what is known."""


class Service:
    """Use as `async with Service(settings) as service`. Raises LinewatchError where something cannot start."""

    def __init__(self, settings: Settings, asr: AsrSettings | None = None, desk: DeskSettings | None = None) -> None:
        self.settings = settings
        self.asr = asr or settings.asr
        self.desk = desk or settings.desk
        self.bus = Bus()
        self.recogniser: Recogniser
        self.live: Live
        self.server: Server
        self._started: contextlib.AsyncExitStack
        self._reloading = asyncio.Lock()
        self._reloads: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        """Starts in this order; what cannot start takes down what has."""
        async with contextlib.AsyncExitStack() as started:
            loop = asyncio.get_running_loop()
            rulebook = self.settings.rulebook()
            self.recogniser = await loop.run_in_executor(None, load, self.asr)
            started.push_async_callback(loop.run_in_executor, None, self.recogniser.close)
            self.store = Store(self.settings.store.url, self.settings.store.synchronous)
            started.callback(self.store.close)
            self.live = Live(
                self.settings.lines,
                rulebook,
                self.recogniser,
                self.store,
                self.bus,
                self.settings.store,
                self.asr.answer_within_ms / 1000,
                self.settings.server.max_lines,
                self.asr,
                await loop.run_in_executor(None, admission, self.recogniser),
            )
            desk = Desk(
                self.bus, self.store, self.desk, self._acknowledge, self._status, self._notes, self.settings.faults
            )
            self.server = Server(desk)
            await self.server.start()
            started.push_async_callback(self.server.stop)
            await self.live.start()
            started.push_async_callback(self.live.stop)
            self._started = started.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._started.aclose()

    async def run(self, sources: Sequence[Source]) -> None:
        """The sources until they end or the process is told to stop (SIGINT, SIGTERM)."""
        stopped = asyncio.Event()
        running = asyncio.create_task(self.live.run_sources(sources))
        waiting = asyncio.create_task(stopped.wait())
        looking = asyncio.create_task(self._look_for_faults())
        with _on_signals(stopped.set, self._reload_soon):
            await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
        tasks = (running, waiting, looking)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _look_for_faults(self) -> None:
        while True:
            try:
                self.live.faults = await asyncio.to_thread(self._faults)
            except LinewatchError as error:
                log.warning("faults of lines not looked for", error=str(error))
            await asyncio.sleep(FAULTS_EVERY_S)

    def _faults(self) -> list[Finding]:
        return findings(self.store.measured(), self.settings.faults)

    def _reload_soon(self) -> None:
        task = asyncio.create_task(self.reload(), name="reload")
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def reload(self) -> None:
        """Read the rule packs again (SIGHUP); a mistake leaves the last good ones in force, and says so.

        Large packs take seconds to read: in a thread, so that no line waits for it.
        """
        try:
            async with self._reloading:
                rulebook = await asyncio.to_thread(self.settings.rulebook)
        except LinewatchError as error:
            log.error("rules not reloaded, the last good ones stay in force", error=str(error))
            self.bus.publish([Envelope.of(Event(0, None, notice("rules_kept", why=str(error))), None, None)])
            return
        self.live.reload(rulebook)
        log.info("rules reloaded for new calls", version=rulebook.version)

    async def _acknowledge(self, alert_id: str, actor: str, note: str) -> Envelope:
        return await self.live.acknowledge(alert_id, actor, note)

    def _notes(self) -> list[RuleNote]:
        return notes(self.live.lines.rulebook)

    def _status(self) -> Status:
        stats = self.recogniser.stats()
        figures = {
            "asr_waiting": float(stats.waiting),
            "asr_running": float(stats.running),
            "asr_wait_p95_ms": stats.wait_p95_ms,
            "asr_delay_p95_ms": stats.delay_p95_ms,
            "store_lag_ms": float(self.live.writer.stats().lag_ms),
        }
        lost = stats.lost | {"not_admitted": self.live.hearing.not_admitted}
        dropped = stats.previews_dropped
        decodes = {"final": 0, "retry_full": 0} | stats.decodes
        counted = {"lost": lost, "suppressed": stats.suppressed, "decodes": decodes, "previews_dropped": dropped}
        figures |= {f"asr_{name}_{cause}": float(n) for name, by in counted.items() for cause, n in by.items()}
        admission = self.live.hearing.admission
        figures["asr_lines_transcribed"] = float(self.live.hearing.transcribed)
        if admission is not None and admission.capacity is not None:
            figures["asr_lines_capacity"] = float(admission.capacity)
        mishaps, why = self.live.mishaps, self.live.why_not()
        figures |= {"errors_calls": float(mishaps.calls), "errors_turns": float(mishaps.turns)}
        return Status(not why, why, self.live.running(), self.live.max_lines, self.recogniser.name, figures)


@contextlib.contextmanager
def _on_signals(stop: Callable[[], None], reload: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    wanted = ((signal.SIGINT, stop), (signal.SIGTERM, stop), (signal.SIGHUP, reload))
    with contextlib.suppress(NotImplementedError, RuntimeError):  # no signals outside the main thread or on Windows
        for number, action in wanted:
            loop.add_signal_handler(number, action)
    try:
        yield
    finally:
        with contextlib.suppress(NotImplementedError, RuntimeError):
            for number, _ in wanted:
                loop.remove_signal_handler(number)
