"""What kind of noise it is, from the slow means of what its frames look like."""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import State
from monitor.signal.moment import Moment

_MEMORY = 0.05
FLATNESS, LOW, HIGH, PERIODICITY, CREST_DB, STEP_DB = range(6)


class NoiseKind:
    """Means over the channel's noise frames, forgetting in about a second."""

    def __init__(self, state: State) -> None:
        self._means = state.column(np.float64, 0, (2, 6))
        self._level = state.column(np.float64, -100.0)
        self._seen = state.column(np.int64)

    def step(self, now: Moment) -> None:
        noise = now.heard & ~now.blocked
        if not np.count_nonzero(noise):
            return
        rows, among, found = now.rows[noise], noise[now.heard], now.evidence
        crest = 20.0 * np.log10(np.maximum(now.peaks(noise), 1) / 32768.0) - now.level_dbov[noise]
        step = np.where(self._seen.rows[rows] > 0, np.abs(now.level_dbov[noise] - self._level.rows[rows]), 0.0)
        looks = np.stack(
            (
                found.flatness[among],
                found.low[among],
                found.high[among],
                found.periodicity[among],
                crest,
                np.minimum(step, 10.0),
            ),
            axis=1,
        )
        weight = np.maximum(_MEMORY, 1.0 / (self._seen.rows[rows] + 1))[:, None]
        self._means.rows[rows] += (looks - self._means.rows[rows]) * weight
        self._level.rows[rows] = now.level_dbov[noise]
        self._seen.rows[rows] += 1

    def of(self, row: int) -> str | None:
        """The kind that a channel's noise has now, None where it cannot be told."""
        looks = self._means.rows[row]
        if self._seen.rows[row] < 10:
            return None
        if looks[CREST_DB] > 16.5:
            return "crackle"
        if looks[FLATNESS] < -2.0 and looks[STEP_DB] < 2.5:
            return "hum"
        if looks[FLATNESS] > -1.3 and looks[HIGH] > 0.5:
            return "hiss"
        if looks[LOW] > 0.3 and looks[HIGH] < 0.35:
            return "traffic"
        if looks[PERIODICITY] > 0.4 and looks[FLATNESS] < -1.5:
            return "babble"
        return None
