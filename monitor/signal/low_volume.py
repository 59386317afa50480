"""low_volume: a channel's speech is too quiet. Mere silence never is."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, IntArray
from monitor.signal.condition import ALARM, OFF, WARN, ConditionDetector
from monitor.signal.level import SpeechLevel
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings


class LowVolume(ConditionDetector):
    """value: active speech level, dBov. since_ms: the first of the speech that was measured.

    Not while the channel clips or its noise is stated (noise outranks it). Speech far under the other party's, while
    both speak, is taken for that party's echo and not measured.
    """

    name = "low_volume"
    levels = True

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._settings = settings.low_volume
        self._speech = SpeechLevel(rate_hz // 50, settings.low_volume.window_ms)
        self._starts = self.state.column(np.int64, -1, (2, settings.low_volume.window_ms // FRAME_MS))
        self._pushed = self.state.column(np.int64)

    def step(self, now: Moment) -> None:
        own, level = self._settings, self.level(now)
        other_speaks, other_level = now.runs.last_ms[:, ::-1] >= 0, now.speech_dbov[:, ::-1]
        echo = other_speaks & (now.level_dbov < np.nan_to_num(other_level, nan=-200.0) - own.echo_db)
        counted = now.speech & ~echo
        measured, for_ms, _ = self._speech.step(now, counted)
        self._remember(now, counted)
        judged = (for_ms >= own.min_speech_ms) & ~now.condition("noise") & ~now.condition("clipping")
        dbov = np.where(judged, measured, 0.0)
        alarm = dbov <= own.alarm_dbov + np.where(level == ALARM, own.hysteresis_db - 0.005, 0.0)
        warn = dbov <= own.warn_dbov + np.where(level >= WARN, own.hysteresis_db - 0.005, 0.0)
        want: IntArray = np.where(warn, np.where(alarm, ALARM, WARN), OFF).astype(np.int8)
        # a level is judged where there is speech to judge; only what outranks it acts at once
        want = np.where(now.speech | ~judged & (level != OFF), want, level)

        def starting(i: int, side: int) -> dict[str, Any]:
            since = self._since(int(now.lines[i]), side) if level[i, side] == OFF else int(now.at_ms[i])
            return {"since_ms": since, "value": float(measured[i, side]), "unit": "dbov"}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i])}

        self.update(now, want, starting, ending)

    def _remember(self, now: Moment, counted: BoolArray) -> None:
        if counted.any():
            rows = (2 * now.lines[:, None] + np.arange(2))[counted]
            pushed = self._pushed.rows[rows]
            starts = self._starts.rows
            begun = np.broadcast_to(now.at_ms[:, None] - FRAME_MS, counted.shape)[counted]
            starts[rows, pushed % starts.shape[1]] = begun
            self._pushed.rows[rows] = pushed + 1

    def _since(self, line: int, side: int) -> int:
        """When the oldest speech frame of the window began."""
        starts, pushed = self._starts.array[line, side], int(self._pushed.array[line, side])
        return int(starts[pushed % len(starts)] if pushed >= len(starts) else starts[0])

    def grow(self, lines: int) -> None:
        super().grow(lines)
        self._speech.state.grow(lines)

    def reset(self, line: int) -> None:
        super().reset(line)
        self._speech.state.reset(line)

    def line_bytes(self) -> int:
        return super().line_bytes() + self._speech.state.line_bytes()
