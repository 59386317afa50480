"""noise: the line's noise comes too near to the speech for three seconds."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.signal.columns import IntArray
from monitor.signal.condition import ALARM, OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings

_NEVER = np.iinfo(np.int64).max
# one onset passes the second threshold a moment after the first: that is an alarm, not a warning and then an alarm
_ONSET_MS = 500


class Noise(ConditionDetector):
    """value: SNR, dB. since_ms: when the SNR fell under the threshold; it was held `hold_ms` since."""

    name = "noise"
    levels = True

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._settings = settings.noise
        self._below = self.state.column(np.int64, _NEVER, (2, 2))

    def step(self, now: Moment) -> None:
        own, level = self._settings, self.level(now)
        thresholds = np.array([own.warn_db, own.alarm_db])
        left = np.stack((level >= WARN, level >= ALARM), axis=2) * own.hysteresis_db
        known = ~np.isnan(now.snr_db)
        snr = np.where(known, now.snr_db, 99.0)[:, :, None]
        at = now.at_ms[:, None, None]
        below = np.where(snr < thresholds + left, np.minimum(self._below[now.sel], at), _NEVER)
        self._below[now.sel] = below
        for_ms = at - below
        judged = now.noise_ms >= own.min_noise_ms
        fresh = np.where(level == OFF, _ONSET_MS, 0)
        alarm = (for_ms[:, :, 1] >= own.hold_ms - fresh) & judged
        warn = (for_ms[:, :, 0] >= own.hold_ms) & judged
        stays = for_ms >= 0
        want: IntArray = np.where(
            warn | (level >= WARN) & stays[:, :, 0],
            np.where(alarm | (level == ALARM) & stays[:, :, 1], ALARM, WARN),
            OFF,
        ).astype(np.int8)

        def starting(i: int, side: int) -> dict[str, Any]:
            since = below[i, side, 0] if want[i, side] == WARN else below[i, side, 1]
            if level[i, side] == ALARM:
                since = now.at_ms[i]
            return {"since_ms": int(since), "value": float(now.snr_db[i, side]), "unit": "db"}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i])}

        self.update(now, want, starting, ending)
        now.holds["noise"] = self.holding(now)
