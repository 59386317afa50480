"""Hold music for the set `afield`: an accordion by itself, a slow tune in minor, as travel agents have it."""

from __future__ import annotations

import numpy as np

from bench.mobile import through
from bench.places import put, unrest
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

_MINOR = (0, 2, 3, 5, 7, 8, 10)
# roots of the chords, as steps of the scale; one a bar
_CHORDS = (0, 3, 4, 0, 5, 3, 4, 0)
# what the box and its grille make of the reeds
_BOX = ((90, -16), (220, -2), (420, 0), (750, 3), (1200, 0), (1900, 2), (2700, -4), (3900, -16))


def accordion(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: a right hand on two rows of reeds that are tuned a little apart, in thirds at times; a left one
    that changes between bass and chord; and the bellows, which turn every other bar."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    beat, key = int(RATE * random.uniform(0.42, 0.6)), int(random.integers(55, 62))
    beats, apart_hz = int(random.choice([2, 3, 4])), random.uniform(1.5, 4)
    out, step = np.zeros(samples + 6 * RATE), 7
    for bar, start in enumerate(range(0, samples, beats * beat)):
        root = _CHORDS[bar % len(_CHORDS)]
        for number in range(beats):
            notes = (root + 2, root + 4, root + 7) if number else (root - 7,)
            for note in notes:
                hz, lasts = _hz(note, key), int(beat * (0.45 if number else 0.8))
                put(out, start + number * beat, 0.3 * _reed(hz, lasts, 0.0, random))
        at = start
        while at < start + beats * beat:
            lasts = int(min(beat * random.choice([0.5, 0.5, 1, 1, 2]), start + beats * beat - at))
            # a bar begins on its chord
            step = (
                _nearest(step, root)
                if at == start
                else int(np.clip(step + random.choice([-2, -1, -1, 1, 1, 2]), 5, 15))
            )
            for note in (step, step - 2) if lasts >= beat and random.random() < 0.4 else (step,):
                put(out, at, 0.8 * _reed(_hz(note, key), int(0.95 * lasts), apart_hz, random))
            at += max(lasts, beat // 4)
    turn = np.abs(np.sin(np.pi * np.arange(samples) / (2 * beats * beat)))
    bellows = (0.75 + 0.25 * turn**0.5) * unrest(samples, random, 1, 0.06)
    return tapes.at_level(tapes.band(through(out[:samples] * bellows, *_BOX)), dbov)


def _hz(step: int, key: int) -> float:
    return float(440 * 2 ** ((key + 12 * (step // 7) + _MINOR[step % 7] - 69) / 12))


def _nearest(step: int, root: int) -> int:
    tones = [root + third + octave for third in (0, 2, 4) for octave in (0, 7, 14) if 5 <= root + third + octave <= 15]
    return min(tones, key=lambda tone: abs(tone - step))


def _reed(hz: float, lasts: int, apart_hz: float, random: np.random.Generator) -> Signal:
    """A tongue that opens and shuts its slot, rich in overtones; with a second one so far beside it."""
    t, sound = np.arange(lasts) / RATE, np.zeros(lasts)
    for tuned in (hz, hz + apart_hz)[: 2 if apart_hz else 1]:
        for k in range(1, int(3700 / tuned) + 1):
            strength = abs(np.sin(np.pi * k * 0.37)) / k**0.75
            sound += strength * np.sin(2 * np.pi * k * tuned * t + random.uniform(0, 2 * np.pi))
    # it takes air and time to swing, the more the lower it is
    return sound * np.minimum(1, np.minimum(t / (0.012 + 5 / hz), t[::-1] / 0.03))
