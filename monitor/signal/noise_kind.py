"""What kind of noise it is, from the slow means of what its frames look like."""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import State
from monitor.signal.moment import Moment
from monitor.signal.spectrum import FFT, TAPER

_MEMORY = 0.02
_MOST_STEP_DB = 10.0
FLATNESS, LOW, HIGH, PERIODICITY, IMPULSES, STEP_DB, FLUTTER_DB, INSIDE = range(8)
# noise rises so far over its frame once in ten thousand frames
_IMPULSE_DB = 14.5
_LOW, _HIGH, _TOLD = slice(3, 32), slice(64, None), slice(3, 231)
# where so little of a sound is high, what moves there is rounding
_LEAST_SHARE = 1e-3
# the power of a spectrum over its bins at 0 dBov
_FULL_SCALE = float(np.square(TAPER).sum()) * FFT / 2 * 32768.0**2


class NoiseKind:
    """Means over the channel's noise frames, forgetting in about a second."""

    def __init__(self, state: State) -> None:
        self._means = state.column(np.float64, 0, (2, 8))
        self._levels = state.column(np.float64, -100.0, (2, 2))
        self._seen = state.column(np.int64)

    def step(self, now: Moment) -> None:
        # what may be music, and is not stated to be, may as well be hum
        noise = now.heard & now.present & ~(now.speech | now.condition("music") | now.condition("tone"))
        if not np.count_nonzero(noise):
            return
        rows, among, found = now.rows[noise], noise[now.heard], now.evidence
        level = now.level_dbov[noise]
        power = found.power[among]
        low, high = (np.add.reduce(power[:, part], axis=1) + 1.0 for part in (_LOW, _HIGH))
        crest = 20.0 * np.log10(np.maximum(now.peaks(noise), 1) / 32768.0) - level
        total = np.add.reduce(power[:, 3:], axis=1) + 1.0
        levels = np.stack((level, 10.0 * np.log10(high + _LEAST_SHARE * total)), axis=1)
        steps = np.minimum(np.abs(levels - self._levels.rows[rows]), _MOST_STEP_DB)
        steps *= self._seen.rows[rows, None] > 0
        looks = np.stack(
            (
                found.flatness[among],
                low / total,
                found.high[among],
                found.periodicity[among],
                crest > _IMPULSE_DB,
                steps[:, 0],
                steps[:, 1],
                np.add.reduce(power[:, _TOLD], axis=1) / (10.0 ** (level / 10.0) * _FULL_SCALE),
            ),
            axis=1,
        )
        weight = np.maximum(_MEMORY, 1.0 / (self._seen.rows[rows] + 1))[:, None]
        self._means.rows[rows] += (looks - self._means.rows[rows]) * weight
        self._levels.rows[rows] = levels
        self._seen.rows[rows] += 1

    def of(self, row: int) -> str | None:
        """The kind that a channel's noise has now, None where it cannot be told."""
        looks = self._means.rows[row]
        if self._seen.rows[row] < 10 or looks[INSIDE] < 0.2:
            return None
        if looks[IMPULSES] > 0.08 and looks[FLUTTER_DB] > 2.5:
            return "crackle"
        if looks[HIGH] > 0.5:
            return "hiss" if looks[FLATNESS] > -1.7 and looks[FLUTTER_DB] < 2.5 else None
        lines = looks[FLATNESS] < -2.5 and looks[STEP_DB] < 0.85 and looks[FLUTTER_DB] < 1.0
        if lines or (looks[FLATNESS] < -1.5 and looks[STEP_DB] < 0.6):
            return "hum" if looks[HIGH] < 0.35 else None
        if looks[FLUTTER_DB] > 1.7:
            voices = looks[PERIODICITY] > 0.35 and looks[FLATNESS] < -1.5 and looks[HIGH] < 0.3
            return "babble" if voices else None
        return "traffic" if looks[LOW] > 0.3 and looks[HIGH] < 0.35 else None
