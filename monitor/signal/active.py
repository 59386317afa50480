"""Which frames are active speech in the sense of ITU-T P.56: their power over their number is the active speech level.

Method B of the recommendation counts as active what its envelope (magnitudes averaged over 30 ms, twice) finds within
15.9 dB of that very level, and 200 ms more. Here a frame of a run is loud from 15 dB under the highest of late on, and
what follows a loud one by up to 240 ms is active: the 200 ms and what the envelope takes to fall. Where the voice
detector misses what goes on at the same loudness right after a run, clear of the noise, it counts, too. Loud is what
the voice itself is, without the noise under it (`mask.py`). On synthetic voices with pauses, on recorded ones without
noise and on the reference program's vectors that comes out within 0.2 dB of method B (`tests/p56.py`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, FloatArray, IntArray, Selection, State, before, counting, lasting
from monitor.signal.moment import Block

_ACTIVE_FRAMES, _SPOKEN_FRAMES = 12, 6
# hundredths of dB: how far under the highest frame one is loud, and by how much that sinks with each frame of speech
_LOUD, _SINKS = 1500, 5
_LOWEST = -100_00
# how far over the noise is what goes on
_NEAR_MS, _OVER_NOISE_DB = 500, 8.0


class Activity(NamedTuple):
    """bool[t, n, 2]: active frames, and spoken ones (speech and 120 ms after it). int64[t, n, 2], to be kept: frames
    since the last loud one, since the last of speech, and the highest level of late in hundredths of dB."""

    active: BoolArray
    spoken: BoolArray
    since_loud: IntArray
    since_speech: IntArray
    top: IntArray


class Active:
    """What must be remembered of each channel."""

    def __init__(self, state: State) -> None:
        self._since_loud = state.column(np.int64, _ACTIVE_FRAMES)
        self._since_speech = state.column(np.int64, _SPOKEN_FRAMES)
        self._top = state.column(np.int64, _LOWEST)

    def goes_on(self, block: Block, noise_dbov: FloatArray) -> BoolArray:
        """What is no speech to the voice detector, but as loud and close behind the speech of a run. noise_dbov: nan
        where none is known."""
        runs = block.runs
        ended = (runs.end_ms > 0) & (block.sides_ms - runs.end_ms <= _NEAR_MS)
        close = ((runs.last_ms >= 0) | ended) & block.present & ~block.speech & (runs.last_ms[:, :, ::-1] < 0)
        return close & (block.level_dbov >= np.fmax(block.floor_dbov, noise_dbov) + _OVER_NOISE_DB)

    def may_begin(self, block: Block, noise_dbov: FloatArray) -> BoolArray:
        """What is in no run and may yet begin one, clear of the noise, while the other is quiet."""
        runs = block.runs
        found = runs.pending & (runs.since_ms < 0) & block.present & (runs.last_ms[:, :, ::-1] < 0)
        return found & (block.level_dbov >= np.fmax(block.floor_dbov, noise_dbov) + _OVER_NOISE_DB)

    def over(self, sel: Selection) -> bool:
        """Whether nothing of earlier frames is active or spoken any more."""
        loud, said = self._since_loud[sel] < _ACTIVE_FRAMES, self._since_speech[sel] < _SPOKEN_FRAMES
        return not np.count_nonzero(loud | said)

    def frames(self, block: Block, speech: BoolArray, goes_on: BoolArray) -> Activity:
        """What is active where this is the speech."""
        sel, level = block.sel, np.rint(block.voice_dbov * 100.0).astype(np.int64)
        top_0, loud_0, said_0 = self._top[sel], self._since_loud[sel], self._since_speech[sel]
        sunk = counting(speech, np.zeros_like(top_0)) * _SINKS
        highest = np.maximum.accumulate(np.where(speech, level + sunk, top_0), axis=0)
        top = np.maximum(highest, top_0) - sunk
        loud = (speech | goes_on) & (level >= top - _LOUD)
        since_loud = np.minimum(lasting(~loud, loud_0), _ACTIVE_FRAMES)
        since_speech = np.minimum(lasting(~speech, said_0), _SPOKEN_FRAMES)
        runs = block.runs
        over = (runs.end_ms > 0) & (block.sides_ms - runs.end_ms <= _NEAR_MS + _ACTIVE_FRAMES * FRAME_MS)
        of_a_run = block.present & ((runs.since_ms >= 0) | over)
        active = of_a_run & (loud | (before(loud_0, since_loud) < _ACTIVE_FRAMES))
        spoken = of_a_run & (speech | (before(said_0, since_speech) < _SPOKEN_FRAMES))
        return Activity(active, spoken, since_loud, since_speech, top)

    def keep(self, sel: Selection, found: Activity) -> None:
        """The state after a block."""
        self._since_loud[sel], self._since_speech[sel] = found.since_loud[-1], found.since_speech[-1]
        self._top[sel] = found.top[-1]
