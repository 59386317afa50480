"""Rooms for the set `coastal`, of grains of two that were measured: a hall of middling size (the package `python3-pyo`
has what it answers to a blow) and a street (`jconvolver-config-files`).

The first echoes are as they were measured, of a place that is smaller or larger by some. What follows is put together
of short pieces from anywhere in the measured answer, evened before and laid over each other, so that it has that
place's colour and grain, and four bands of it die away at the pace that is asked for.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr

from bench.mobile import through
from bench.packages import missing
from bench.surroundings import RATE, answered
from tests import tapes
from tests.tapes import Signal

_HALL = (Path("/usr/lib/python3/dist-packages/pyo/lib/snds/IRMediumHallStereo.wav"),)
_STREET = tuple(Path(f"/usr/share/jconvolver/config-files/demo-reverbs/street2-{side}.wav") for side in "LR")
FILES = (*_HALL, *_STREET)
# how much of each answer is clear of its own noise
_LASTS_S = {_HALL: 0.6, _STREET: 0.25}
# how much smaller than it is a place may be heard
_SMALLEST, _LARGEST = 0.55, 1.1
_FIRST, _GRAIN, _EVENED = RATE // 25, RATE // 25, RATE // 50
_BANDS_HZ = ((100, 400), (400, 1000), (1000, 2000), (2000, 4000))
# what arrives with the voice itself
_AT_ONCE = RATE // 1000
# mouths have no tones so low
_NO_LOWS = ((120.0, -30.0), (250.0, 0.0), (3900.0, 0.0))


def filled(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1, from the arrival of the voice itself on."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    # most people are indoors
    place = _HALL if random.random() < 0.7 else _STREET
    evened = _evened(place, int(RATE * random.uniform(_SMALLEST, _LARGEST)))
    whole, window = np.zeros(samples + _GRAIN), np.hanning(_GRAIN + 1)[:_GRAIN] ** 0.5
    whole[:_FIRST] = evened[int(random.integers(len(evened)))][:_FIRST] * np.linspace(1, 0, _FIRST) ** 0.5
    for at in range(0, samples, _GRAIN // 4):
        side = evened[int(random.integers(len(evened)))]
        start = int(random.integers(len(side) - _GRAIN))
        # grains come in as the first echoes go
        strong = min(1.0, at / _FIRST) ** 0.5 * random.choice([-1, 1]) / 2**0.5
        whole[at : at + _GRAIN] += strong * window * side[start : start + _GRAIN]
    whole = whole[:samples]
    whole[:_AT_ONCE] = 0
    spectrum, hz = np.fft.rfft(whole, 2 * samples), np.fft.rfftfreq(2 * samples, 1 / RATE)
    late_ms, dull, answer = np.arange(samples) / RATE * 1000, random.uniform(0.02, 0.1), np.zeros(samples)
    for number, (low, high) in enumerate(_BANDS_HZ):
        part = np.fft.irfft(spectrum * ((hz >= low) & (hz < high)), 2 * samples)[:samples]
        answer += part * 10 ** (-3 * late_ms / (rt60_ms * (1.1 - dull * number) * random.uniform(0.95, 1.05)))
    answer = through(answer, *_NO_LOWS)
    return np.asarray(answer / np.sqrt(np.sum(answer**2)))


@lru_cache(maxsize=8)
def _evened(place: tuple[Path, ...], rate_hz: int) -> list[Signal]:
    """Both sides of a measured answer, from its first sound on, as strong at any time."""
    if not all(path.exists() for path in place):
        raise missing("the measured rooms of pyo and jconvolver")
    evened = []
    for side in (side for path in place for side in tapes.legs(path, RATE)):
        first = int(np.argmax(np.abs(side) > 0.2 * np.abs(side).max()))
        heard = soxr.resample(side[first : first + int(RATE * _LASTS_S[place])], rate_hz, RATE)
        strong = np.convolve(heard**2, np.full(_EVENED, 1 / _EVENED), "same")
        evened.append(heard / np.sqrt(strong + 1e-6 * strong.max()))
    return evened
