"""talk_over (抢话): one party speaks into the other's run."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.events import Event
from monitor.core.types import FRAME_MS
from monitor.signal.columns import IntArray
from monitor.signal.condition import OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds


class TalkOver(ConditionDetector):
    """channel: who came second. since_ms: start of the overlap, end_ms: the first to stop. value: ms of it.

    Both must have held their voice in a share of it: what clatters beside one of them takes nobody's turn.
    """

    name = "talk_over"

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.talk_over)
        self._last = self.state.column(np.int64, -1)
        self._held_ms = self.state.column(np.int64)
        # by each since the other was heard last
        self._since_ms = self.state.column(np.int64)

    def step(self, now: Moment) -> None:
        runs, level = now.runs, self.level(now)
        held_ms = self._hold(now)
        both = (runs.open[:, 0] & runs.open[:, 1])[:, None]
        if not (np.count_nonzero(both) or np.count_nonzero(level)):
            return
        own = self._thresholds.of(now.groups)
        second = both & (runs.since_ms - runs.since_ms[:, ::-1] >= own.lead_ms)
        spoken_to = runs.last_ms.min(axis=1)
        overlap = spoken_to[:, None] - runs.since_ms
        least_ms = np.maximum(own.voiced_ms, own.voiced_percent * overlap / 100.0)
        begins = (overlap >= own.overlap_ms) & (held_ms.min(axis=1, keepdims=True) >= least_ms)
        want: IntArray = np.where(second & (begins | (level != OFF)), WARN, OFF)
        stopped = np.where(runs.ended, runs.end_ms, np.iinfo(np.int64).max).min(axis=1)
        self._last[now.sel] = runs.last_ms

        def starting(i: int, side: int) -> dict[str, Any]:
            return {"since_ms": int(runs.since_ms[i, side]), "value": float(overlap[i, side]), "unit": "ms"}

        def ending(i: int, side: int) -> dict[str, Any]:
            since = self.open_body(int(now.lines[i]), side).since_ms
            return {"end_ms": int(stopped[i]), "value": float(stopped[i] - since)}

        self.update(now, want.astype(np.int8), starting, ending)

    def _hold(self, now: Moment) -> IntArray:
        """ms for which each has held a voice in the overlap so far; [n, 2].

        It ends where either was heard last: what one says while the other pauses counts once the other goes on, for a
        pause between two words takes no turn away, and whoever has stopped is spoken over no more.
        """
        runs = now.runs
        together = (runs.since_ms >= 0).all(axis=1, keepdims=True)
        since_ms = np.where(together, self._since_ms[now.sel] + FRAME_MS * now.voiced, 0)
        goes_on = (runs.last_ms == now.at_ms[:, None])[:, ::-1]
        held_ms: IntArray = np.where(together, self._held_ms[now.sel] + np.where(goes_on, since_ms, 0), 0)
        self._held_ms[now.sel] = held_ms
        self._since_ms[now.sel] = np.where(goes_on, 0, since_ms)
        return held_ms

    def finish(self, line: int, at_ms: int) -> list[Event]:
        """The overlap ends with the last frame in which both spoke."""
        end = int(self._last.array[line].min())
        return [event for side in (0, 1) if (line, side) in self._open for event in self._stop(line, side, at_ms, end)]

    def _stop(self, line: int, side: int, at_ms: int, end_ms: int) -> list[Event]:
        return self.stop(line, side, at_ms, end_ms, value=float(end_ms - self.open_body(line, side).since_ms))
