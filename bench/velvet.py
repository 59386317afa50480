"""Rooms as few blows at random that grow dull (dark velvet noise: Fagerström, Alary, Schlecht and Välimäki, 2020), for
the set `afield`.

What a room answers late sounds smooth already when it is no more than a thousand blows a second, each up or down, one
somewhere in each short span. High tones die first, so each blow is the duller the later it comes. What comes early is a
handful of faces: the table, the wall behind, the window, each with its own way and its own colour.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.mobile import curve, through
from bench.surroundings import RATE, answered
from tests.tapes import Signal

_SPANS_A_SECOND, _SHADES, _FACES = 1100, 8, 9
_SPEED_M_S = 343.0


def dulled(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1, from the arrival of the voice itself on."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    fades, dulls = 3 * np.log(10) * 1000 / (rt60_ms * RATE), random.uniform(0.6, 1.4)
    blows, shade = np.zeros(samples), np.zeros(samples, int)
    at = (np.arange(0, samples * _SPANS_A_SECOND / RATE - 1) + random.random()) * RATE / _SPANS_A_SECOND
    at = np.minimum(at + random.uniform(0, RATE / _SPANS_A_SECOND, len(at)), samples - 1).astype(int)
    blows[at] = random.choice([-1.0, 1.0], len(at)) * np.exp(-fades * at)
    # the room is not full of it at once
    fills = RATE * random.uniform(0.012, 0.035)
    blows *= 1 - np.exp(-((np.arange(samples) / fills) ** 2))
    shade[at] = np.clip(at / samples * _SHADES + random.uniform(-0.5, 0.5, len(at)), 0, _SHADES - 1)
    metres = random.uniform(0.3, 1) * np.cumsum(random.uniform(0.3, 1.6, _FACES))
    for far in metres:
        place = int(far / _SPEED_M_S * RATE) + 1
        takes = random.uniform(0.4, 0.9) * np.exp(-fades * place)
        blows[place] += random.choice([-1.0, 1.0]) * 6 * takes / (1 + far)
        shade[place] = random.integers(_SHADES // 2)
    answer = np.zeros(samples)
    for number in range(_SHADES):
        dull = dulls * number
        colour = ((120.0, -30.0), (250.0, 0.0), (900.0, 0.0), (1800.0, -1.3 * dull), (3900.0, -3.5 * dull))
        # no blow is louder for its shade; in what is low it so lasts longer
        answer += through(blows * (shade == number), *colour) / np.sqrt(np.mean(curve(4096, *colour) ** 2))
    return answer / np.sqrt(np.sum(answer**2))
