"""Frames in which a voice is held: periodic as vocal cords are, and not dying away.

A plate, a key or a knock on the handset may pass for a syllable, but it is struck and rings out: it repeats like a
voice only where a few partials happen to, and then its level falls. A vowel repeats at the pitch and stays up. So where
something may only be said of a voice, some of these frames are asked for (`runs`, `low_volume`, `talk_over`).
"""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import GRID, BoolArray
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds

# half a step of the levels compared
_STEP_DB = 0.005


class Voiced:
    """The thresholds of what is held, each line by its group."""

    def __init__(self, settings: SignalSettings) -> None:
        self._thresholds = Thresholds(settings, lambda each: each.vad)

    def step(self, now: Moment) -> BoolArray:
        """bool[n, 2]: frames that repeat themselves as `voiced_periodicity` says, whose level against the frame before
        neither falls nor rises by more than `voiced_fall_db` and `voiced_rise_db`. A ring with a time constant of
        150 ms, which is long, falls by 1.2 dB in a frame; a blow rises by more than 6."""
        found = np.zeros(now.heard.shape, np.bool_)
        if np.count_nonzero(now.heard):
            own = self._thresholds.of(now.groups)
            step_db = now.level_dbov - now.before_dbov
            # the last bits of a float decide nothing
            periodic = np.zeros(now.heard.shape)
            periodic[now.heard] = np.rint(now.evidence.periodicity * GRID)
            found = now.heard & (periodic >= own.voiced_periodicity * GRID)
            found &= (step_db >= -own.voiced_fall_db - _STEP_DB) & (step_db <= own.voiced_rise_db + _STEP_DB)
        return found
