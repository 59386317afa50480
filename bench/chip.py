"""Hold music for the set `inland`: a melody chip, as small telephone switches have it built in."""

from __future__ import annotations

import numpy as np

from bench.mobile import through
from bench.places import put
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

# a tune and its bass: notes by their MIDI numbers, 0 for none, and how many sixteenths each lasts
_ELISE = (
    "76 1 75 1 76 1 75 1 76 1 71 1 74 1 72 1 69 3 60 1 64 1 69 1 71 3 64 1 68 1 71 1 72 3 64 1 "
    "76 1 75 1 76 1 75 1 76 1 71 1 74 1 72 1 69 3 60 1 64 1 69 1 71 3 64 1 72 1 71 1 69 4",
    "0 8 45 6 40 6 45 4 0 8 45 6 40 6 45 4",
)
_JASMINE = (
    "69 4 69 2 72 2 74 2 77 2 77 2 74 2 72 4 72 2 74 2 72 8 69 4 69 2 72 2 74 2 77 2 77 2 74 2 72 4 72 2 74 2 72 8 "
    "72 4 72 4 72 4 69 2 72 2 74 4 74 4 72 8 69 4 67 2 69 2 72 4 69 2 67 2 65 4 65 2 67 2 65 8 "
    "69 2 67 2 65 2 69 2 67 6 69 2 72 4 74 2 77 2 72 8 67 4 69 2 72 2 67 2 69 2 65 2 62 2 60 8 62 4 65 4 "
    "67 6 69 2 65 2 67 2 65 2 62 2 60 8",
    "53 16 48 16 53 16 48 16 53 16 50 8 48 8 53 16 53 8 48 8 53 16 48 16 50 16 48 16 53 16 48 8",
)
_SLEEVES = (
    "69 2 72 4 74 2 76 3 77 1 76 2 74 4 71 2 67 3 69 1 71 2 72 4 69 2 69 3 68 1 69 2 71 4 68 2 64 4 "
    "69 2 72 4 74 2 76 3 77 1 76 2 74 4 71 2 67 3 69 1 71 2 72 3 71 1 69 2 68 3 66 1 68 2 69 10",
    "0 2 57 12 55 12 57 12 52 12 57 12 55 12 53 6 52 6 57 10",
)
# what comes out of a chip of four volts, through a capacitor, into a line
_LINE = ((90, -18), (250, -5), (500, 0), (2400, 0), (3200, -2), (3600, -14), (3900, -40))


def melody(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: one old tune over and over, in square waves that a divider makes of one clock, each note struck
    at once and fading as a capacitor empties; a bass that is struck on each beat, or none; a short rest before it
    begins again."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    tune, bass = (_ELISE, _JASMINE, _SLEEVES)[int(random.integers(3))]
    sixteenth = int(RATE * (random.uniform(0.15, 0.2) if tune is _ELISE[0] else random.uniform(0.1, 0.15)))
    key, empties_s = int(random.integers(-4, 4)), random.uniform(0.5, 1.3)
    clock_hz, duty = random.uniform(64_000, 200_000), float(random.choice([0.5, 0.5, 0.25]))
    voices = [(tune, 1.0, 16), (bass, random.uniform(0.4, 0.7), 4)][: int(random.choice([1, 2, 2]))]
    once = sum(int(lasts) for lasts in tune.split()[1::2]) + 2
    out = np.zeros(samples + once * sixteenth)
    for start in range(-int(random.integers(once)) * sixteenth, samples, once * sixteenth):
        for notes, loud, longest in voices:
            at, each = start, iter(map(int, notes.split()))
            for note, lasts in zip(each, each, strict=True):
                if note:
                    divided = clock_hz / round(clock_hz / (440 * 2 ** ((note + key - 69) / 12)))
                    for part in range(0, lasts, longest):
                        held = min(lasts - part, longest) * sixteenth
                        put(out, at + part * sixteenth, loud * _struck(divided, held, duty, empties_s))
                at += lasts * sixteenth
    return tapes.at_level(tapes.band(through(out[:samples], *_LINE)), dbov)


def _struck(hz: float, samples: int, duty: float, empties_s: float) -> Signal:
    """A square wave, high for that share of each period."""
    t = np.arange(samples) / RATE
    tones = sum(np.sin(np.pi * k * duty) / k * np.cos(2 * np.pi * k * hz * t) for k in range(1, int(3800 / hz) + 1))
    return np.asarray(tones) * np.exp(-t / empties_s) * np.minimum(1, np.minimum(t, t[::-1]) / 0.002)
