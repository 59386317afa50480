"""Hold music for the set `yonder`: an old tune on a guzheng, as Chinese companies play it to who waits."""

from __future__ import annotations

import numpy as np

from bench.mobile import carried, through
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

# the strings, five to the octave, in semitones over the lowest
_FIVE = (0, 2, 4, 7, 9)
# what the board under the strings makes louder
_BOARD = ((90, -14), (210, 2), (330, 0), (470, 3), (800, -1), (1500, 0), (2600, -4), (3900, -14))
_PLUCKED_AT = 0.13


def guzheng(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band, through a mobile's codec: a right hand that plucks a tune, trembles on its long notes and sweeps
    over the strings, a left one that plucks the octaves below and bends the strings."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    beat, key = int(RATE * random.uniform(0.5, 0.75)), int(random.integers(-3, 4))
    out, at, string = np.zeros(samples + 8 * RATE), 0, 12
    for bar, start in enumerate(range(0, samples, 4 * beat)):
        root = (0, 3, 1, 4)[bar % 4]
        for place, up in enumerate((0, 5, 7, 5) if bar % 3 else (0, 3, 5, 8)):
            _pluck(out, start + place * beat + int(random.integers(80)), _hz(root + up, key), 0.5, random)
        if random.random() < 0.3:
            _sweep(out, start + 3 * beat + beat // 2, beat // 2, key, random)
    while at < samples:
        lasts = int(beat * random.choice([0.5, 0.5, 1, 1, 2]))
        string = int(np.clip(string + random.choice([-2, -1, -1, 0, 1, 1, 2]), 8, 18))
        if lasts > beat and random.random() < 0.7:
            _tremble(out, at, lasts, _hz(string, key), random)
        else:
            bent = float(random.choice([0, 0, 2, -2])) if lasts >= beat else 0.0
            _pluck(out, at, _hz(string, key), random.uniform(0.75, 1), random, bent)
            if lasts >= beat and random.random() < 0.4:
                _pluck(out, at + 60, _hz(string - 5, key), 0.6, random)
        at += lasts
    return tapes.at_level(carried(tapes.band(through(out[:samples], *_BOARD))), dbov)


def _hz(string: int, key: int) -> float:
    return float(440 * 2 ** ((43 + key + 12 * (string // 5) + _FIVE[string % 5] - 69) / 12))


def _pluck(
    out: Signal, at: int, hz: float, loud: float, random: np.random.Generator, bent: float = 0.0, lasts_s: float = 3.0
) -> None:
    """A steel string, plucked near its end. bent: so many semitones upwards once it sounds, or from so many below."""
    t = np.arange(int(RATE * lasts_s)) / RATE
    moves = np.clip((t - (0.12 if bent > 0 else 0.03)) / 0.18, 0, 1)
    up = bent * moves if bent > 0 else bent * (1 - moves)
    up = up + (0.12 if lasts_s > 1 else 0) * np.clip(t - 0.4, 0, 0.5) * np.sin(2 * np.pi * 5.2 * t)
    turn = 2 * np.pi * np.cumsum(hz * 2 ** (up / 12)) / RATE
    sound = np.zeros(len(t))
    for k in range(1, int(3600 / hz) + 1):
        strength = np.sin(np.pi * k * _PLUCKED_AT) / k
        falls = 0.7 + 0.0022 * hz + 0.0011 * hz * k
        sound += (
            strength * np.exp(-falls * t) * np.sin(k * np.sqrt(1 + 1e-4 * k * k) * turn + random.uniform(-0.3, 0.3))
        )
    sound[:40] += 0.15 * random.normal(size=40) * np.exp(-np.arange(40) / 12)
    sound *= loud * np.minimum(1, np.minimum(t / 0.002, t[::-1] / 0.1))
    room = out[at : at + len(sound)]
    room += sound[: len(room)]


def _tremble(out: Signal, at: int, lasts: int, hz: float, random: np.random.Generator) -> None:
    every, swell = RATE / random.uniform(11, 14), random.uniform(0.3, 0.6)
    for number, place in enumerate(np.arange(0, lasts - every / 2, every)):
        loud = 0.45 + swell * np.sin(np.pi * place / lasts) * (1 if number % 2 else 0.85)
        _pluck(out, at + int(place) + int(random.integers(40)), hz, loud, random, lasts_s=0.5)


def _sweep(out: Signal, at: int, lasts: int, key: int, random: np.random.Generator) -> None:
    strings = range(6, 16) if random.random() < 0.5 else range(18, 7, -1)
    for number, string in enumerate(strings):
        _pluck(out, at + number * lasts // 11, _hz(string, key), 0.4, random, lasts_s=1.5)
