"""silence: nobody has spoken on a channel, or on either, for two seconds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.core.events import CallAnswered, CallData, Event
from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, IntArray
from monitor.signal.condition import OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds


class Silence(ConditionDetector):
    """Sides: agent, customer, both (the union of the two). value: its length so far, ms. cause no_media: most of it was
    a leg without media. Counts from the end of the last speech run, of hold or of music, from the answer, or from 0."""

    name = "silence"
    sides = 3

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.silence)
        self._base = self.state.column(np.int64, 0, (3,))
        self._absent = self.state.column(np.int64, 0, (3,))

    def step(self, now: Moment) -> None:
        runs, music = now.runs, now.condition("music")
        talking = runs.open
        blocked = _with_both(talking | music, np.logical_or) | (now.held[:, None] > 0)
        pending = _with_both(runs.pending, np.logical_or)
        at = now.at_ms[:, None]
        before = np.maximum(self._base[now.sel], _with_both(runs.end_ms, np.maximum))
        base = np.where(blocked & ~_with_both(talking, np.logical_or), at, before)
        self._base[now.sel] = base
        missing = _with_both(now.missing, np.logical_and)
        absent_before = self._absent[now.sel]
        absent = np.where(blocked, 0, absent_before + missing * FRAME_MS)
        self._absent[now.sel] = absent
        level = self.level(now)
        long = at - base >= self._thresholds.of(now.groups).after_ms
        want = np.where(blocked, OFF, np.where((level != OFF) | (long & ~pending), WARN, OFF))

        def starting(i: int, side: int) -> dict[str, Any]:
            since, length = int(base[i, side]), int(now.at_ms[i] - base[i, side])
            cause = "no_media" if 2 * absent[i, side] >= length else None
            return {"since_ms": since, "value": float(length), "unit": "ms", "cause": cause}

        def ending(i: int, side: int) -> dict[str, Any]:
            spoke = _starts(runs.since_ms, talking, i, side)
            end = int(now.at_ms[i]) - FRAME_MS if spoke is None else spoke
            if spoke is None:
                end = _plays(now.music_since_ms, music, i, side, end)
            length = end - int(before[i, side])
            cause = "no_media" if 2 * absent_before[i, side] >= length else None
            return {"end_ms": end, "value": float(length), "cause": cause}

        self.update(now, want, starting, ending)

    def call_data(self, line: int, at_ms: int, body: CallAnswered | CallData) -> list[Event]:
        """An answer restarts silence; hold closes it, and its end restarts it."""
        restart = isinstance(body, CallAnswered) or body.kind == "hold"
        if not restart:
            return []
        self._base.array[line] = at_ms
        self._absent.array[line] = 0
        return [event for side in range(self.sides) for event in self.stop(line, side, at_ms, at_ms)]


def _with_both(values: NDArray[Any], join: np.ufunc) -> NDArray[Any]:
    """[n, 3]: agent, customer, and the two joined."""
    return np.concatenate((values, join(values[:, :1], values[:, 1:])), axis=1)


def _plays(since_ms: IntArray, music: BoolArray, i: int, side: int, otherwise: int) -> int:
    """Where the music began that ended the silence of a side."""
    found = [int(since_ms[i, ch]) for ch in ((0, 1) if side == 2 else (side,)) if music[i, ch] and since_ms[i, ch] >= 0]
    return min([*found, otherwise])


def _starts(since_ms: IntArray, talking: BoolArray, i: int, side: int) -> int | None:
    """Where the run began that ended the silence of a side."""
    channels = (0, 1) if side == 2 else (side,)
    found = [int(since_ms[i, ch]) for ch in channels if talking[i, ch]]
    return min(found) if found else None
