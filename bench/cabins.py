"""Rooms for the set `lowland`, as reverberators make them (Schroeder, 1962; Moorer, 1979).

No package was left that has a measured room in it. A box of some size gives the first echoes, off its six faces and
off the desk that the telephone stands on. They go round on a dozen paths of different lengths at once, duller by each
turn, and two all-passes make what comes of it dense. Each of four bands falls at the pace that is asked for.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.chambers import BANDS_HZ, band, paced
from bench.mobile import through
from bench.surroundings import RATE, answered
from tests.tapes import Signal

_PATHS, _PATH_MS = 12, (17.0, 53.0)
# what is left of a tone of 4 kHz by a turn, and of what a face meets
_DULL, _KEPT = (0.005, 0.04), (0.6, 0.92)
# the paths outlast what is asked, so that making it fall as asked takes away and adds nothing
_OUTLASTS = 2.0
_ALL_PASS_MS, _PASSED, _M_S, _ROUNDS = (5.0, 1.7), 0.7, 343.0, 4
# mouths have no tones so low
_NO_LOWS = ((120.0, -30.0), (250.0, 0.0), (3900.0, 0.0))


def spoken(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1, from the arrival of the voice itself on."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    first = _faces(samples, random)
    then, much = _dense(_rounds(first, rt60_ms, random)), random.uniform(1, 3)
    # high tones go first
    dull, answer = random.uniform(0, 0.1), np.zeros(samples)
    for number, band_hz in enumerate(BANDS_HZ):
        asked = 60_000 / (rt60_ms * (1.05 - dull * number) * random.uniform(0.94, 1.06)) / RATE
        early, late = band(first, band_hz), band(then, band_hz)
        part = early + late * np.sqrt(much * np.sum(early**2) / np.sum(late**2))
        for _ in range(_ROUNDS):
            part = paced(part, asked)
        answer += part
    answer = paced(through(answer, *_NO_LOWS), 60_000 / rt60_ms / RATE)
    answer[: RATE // 1000] = 0
    return np.asarray(answer / np.sqrt(np.sum(answer**2)))


def _faces(samples: int, random: np.random.Generator) -> Signal:
    """A blow off each face and off the desk, as late after the blow itself and as faint as its way is longer."""
    size = random.uniform((2.4, 2.0, 2.3), (7.0, 5.0, 3.0))
    ear = size * random.uniform(0.2, 0.8, 3)
    ear[2] = 0.75
    way = random.normal(size=3) * (1, 1, 0.2)
    mouth = np.clip(ear + random.uniform(0.4, 1.2) * way / np.linalg.norm(way), 0.2, size - 0.2)
    mouth[2] = random.uniform(1.1, 1.3)
    images = [np.where(np.arange(3) == k, 2 * face - mouth, mouth) for k in range(3) for face in (0.0, size[k])]
    images.append(mouth * (1, 1, -1) + (0, 0, 1.44))
    straight, out = float(np.linalg.norm(mouth - ear)), np.zeros(samples)
    for image in images:
        far = float(np.linalg.norm(image - ear))
        out[round((far - straight) / _M_S * RATE) + RATE // 1000] += random.uniform(*_KEPT) * straight / far
    return out


def _rounds(first: Signal, rt60_ms: int, random: np.random.Generator) -> Signal:
    """What goes round and round on all paths."""
    out = np.zeros(len(first))
    for ms in random.uniform(*_PATH_MS, _PATHS):
        every, dull, pulse = int(RATE * ms / 1000), random.uniform(*_DULL), first
        kept = random.choice((-1.0, 1.0)) * 10 ** (-3 * ms / (_OUTLASTS * rt60_ms))
        for at in range(every, len(out), every):
            pulse = kept * np.convolve(pulse, (dull, 1 - 2 * dull, dull), "same")
            out[at:] += pulse[: len(out) - at]
    return out


def _dense(sound: Signal) -> Signal:
    for ms in _ALL_PASS_MS:
        every = int(RATE * ms / 1000)
        passed, held = -_PASSED * sound, (1 - _PASSED**2) * sound
        for at in range(every, len(sound), every):
            passed[at:] += held[: len(sound) - at]
            held = _PASSED * held
        sound = passed
    return sound
