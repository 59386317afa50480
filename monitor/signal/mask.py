"""How much of a frame's power is the voice's and not the noise's under it: an ideal ratio mask (Narayanan and Wang,
Ideal ratio mask estimation using deep neural networks for robust speech recognition, 2013) over the whole of a frame.

A layer of rectified units over all that the net for speech has come to (`gated.py`) says so. The share of a voice in
what sounds like both is a mean over all that may be, so the sum of what it leaves is right on the mean.

`bench/fit_mask.py` fitted the weights, which stand in `mask_weights.py` (`docs/adr/0016`).
"""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import GRID, FloatArray
from monitor.signal.gated import FINE, SIGMOID, read
from monitor.signal.mask_weights import MASK, UNITS

# what is heard on lines is less like a voice than the noises it is fitted on: so much more is one's own, in 256ths of
# log-odds
_MORE = 60
# the noise under a frame is at most so much stronger than the noise of late as that is over its floor: what is steady
# does not come and go; and at most so much
_LEAST_OVER_DB, _MOST_OVER_DB = 1.0, 8.0


def mask(states: FloatArray) -> FloatArray:
    """float64[k], whole 4096ths of 1. states: float64[k, STATES] of `Gated.step`."""
    units = np.rint(np.maximum(states @ _IN + _BIAS, 0.0))
    return read(SIGMOID, units @ _OUT + _OUT_BIAS)


def voice_share(
    said: FloatArray, level_dbov: FloatArray, noise_dbov: FloatArray, floor_dbov: FloatArray
) -> FloatArray:
    """What of the power of each frame is the voice's, 0 to 1, in 4096ths. said: `mask`, nan where nothing stands out:
    there it is what lies over the noise. noise_dbov: of late, nan where none is known, then all is the voice's; it
    and floor_dbov bound what is not."""
    noise = 10.0 ** ((noise_dbov - level_dbov) / 10.0)
    least = 1.0 - noise * 10.0 ** (np.clip(noise_dbov - floor_dbov, _LEAST_OVER_DB, _MOST_OVER_DB) / 10.0)
    share = np.clip(np.maximum(np.where(np.isnan(said), 1.0 - noise, said), least), 0.0, 1.0)
    known: FloatArray = np.where(np.isnan(noise), 1.0, np.rint(share * FINE) / FINE)
    return known


# powers of two are taken out beforehand, which changes no sum: units come out in 256ths, the log-odds as a place in the
# table
_IN = np.array([unit[:-1] for unit in UNITS], np.float64).T / FINE
_BIAS = np.array([unit[-1] for unit in UNITS], np.float64)
_OUT = np.array(MASK[:-1], np.float64) / GRID
_OUT_BIAS = float(MASK[-1] + _MORE + (len(SIGMOID) - 1) // 2)
