"""The noise under the words, which is no part of how loud somebody speaks."""

from __future__ import annotations

import numpy as np

from monitor.signal.columns import FloatArray, IntArray
from monitor.signal.level import dbov, rounded

# of the power of speech, at most so much is taken for the noise under it; steady noise has so much over its floor
_MOST_NOISE, _OVER_FLOOR_DB = 0.6, 3.0
# of what comes and goes: a few loud strokes make most of its power, and may lie between these words and not under them
_UNDER_WORDS = 0.75


def under_db(
    speech_power: IntArray,
    speech_frames: IntArray,
    noise_dbov: FloatArray,
    known_dbov: FloatArray,
    floor_dbov: FloatArray,
    samples: int,
) -> FloatArray:
    """By how much the noise under the speech raises its level, dB; 0 where there is no speech, or no noise is known.

    Steady noise is under all words, and not much more than the floor; of what comes and goes most is. At most 4 dB,
    for a noise that has just begun was not under what was said before it. known_dbov: the noise where enough of it was
    measured, else nan; then what is steady is all that is taken out.
    """
    steady = 10.0 ** (np.minimum(noise_dbov, floor_dbov + _OVER_FLOOR_DB) / 10.0)
    moves = np.where(np.isnan(known_dbov), 0.0, 10.0 ** (known_dbov / 10.0) - steady)
    noise = steady + _UNDER_WORDS * np.maximum(moves, 0.0)
    speech = 10.0 ** (dbov(speech_power, speech_frames, samples) / 10.0)
    share = np.where((speech_frames > 0) & ~np.isnan(noise), np.minimum(noise / speech, _MOST_NOISE), 0.0)
    return rounded(-10.0 * np.log10(1.0 - share))
