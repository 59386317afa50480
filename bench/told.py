"""What recorded people say, sentence after sentence, for the sets from `uptown` on; and who have no more than words or
letters to say, some of them in a row, as somebody reads a list out or spells."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tests import tapes
from tests.tapes import Signal

RATE, FRAME, DBOV = 8000, 160, -26.0
_PAUSE = 5600
# what is further under a word's loudest is not yet it, or no longer; what is between two of them
_EDGE_DB, _BETWEEN_S = 25, (0.07, 0.2)
_OWN_NOISE_DB, _STILL_DB = 35, 0.0


def joined(said: Sequence[Signal]) -> Signal:
    """Sentence after sentence, evenly loud, a pause after each."""
    return np.concatenate([np.pad(tapes.at_level(each, DBOV), (0, _PAUSE)) for each in said])


def sounding(sound: Signal, under_db: float, frame: int) -> Signal:
    """From its first sound to its last: what is not further under its loudest frame."""
    loud = 10 * np.log10((sound[: len(sound) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1) + 1e-3)
    heard = np.flatnonzero(loud > loud.max() - under_db)
    return sound[heard[0] * frame : (heard[-1] + 1) * frame]


def loudness(sound: Signal) -> Signal:
    """Of each frame, dB."""
    frames = sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME)
    return np.asarray(10 * np.log10((frames**2).mean(axis=1) + 1e-3))


def clear(sound: Signal) -> bool:
    """Whether its own noise is far enough under it, where it was not cut to silence."""
    loud = loudness(sound)
    live = loud[loud > _STILL_DB]
    return len(live) > 0 and bool(np.percentile(loud, 95) - np.percentile(live, 5) >= _OWN_NOISE_DB)


def in_a_row(words: Sequence[Signal], random: np.random.Generator, least_s: float, fewest: int = 0) -> Signal:
    """Some of these, for so long and so many at least, if there are."""
    parts: list[Signal] = []
    for which in random.permutation(len(words)):
        if len(parts) >= 2 * fewest and sum(map(len, parts)) >= least_s * RATE:
            break
        word = words[int(which)]
        loud = loudness(word)
        heard = np.flatnonzero(loud > np.percentile(loud, 95) - _EDGE_DB)
        sound = tapes.at_level(word[heard[0] * FRAME : (heard[-1] + 1) * FRAME], DBOV)
        sound[:40] *= np.linspace(0, 1, 40)
        sound[-40:] *= np.linspace(1, 0, 40)
        parts += [sound, np.zeros(int(RATE * random.uniform(*_BETWEEN_S)))]
    return np.concatenate(parts[:-1])
