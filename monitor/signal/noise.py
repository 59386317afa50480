"""noise: the line's noise comes too near to the speech for three seconds."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import IntArray
from monitor.signal.condition import ALARM, OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.noise_kind import NoiseKind
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds

_NEVER = np.iinfo(np.int64).max
# one onset passes the second threshold a moment after the first: that is an alarm, not a warning and then an alarm
_ONSET_MS = 1000
# what lasted this long between words goes on under them
_LASTS_MS = 600


class Noise(ConditionDetector):
    """value: SNR, dB. since_ms: when the SNR fell under the threshold; it was held `hold_ms` since.

    kind: hiss, hum, babble, traffic, crackle, or none where it cannot be told. The noise measured is `2 * guard_ms`
    old, so it is known that no speech was near. What was heard for a moment and is over by the time it would be stated
    is none: a word that was not heard as one. While it is not known, `noise_likely` holds all the same.
    """

    name = "noise"
    levels = True

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.noise)
        self._lag_ms = 2 * settings.noise.guard_ms
        self._kind = NoiseKind(self.state)
        self._below = self.state.column(np.int64, _NEVER, (2, 2))
        # since then, of what was measured
        self._measured_ms = self.state.column(np.int64)

    def step(self, now: Moment) -> None:
        own, level = self._thresholds.of(now.groups), self.level(now)
        known = ~np.isnan(now.snr_db)
        snr = np.where(known, now.snr_db, 99.0)
        self._kind.step(now)
        now.holds["noise"] = now.holds["noise_likely"] = level != OFF
        if not any(map(np.count_nonzero, (snr < own.warn_db + own.hysteresis_db, self._below[now.sel] != _NEVER))):
            return
        limits = np.stack(np.broadcast_arrays(own.warn_db, own.alarm_db), axis=-1)
        left = np.stack((level >= WARN, level >= ALARM), axis=2) * np.asarray(own.hysteresis_db)[..., None]
        at = now.at_ms[:, None, None]
        begun = np.maximum(at - self._lag_ms, 0)
        under = (snr[:, :, None] < limits + left) & ~(now.condition("music") | now.condition("tone"))[:, :, None]
        below = np.where(under, np.minimum(self._below[now.sel], begun), _NEVER)
        self._below[now.sel] = below
        measured_ms = np.where(under[:, :, 0], self._measured_ms[now.sel] + FRAME_MS * now.no_word, 0)
        self._measured_ms[now.sel] = measured_ms
        for_ms = at - below
        goes_on = now.newest_snr_db < own.warn_db + own.hysteresis_db
        goes_on &= now.no_word | (measured_ms >= _LASTS_MS)
        judged = now.noise_ms >= own.min_noise_ms
        fresh = np.where(level == OFF, _ONSET_MS, 0)
        alarm = (for_ms[:, :, 1] >= own.hold_ms - fresh) & judged
        warn = (for_ms[:, :, 0] >= own.hold_ms) & judged
        likely, goes_on = warn | alarm, goes_on | (level != OFF)
        warn, alarm = warn & goes_on, alarm & goes_on
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
            kind = self._kind.of(int(now.rows[i, side]))
            return {"since_ms": int(since), "value": float(now.snr_db[i, side]), "unit": "db", "kind": kind}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i])}

        self.update(now, want, starting, ending)
        now.holds["noise"] = self.holding(now)
        now.holds["noise_likely"] = now.holds["noise"] | likely
