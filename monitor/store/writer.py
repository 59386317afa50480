"""Stores before it publishes, quickly: envelopes of all calls are committed together by one thread.

A store that does not answer stops no alert: after `stall_ms` envelopes are published marked `stored: false`, wait in a
bounded spool and are stored once it answers again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from monitor.core.events import Envelope, Event, SystemNotice, notice
from monitor.errors import StoreError
from monitor.store.settings import StoreSettings
from monitor.store.store import ConflictError, Store

log = structlog.get_logger(__name__)

Publish = Callable[[Sequence[Envelope]], None]

AT_ONCE = ("alert.", "prompt.", "call.closed")
MAX_BATCH = 5000
LAST_TRIES = 3


@dataclass(frozen=True, slots=True)
class WriterStats:
    """waiting: envelopes not yet stored. lag_ms: age of the oldest of them. stored, unstored: since the start; unstored
    ones were shown and never stored (spool full, or the same call and seq were stored before)."""

    waiting: int
    lag_ms: int
    stored: int
    unstored: int
    stalled: bool


@dataclass(slots=True)
class _Item:
    envelopes: list[Envelope]
    since_s: float
    done: asyncio.Future[None]
    stored: asyncio.Future[None]
    published: bool = False


class Writer:
    """Commits and then publishes, in the order of submission. Runs between `start` and `stop` on one event loop."""

    def __init__(self, store: Store, publish: Publish, settings: StoreSettings | None = None) -> None:
        self._store, self._publish = store, publish
        self._settings = settings or StoreSettings()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        self._queue: deque[_Item] = deque()
        self._batch: list[_Item] = []
        self._waiting = self._stored = self._unstored = 0
        self._stalled = False
        self._wake, self._urgent = asyncio.Event(), asyncio.Event()
        self._stopping = False
        self._pump: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._pump = asyncio.create_task(self._run(), name="store-writer")

    async def stop(self) -> None:
        """Store what is waiting (a store that does not answer is given up after a few tries) and end the thread."""
        self._stopping = True
        self._wake.set()
        self._urgent.set()
        if self._pump is not None:
            await self._pump
        self._thread.shutdown(wait=False)

    def submit(self, envelopes: Sequence[Envelope]) -> asyncio.Future[None]:
        """Publish overlay now and the rest once stored; the future is done when that has happened."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        overlay = [each for each in envelopes if each.overlay]
        if overlay:
            self._publish(overlay)
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        kept = [_stamped(each, now) for each in envelopes if not each.overlay]
        if not kept:
            done.set_result(None)
            return done
        item = _Item(kept, loop.time(), done, loop.create_future())
        if self._stalled:
            self._show_unstored(item)
            if self._waiting + len(kept) > self._settings.max_spool:
                self._unstored += len(kept)
                return done
        self._waiting += len(kept)
        self._queue.append(item)
        self._wake.set()
        if any(each.type.startswith(AT_ONCE) for each in kept):
            self._urgent.set()
        return done

    async def put(self, envelopes: Sequence[Envelope]) -> None:
        """Returns when the envelopes are stored and published, or published as unstored in a stall."""
        await self.submit(envelopes)

    async def acknowledge(self, alert_id: str, actor: str, note: str) -> Envelope:
        """Acknowledge an alert of a call that is over; returns once stored and published. Raises StoreError."""
        await self.drain()
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        loop = asyncio.get_running_loop()
        envelope = await loop.run_in_executor(self._thread, self._store.acknowledge, alert_id, actor, note, now)
        envelope = _stamped(envelope, now)
        self._publish([envelope])
        return envelope

    async def drain(self) -> None:
        """Returns when everything submitted so far is stored."""
        loop = asyncio.get_running_loop()
        marker = _Item([], loop.time(), loop.create_future(), loop.create_future())
        self._queue.append(marker)
        self._wake.set()
        self._urgent.set()
        await marker.stored

    def stats(self) -> WriterStats:
        oldest = next(iter((*self._batch, *self._queue)), None)
        lag_s = asyncio.get_running_loop().time() - oldest.since_s if oldest else 0.0
        return WriterStats(self._waiting, int(lag_s * 1000), self._stored, self._unstored, self._stalled)

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            if not self._queue and self._stopping:
                return
            await self._gather()
            self._batch = self._take()
            await self._store_batch()
            self._batch = []
            self._recovered()
            if not self._queue and not self._stopping:
                self._wake.clear()

    async def _gather(self) -> None:
        """Wait a little for more envelopes, unless something is urgent."""
        try:
            async with asyncio.timeout(self._settings.flush_ms / 1000):
                await self._urgent.wait()
        except TimeoutError:
            pass
        if not self._stopping:
            self._urgent.clear()

    def _take(self) -> list[_Item]:
        taken: list[_Item] = []
        size = 0
        while self._queue and size < MAX_BATCH:
            taken.append(self._queue.popleft())
            size += len(taken[-1].envelopes)
        return taken

    async def _store_batch(self) -> None:
        tries, apart = 0, False
        while self._batch:
            try:
                await (self._append_each() if apart else self._append_all())
            except ConflictError:
                apart = True
            except StoreError as error:
                tries += 1
                log.error("not stored, will be tried again", error=str(error), waiting=self._waiting)
                self._stall(notice("store_fails", why=str(error)))
                if self._stopping and tries >= LAST_TRIES:
                    self._give_up()
                else:
                    await asyncio.sleep(self._settings.retry_ms / 1000)
            except Exception as error:
                # a fault in one envelope must not end the storing of all others
                log.error("a batch was not stored, trying one by one", error=type(error).__name__)
                apart = True

    async def _append_all(self) -> None:
        await self._append([each for item in self._batch for each in item.envelopes])
        for item in self._batch:
            self._finish(item)
        self._batch = []

    async def _append(self, envelopes: list[Envelope]) -> None:
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._thread, self._store.append, envelopes)
        if not self._stalled and self._batch:
            age_s = loop.time() - self._batch[0].since_s
            done, _ = await asyncio.wait([work], timeout=max(0.0, self._settings.stall_ms / 1000 - age_s))
            if not done:
                self._stall(notice("store_stalled", store=self._store.url, after_ms=self._settings.stall_ms))
        await work
        self._stored += len(envelopes)

    async def _append_each(self) -> None:
        """One call's envelopes clash with what is stored: keep that from costing the others theirs."""
        while self._batch:
            item = self._batch[0]
            try:
                await self._append(item.envelopes)
            except ConflictError as error:
                self._refuse(item, str(error))
            except StoreError:
                raise
            except Exception as error:
                # no traceback: its values would hold what callers said
                calls = sorted({str(each.call_id) for each in item.envelopes})
                log.error("envelopes not stored", calls=calls, error=type(error).__name__)
                self._refuse(item, type(error).__name__)
            self._finish(self._batch.pop(0))

    def _refuse(self, item: _Item, why: str) -> None:
        self._unstored += len(item.envelopes)
        self._show_unstored(item)
        self._tell(notice("store_refuses", why=why))

    def _finish(self, item: _Item) -> None:
        self._waiting -= len(item.envelopes)
        if not item.published:
            item.published = True
            self._publish(item.envelopes)
        for future in (item.done, item.stored):
            if not future.done():
                future.set_result(None)

    def _give_up(self) -> None:
        for item in (*self._batch, *self._queue):
            self._waiting -= len(item.envelopes)
            self._unstored += len(item.envelopes)
            item.stored.cancel()
        self._queue.clear()
        self._batch = []

    def _stall(self, why: SystemNotice) -> None:
        if self._stalled:
            return
        self._stalled = True
        self._tell(why)
        for item in (*self._batch, *self._queue):
            self._show_unstored(item)

    def _show_unstored(self, item: _Item) -> None:
        if not item.published:
            item.published = True
            self._publish([each.model_copy(update={"stored": False}) for each in item.envelopes])
        if not item.done.done():
            item.done.set_result(None)

    def _recovered(self) -> None:
        if self._stalled and self.stats().lag_ms < self._settings.stall_ms:
            self._stalled = False
            self._tell(notice("store_back", store=self._store.url))

    def _tell(self, body: SystemNotice) -> None:
        self._publish([Envelope.of(Event(0, None, body), None, None)])


def _stamped(envelope: Envelope, now_utc: str) -> Envelope:
    if envelope.published_at_utc is not None:
        return envelope
    return envelope.model_copy(update={"published_at_utc": now_utc})
