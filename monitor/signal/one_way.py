"""one_way: a leg is dead, or has no media, while the other party speaks into it."""

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


class OneWay(ConditionDetector):
    """channel: the dead leg. since_ms: the loss. value: ms of the other's speech into it. cause no_media: media is
    missing altogether. A leg that is muted, on hold, or silent by DTX is no loss; nor do dishes beside the other party
    speak into it: that party must have held a voice."""

    name = "one_way"

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.one_way)
        self._since = self.state.column(np.int64, 0)
        self._alive_ms = self.state.column(np.int64, 0)
        self._spoken_ms = self.state.column(np.int64, 0)
        self._held_ms = self.state.column(np.int64, 0)

    def step(self, now: Moment) -> None:
        own, level, at = self._thresholds.of(now.groups), self.level(now), now.at_ms[:, None]
        excused = now.muted | (now.held > 0)[:, None]
        dead = (now.missing | now.present & (now.level_dbov <= own.dead_dbov)) & ~excused
        if not (np.count_nonzero(dead) or np.count_nonzero(level)) and (self._alive_ms[now.sel] >= own.alive_ms).all():
            self._since[now.sel] = at
            return
        alive_ms = np.where(dead, 0, self._alive_ms[now.sel] + FRAME_MS)
        back = (alive_ms >= own.alive_ms) | excused
        since = np.where(back, at, self._since[now.sel])
        before = self._spoken_ms[now.sel]
        spoken = np.where(back, 0, before + self._said_ms(now, since))
        held = np.where(back, 0, self._held_ms[now.sel] + FRAME_MS * now.voiced[:, ::-1])
        self._alive_ms[now.sel], self._since[now.sel], self._spoken_ms[now.sel] = alive_ms, since, spoken
        self._held_ms[now.sel] = held
        a_voice = (spoken >= own.other_speech_ms) & (100 * held >= own.voiced_percent * spoken)
        lost = (at - alive_ms - since >= own.dead_ms) & a_voice & dead
        want: IntArray = np.where(~back & (lost | (level != OFF)), WARN, OFF).astype(np.int8)

        def starting(i: int, side: int) -> dict[str, Any]:
            cause = "no_media" if now.missing[i, side] else None
            return {"since_ms": int(since[i, side]), "value": float(spoken[i, side]), "unit": "ms", "cause": cause}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i] - alive_ms[i, side]), "value": float(before[i, side])}

        self.update(now, want, starting, ending)

    def _said_ms(self, now: Moment, since: IntArray) -> IntArray:
        """By how much the other's speech has grown since the loss; of a run once it is certain, then all of it. What it
        grows by may reach back over a gap that it bridges."""
        runs, at = now.runs, now.at_ms[:, None]
        begun = at - np.maximum(runs.since_ms[:, ::-1], since)
        grown = np.minimum(runs.grown_ms[:, ::-1], at - since)
        said: IntArray = np.where(runs.started[:, ::-1], begun, np.where(runs.open[:, ::-1], grown, 0))
        return said

    def finish(self, line: int, at_ms: int) -> list[Event]:
        """Dead until the hang-up."""
        spoken_ms = self._spoken_ms.array[line].tolist()
        return [event for side in (0, 1) for event in self.stop(line, side, at_ms, at_ms, value=float(spoken_ms[side]))]
