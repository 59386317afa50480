"""dropout: media is missing, lost or for an unknown reason. A leg silent by DTX has lost nothing."""

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


class Dropout(ConditionDetector):
    """value: ms missing so far. Shorter losses than `after_ms` are what a jitter buffer conceals."""

    name = "dropout"

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.dropout)
        self._missing_ms = self.state.column(np.int64)

    def step(self, now: Moment) -> None:
        before = self._missing_ms[now.sel]
        missing_ms = np.where(now.missing, before + FRAME_MS, 0)
        if not (np.count_nonzero(before) or np.count_nonzero(missing_ms)):
            return
        self._missing_ms[now.sel] = missing_ms
        want: IntArray = np.where(missing_ms >= self._thresholds.of(now.groups).after_ms, WARN, OFF)

        def starting(i: int, side: int) -> dict[str, Any]:
            missing = int(missing_ms[i, side])
            return {"since_ms": int(now.at_ms[i]) - missing, "value": float(missing), "unit": "ms"}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i]) - FRAME_MS, "value": float(before[i, side])}

        self.update(now, want, starting, ending)

    def finish(self, line: int, at_ms: int) -> list[Event]:
        """Still missing at the hang-up."""
        missing_ms = self._missing_ms.array[line].tolist()
        return [
            event for side in (0, 1) for event in self.stop(line, side, at_ms, at_ms, value=float(missing_ms[side]))
        ]
