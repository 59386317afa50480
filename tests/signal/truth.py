"""What the meters should show: active level and SNR of a scene's voices, from the voices and the noise themselves.

As the conditions are defined: the level of the last three seconds that were spoken, over the noise of the last three
seconds in which nobody spoke. Compared at the end of every sentence for which all of that lies in one surrounding.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from tests import tapes
from tests.p56 import active_level
from tests.signal.scenes import RATE, Heard, Scene

_WINDOW = 3 * RATE
# so near to speech nobody knows what is noise
_GUARD = RATE // 5
CLEAN = "no noise"


class Meter(NamedTuple):
    """One reading of a leg. beside: the noise under its voices. Errors are what is shown less what is so."""

    beside: str
    level_db: float
    snr_db: float


def meters(scene: Scene, heard: Heard) -> Iterator[Meter]:
    for side in (0, 1) if scene.metered else ():
        noise, whole = scene.noises.get(side), len(scene.legs[side])
        since, until = (_at(noise.since_ms), _at(noise.end_ms)) if noise else (0, whole)
        voice, speaks, near = np.zeros(whole), np.zeros(whole, np.bool_), np.zeros(whole, np.bool_)
        spans = [(_at(begin_ms), _at(end_ms)) for who, begin_ms, end_ms in scene.spoken if who == side]
        for (at, end), said in zip(spans, scene.voices[side], strict=True):
            voice[at : at + len(said)] = said
            speaks[at:end] = near[max(at - _GUARD, 0) : end + _GUARD] = True
        for _, end in spans:
            spoken, quiet = (np.nonzero(found[since:end])[0][-_WINDOW:] + since for found in (speaks, ~near))
            frame = end // (RATE // 50) - 1
            if end > until or min(len(spoken), len(quiet)) < _WINDOW or np.isnan(heard.snr_db[frame, side]):
                continue
            level, below = active_level(voice[spoken]), tapes.level(scene.beside[side][quiet])
            shown, ratio = float(heard.speech_level_dbov[frame, side]), float(heard.snr_db[frame, side])
            yield Meter(f"{noise.snr_db:g} dB" if noise else CLEAN, shown - level, ratio - (level - below))


def _at(ms: int) -> int:
    return ms * RATE // 1000
