"""The noise under the words, which is no part of how loud somebody speaks."""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import FloatArray, IntArray
from monitor.signal.level import dbov, rounded

# of the power of speech, at most so much is taken for the noise under it; steady noise has so much over its floor
_MOST_NOISE, _OVER_FLOOR_DB = 0.6, 3.0


def under_db(
    speech_power: IntArray, speech_frames: IntArray, noise_dbov: FloatArray, floor_dbov: FloatArray, samples: int
) -> FloatArray:
    """By how much the noise under the speech raises its level, dB; 0 where there is no speech, or no noise is known.

    What is under all words stands between them, too, so it is not much more than the floor; at most 4 dB, for a noise
    that has just begun was not under what was said before it.
    """
    noise_dbov = np.minimum(noise_dbov, floor_dbov + _OVER_FLOOR_DB)
    over_db = dbov(speech_power, speech_frames, samples) - noise_dbov
    share = np.where((speech_frames > 0) & ~np.isnan(over_db), np.minimum(10.0 ** (-over_db / 10.0), _MOST_NOISE), 0.0)
    return rounded(-10.0 * np.log10(1.0 - share))
