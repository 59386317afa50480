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
        # what plays may have been over for as long as nothing speaks for it
        newest = np.where(now.held[:, None] > 0, at, _with_both(now.music_last_ms, np.maximum))
        base = np.where(blocked & ~_with_both(talking, np.logical_or), np.maximum(before, newest), before)
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
            return {"since_ms": since, "unit": "ms"} | _lasted(length, absent[i, side])

        def ending(i: int, side: int) -> dict[str, Any]:
            spoke = _starts(runs.since_ms, talking, i, side)
            end = int(now.at_ms[i]) - FRAME_MS if spoke is None else spoke
            if spoke is None:
                end = _plays(now.music_since_ms, music, i, side, end)
            return {"end_ms": end} | _lasted(end - int(before[i, side]), absent_before[i, side])

        self.update(now, want, starting, ending)

    def call_data(self, line: int, at_ms: int, body: CallAnswered | CallData) -> list[Event]:
        """An answer restarts silence; hold closes it, and its end restarts it."""
        restart = isinstance(body, CallAnswered) or body.kind == "hold"
        if not restart:
            return []
        events = self.finish(line, at_ms)
        self._base.array[line] = at_ms
        self._absent.array[line] = 0
        return events

    def finish(self, line: int, at_ms: int) -> list[Event]:
        """It ends then, and says how long it was and whether media was missing."""
        lasted = zip((at_ms - self._base.array[line]).tolist(), self._absent.array[line].tolist(), strict=True)
        return [
            event for side, each in enumerate(lasted) for event in self.stop(line, side, at_ms, at_ms, **_lasted(*each))
        ]


def _lasted(length_ms: int, absent_ms: int) -> dict[str, Any]:
    return {"value": float(length_ms), "cause": "no_media" if 2 * absent_ms >= length_ms else None}


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
