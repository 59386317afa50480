"""Rooms as the tones at which they ring (modal reverberation: Morse and Bolt, 1944; Abel, Coffin and Spratt, 2014), for
the set `inland`.

Between six faces air swings at certain tones only, each with its own pattern: how loudly a mouth rouses it and an ear
hears it is told by where they are in that. It dies at the pace at which its waves meet the faces, so what goes to and
fro under a soft ceiling outlasts what goes up and down. Low tones are all there; of the high ones, which nobody could
tell apart, so many are drawn as melt into each other.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.mobile import through
from bench.surroundings import RATE, answered
from tests.tapes import Signal

_SPEED_M_S = 343.0
_MOST_HZ, _A_HZ, _STEPS = 3900.0, 3.0, 64
# mouths have no tones so low
_NO_LOWS = ((120.0, -30.0), (250.0, 0.0), (3900.0, 0.0))


def ringing(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1, from the arrival of the voice itself on."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    size = random.uniform((2.8, 2.4, 2.4), (8.0, 6.0, 3.4))
    mouth, ear = size * random.uniform(0.1, 0.9, 3), size * random.uniform(0.1, 0.9, 3)
    halves, loud = _drawn(size, random)
    waves = halves / size
    hz = _SPEED_M_S / 2 * np.linalg.norm(waves, axis=1)
    patterns = np.cos(np.pi * halves * mouth / size) * np.cos(np.pi * halves * ear / size) * np.sqrt(1 + (halves > 0))
    # how often its waves meet the walls, and floor and ceiling; what stands about turns some of them aside
    takes = np.array([1.0, random.uniform(0.7, 1.4), random.uniform(0.7, 2.2)])
    meets = (waves**2 / np.sum(waves**2, axis=1, keepdims=True)) ** 0.5 / size * takes
    pace = meets.sum(axis=1)
    pace = (0.5 + 0.5 * pace / np.median(pace)) * (1.0 + 0.3 * (hz / _MOST_HZ) ** 2)
    turn = 2j * np.pi * hz / RATE - 3 * np.log(10) * 1000 / (rt60_ms * RATE) * pace
    # a tone at each sample: what it is at every 64th, times what it becomes within 64
    coarse = np.exp(np.outer(np.arange(0, samples, _STEPS), turn)) * (loud * patterns.prod(axis=1))
    answer = (coarse @ np.exp(np.outer(turn, np.arange(_STEPS)))).imag.ravel()[:samples]
    answer = through(answer, *_NO_LOWS)
    return np.asarray(answer / np.sqrt(np.sum(answer**2)))


def _drawn(size: Signal, random: np.random.Generator) -> tuple[Signal, Signal]:
    """Half waves that go along each edge, and how strong that makes them: all of the low tones, some of the high."""
    dense_hz = np.sqrt(_A_HZ * _SPEED_M_S**3 / (4 * np.pi * size.prod()))
    counts = [np.arange(int(2 * dense_hz * edge / _SPEED_M_S) + 1) for edge in size]
    every = np.stack(np.meshgrid(*counts, indexing="ij"), axis=-1).reshape(-1, 3)[1:].astype(np.float64)
    hz = _SPEED_M_S / 2 * np.linalg.norm(every / size, axis=1)
    low = every[hz < dense_hz]
    some = random.uniform(dense_hz, _MOST_HZ, int(_A_HZ * (_MOST_HZ - dense_hz)))
    ways = np.abs(random.normal(size=(len(some), 3)))
    ways /= np.linalg.norm(ways, axis=1, keepdims=True)
    high = np.rint(2 * some[:, None] * ways * size / _SPEED_M_S)
    return np.concatenate((low, high)), np.concatenate((dense_hz / hz[hz < dense_hz], np.ones(len(high))))
