"""one_way: a leg is dead, or has no media, while the other party speaks into it."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import IntArray
from monitor.signal.condition import OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds


class OneWay(ConditionDetector):
    """channel: the dead leg. since_ms: the loss. value: ms of the other's speech into it. cause no_media: media is
    missing altogether. A leg that is muted, on hold, or silent by DTX is no loss."""

    name = "one_way"

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.one_way)
        self._since = self.state.column(np.int64, 0)
        self._alive_ms = self.state.column(np.int64, 0)
        self._spoken_ms = self.state.column(np.int64, 0)

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
        spoken = np.where(back, 0, self._spoken_ms[now.sel] + now.runs.grown_ms[:, ::-1])
        self._alive_ms[now.sel], self._since[now.sel], self._spoken_ms[now.sel] = alive_ms, since, spoken
        lost = (at - alive_ms - since >= own.dead_ms) & (spoken >= own.other_speech_ms) & dead
        want: IntArray = np.where(~back & (lost | (level != OFF)), WARN, OFF).astype(np.int8)

        def starting(i: int, side: int) -> dict[str, Any]:
            cause = "no_media" if now.missing[i, side] else None
            return {"since_ms": int(since[i, side]), "value": float(spoken[i, side]), "unit": "ms", "cause": cause}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i] - alive_ms[i, side])}

        self.update(now, want, starting, ending)
