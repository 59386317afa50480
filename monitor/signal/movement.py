"""How far a sound is from what it was: what a voice does with every syllable, and most noises do not.

Words move through their sounds: the shape of the spectrum is another one after 100 ms, and so is the loudness. A motor,
a buzz or a fan stays what it is, and what is knocked or blown comes again as it was. A voice glides, but from frame to
frame by little: a horn holds its pitch, and noise has none. Compared is with the means over the last 60 and 300 ms in
which there was a sound, over pauses too.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from monitor.signal.columns import BoolArray, FloatArray, IntArray, State

MOVEMENTS = 5
_MEMORIES = np.array((0.3, 0.06))[:, None]
# no feature is so high
_NOTHING_YET = 1e9


class Movement:
    """Remembers the means of each row: of its bands' shares, of its pitch and of the height over the floor."""

    def __init__(self, state: State, bands: int) -> None:
        self._means = state.column(np.float64, _NOTHING_YET, (2, len(_MEMORIES), bands + 2))

    def step(
        self, rows: IntArray, weighed: BoolArray, over: FloatArray, octave: FloatArray, bands: FloatArray
    ) -> FloatArray:
        """float64[k, MOVEMENTS], in the whole units of what is given: how far the bands are on the mean from those of
        60 ms and of 300 ms, the height from that of 300 ms, and the pitch from that of 60 ms and of 300 ms.

        rows: int64[n, 2]; weighed: bool[t, n, 2], the k frames given. over, octave: float64[k]; bands:
        float64[k, bands], of each of them, all whole numbers."""
        given = np.concatenate((bands, over[:, None], octave[:, None]), axis=1)[:, None]
        off = np.empty((len(given), len(_MEMORIES), given.shape[2]))
        ends = np.cumsum(np.count_nonzero(weighed, axis=(1, 2))).tolist()
        for which, (first, end) in zip(weighed, pairwise((0, *ends)), strict=True):
            if first == end:
                continue
            here, now = rows[which], given[first:end]
            means = self._means.rows[here]
            step = np.where(means == _NOTHING_YET, 0.0, now - means)
            off[first:end] = step
            self._means.rows[here] = now - step + step * _MEMORIES
        # sums of whole numbers are exact in any order
        off = np.rint(np.abs(off))
        shapes = np.add.reduce(off[:, :, :-2], axis=2) / bands.shape[1]
        moved: FloatArray = np.rint(np.concatenate((shapes, off[:, 1:, -2], off[:, :, -1]), axis=1))
        return moved
