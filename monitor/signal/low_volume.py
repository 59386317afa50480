"""low_volume: a channel's speech is too quiet. Mere silence never is."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import IntArray
from monitor.signal.condition import ALARM, OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds


class LowVolume(ConditionDetector):
    """value: active speech level, dBov. since_ms: the first of the speech that was measured.

    Not while the channel clips or its noise is stated (noise outranks it). It begins, or gets worse, only where there
    may be no noise, and enough of what was measured is a voice that is held, and its level moves as one voice's does:
    clattering dishes and people talking in the background have a level, too, and it says nothing of a telephone.
    """

    name = "low_volume"
    levels = True

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.low_volume)

    def step(self, now: Moment) -> None:
        own, level = self._thresholds.of(now.groups), self.level(now)
        judged = (now.speech_ms >= own.min_speech_ms) & ~now.condition("noise") & ~now.condition("clipping")
        # a level is judged where there is speech to judge; only what outranks it acts at once
        due = now.speech & now.runs.open | ~judged & (level != OFF)
        if not np.count_nonzero(due):
            return
        dbov = np.where(judged, now.speech_dbov, 0.0)
        alarm = dbov <= own.alarm_dbov + np.where(level == ALARM, own.hysteresis_db - 0.005, 0.0)
        warn = dbov <= own.warn_dbov + np.where(level >= WARN, own.hysteresis_db - 0.005, 0.0)
        want: IntArray = np.where(due, np.where(warn, np.where(alarm, ALARM, WARN), OFF), level)
        a_voice = (100 * now.voiced_ms >= own.voiced_percent * now.speech_ms) & (now.moves_db >= own.moves_db)
        want = np.where((want > level) & ~(a_voice & ~now.condition("noise_likely")), level, want)

        def starting(i: int, side: int) -> dict[str, Any]:
            since = now.at_ms[i] if level[i, side] else now.speech_since(int(now.rows[i, side]))[2] - FRAME_MS
            return {"since_ms": int(since), "value": float(now.speech_dbov[i, side]), "unit": "dbov"}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i])}

        self.update(now, want, starting, ending)
