"""How like music what stands out is: two layers of rectified units over what a frame is and what its channel was like
over the last 60 ms, 300 ms and 2 s. `playing.py` adds that up.

The weights, and how `bench/fit_vad.py` fitted them, stand in `music_weights.py` (`docs/adr/0014`).
"""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import GRID, BoolArray, FloatArray, Selection, State
from monitor.signal.music_weights import MIDDLE, MUSIC, UNITS

MEMORIES = (0.3, 0.06, 0.01)


class Musical:
    """What each unit remembers of each channel."""

    def __init__(self, state: State) -> None:
        self._memory = state.column(np.float64, 0.0, (2, len(MEMORIES), len(UNITS)))

    def step(self, sel: Selection, which: BoolArray, inputs: FloatArray) -> FloatArray:
        """float64[t, n, 2]: the log-odds of music in hundredths, of frames that stand out. which: those, [t, n, 2];
        inputs: float64[k, features], whole 256ths, of each of them."""
        memory = self._memory[sel]
        said = np.zeros((*which.shape, 1 + len(MEMORIES), len(UNITS)))
        if len(inputs):
            sums = (inputs @ _IN).reshape(len(inputs), 1 + len(MEMORIES), len(UNITS))
            sums[:, 1:] *= _TAKEN
            said[which] = sums
        for each in said:
            memory = memory * _KEPT
            memory += each[:, :, 1:]
            for remembered in range(len(MEMORIES)):
                each[:, :, 0] += memory[:, :, remembered]
        self._memory[sel] = memory
        units = np.rint(np.maximum(said[..., 0, :] + _BIAS, 0.0) / GRID)
        units = np.rint(np.maximum(units @ _BETWEEN + _BETWEEN_BIAS, 0.0) / GRID)
        odds: FloatArray = np.rint((units @ _OUT / GRID + MUSIC[-1]) * (100.0 / GRID))
        return odds


_KEPT = 1.0 - np.array(MEMORIES)[:, None]
_TAKEN = np.array(MEMORIES)[:, None]
# [features, (1 + memories) * units]
_IN = (
    np.array([unit[:-1] for unit in UNITS], np.float64)
    .reshape(len(UNITS), 1 + len(MEMORIES), -1)
    .T.reshape(-1, (1 + len(MEMORIES)) * len(UNITS))
)
_BIAS = np.array([unit[-1] for unit in UNITS]) * GRID
_BETWEEN = np.array([unit[:-1] for unit in MIDDLE], np.float64).T
_BETWEEN_BIAS = np.array([unit[-1] for unit in MIDDLE]) * GRID
_OUT = np.array(MUSIC[:-1], np.float64)
