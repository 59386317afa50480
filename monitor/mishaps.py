"""What nobody foresaw in the live loop: logged, counted and told to supervisors, and everything else goes on.

An error that is one call's costs what the rules would have found in it at that moment. One in what all lines share
costs what the loop was at: a moment of all lines, 200 ms at most.
"""

from __future__ import annotations

import contextlib
import math
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import structlog

from monitor.core.events import Envelope, Event, SystemNotice, notice

log = structlog.get_logger(__name__)

TELL_EVERY_S = 10.0


@dataclass(slots=True)
class _Kind:
    """Errors of one kind: all so far, when the last one was, what and where, and those that nobody was told of yet."""

    count: int = 0
    last_s: float = -math.inf
    why: str = ""
    at: str = ""
    told_s: float = -math.inf
    untold: int = 0
    calls: dict[str, None] = field(default_factory=dict)


class Mishaps:
    """One event loop. publish: to the bus; now_s: a clock that never goes back."""

    def __init__(
        self, publish: Callable[[Sequence[Envelope]], None], now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._publish = publish
        self._now_s = now_s
        self._calls, self._turns = _Kind(), _Kind()

    @property
    def calls(self) -> int:
        """Errors that concerned one call each, since the start."""
        return self._calls.count

    @property
    def turns(self) -> int:
        """Errors that concerned all lines, since the start."""
        return self._turns.count

    @property
    def why(self) -> str:
        """What keeps the loop from its work; empty where it has not failed for some seconds."""
        failed = self._now_s() - self._turns.last_s < TELL_EVERY_S
        return f"the live loop fails: {self._turns.why}" if failed else ""

    def in_call(self, call_id: str, error: Exception) -> None:
        self._calls.calls[call_id] = None
        self._note(self._calls, error)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """What is raised inside ends here."""
        try:
            yield
        except Exception as error:
            self._note(self._turns, error)

    def look(self) -> None:
        """Tell, now and then, what was not told yet."""
        for kind in (self._calls, self._turns):
            if kind.untold and self._now_s() - kind.told_s >= TELL_EVERY_S:
                self._tell(kind)

    def _note(self, kind: _Kind, error: Exception) -> None:
        """Neither its message nor any value, which may be what a caller said; and no frame is kept alive."""
        kind.count, kind.untold, kind.last_s = kind.count + 1, kind.untold + 1, self._now_s()
        kind.why, kind.at = type(error).__name__, "".join(traceback.format_tb(error.__traceback__))
        self.look()

    def _tell(self, kind: _Kind) -> None:
        why, count, calls = kind.why, kind.untold, list(kind.calls)
        kind.told_s, kind.untold = self._now_s(), 0
        kind.calls.clear()
        log.error("the live loop went on after an error", error=why, count=count, calls=calls, stack=kind.at)
        if kind is self._calls:
            self._show(notice("calls_fail", float(count), count=count, calls=calls, why=why))
        else:
            self._show(notice("turns_fail", float(count), count=count, why=why))

    def _show(self, body: SystemNotice) -> None:
        try:
            self._publish([Envelope.of(Event(0, None, body), None, None)])
        except Exception as error:
            log.error("supervisors were not told", error=type(error).__name__)
