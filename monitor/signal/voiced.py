"""Frames in which a voice is held: periodic as vocal cords are, and not dying away.

A plate, a key or a knock on the handset may pass for a syllable, but it is struck and rings out: it repeats like a
voice only where a few partials happen to, and then its level falls. A vowel repeats at the pitch and stays up. So where
something may only be said of a voice, some of these frames are asked for (`low_volume`, `talk_over`).
"""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import BoolArray
from monitor.signal.moment import Moment

# on a grid of 256ths, as the VAD has it: the last bits of a float decide nothing
_GRID, _PERIODIC = 256.0, 0.7
# a ring with a time constant of 150 ms, which is long, falls by 1.2 dB in a frame; a blow rises by more than 6
_FALLS_DB, _RISES_DB = -1.0, 6.0


def voiced(now: Moment) -> BoolArray:
    """bool[n, 2]: speech frames with a periodicity of 0.7 or more whose level neither falls by over 1 dB against the
    frame before nor rises by over 6."""
    found = np.zeros(now.speech.shape, np.bool_)
    if now.speech.any() and now.heard.any():
        step_db = now.level_dbov - now.before_dbov
        found[now.heard] = np.rint(now.evidence.periodicity * _GRID) >= _PERIODIC * _GRID
        found &= now.speech & (step_db >= _FALLS_DB - 0.005) & (step_db <= _RISES_DB + 0.005)
    return found
