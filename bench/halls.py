"""Rooms that were recorded: what a stairwell and a big hall answered to a blow (examples of CsoundQt, as Debian has
them), for the set `settled`.

Each is heard as a model of it would be that is smaller by a half or so, from its left, its right or between; and each
of four bands is made to fall at the pace that is asked for, so that only the pace is not as it was recorded.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np

from bench.mobile import through
from bench.packages import missing
from bench.surroundings import RATE, answered
from tests import tapes
from tests.tapes import Signal

_FOLDER = Path("/usr/share/csoundqt/Examples/SourceMaterials")
_STAIRS, _HALL = ("StairwellL.wav", "StairwellR.wav"), ("impulse_big_hall.wav",)
# of the smaller of them, as recorded; and how much smaller they are made
_LASTS_MS, _SMALLEST, _LARGEST = 1400, 0.4, 0.8
_BANDS_HZ = ((100, 500), (500, 1000), (1000, 2000), (2000, 4000))
# what falls unevenly is not yet at the pace that is asked for after once
_ROUNDS = 3
# what arrives with the voice itself
_AT_ONCE = RATE // 1000
# mouths have no tones so low
_NO_LOWS = ((120.0, -30.0), (250.0, 0.0), (3900.0, 0.0))


def answering(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1, from the arrival of the voice itself on."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    size = random.uniform(max(_SMALLEST, min(rt60_ms / _LASTS_MS, 0.7)), _LARGEST)
    sides = _sides(_STAIRS if random.random() < 0.5 else _HALL, int(RATE * size))
    aside = random.uniform(0, np.pi / 2)
    room = np.cos(aside) * sides[0] + random.choice([-1, 1]) * np.sin(aside) * sides[1]
    room = np.pad(room, (0, samples))[:samples]
    room[:_AT_ONCE] = 0
    spectrum, hz = np.fft.rfft(room, 2 * samples), np.fft.rfftfreq(2 * samples, 1 / RATE)
    # high tones go first, in some rooms more so
    dull = random.uniform(0, 0.12)
    answer = np.zeros(samples)
    for number, (low, high) in enumerate(_BANDS_HZ):
        part = np.fft.irfft(spectrum * ((hz >= low) & (hz < high)), 2 * samples)[:samples]
        asked = 60_000 / (rt60_ms * (1.05 - dull * number) * random.uniform(0.93, 1.07)) / RATE
        for _ in range(_ROUNDS):
            part *= 10 ** ((_falls(part) - asked) * np.arange(samples) / 20)
        answer += part
    answer = through(answer, *_NO_LOWS)
    return np.asarray(answer / np.sqrt(np.sum(answer**2)))


def _falls(part: Signal) -> float:
    """dB a sample: from where 5 dB of its energy have gone to where 25 have (Schroeder, 1965)."""
    left = 10 * np.log10(np.cumsum(part[::-1] ** 2)[::-1] / np.sum(part**2) + 1e-9)
    since, until = (int(np.argmax(left < db)) for db in (-5, -25))
    return float((left[since] - left[until]) / max(until - since, 1))


@lru_cache(maxsize=8)
def _sides(files: tuple[str, ...], rate_hz: int) -> list[Signal]:
    """Both sides of a recording as it is at that rate, from just before it is fullest: small rooms fill at once."""
    if not all((_FOLDER / file).exists() for file in files):
        raise missing("the recordings of rooms of CsoundQt")
    sides = [side for file in files for side in tapes.legs(_FOLDER / file, rate_hz)][:2]
    window = np.full(rate_hz // 50, 50 / rate_hz)
    starts = [max(int(np.argmax(np.convolve(side**2, window, "same"))) - rate_hz // 100, 0) for side in sides]
    sides = [side[at:] / np.sqrt(np.sum(side**2)) for side, at in zip(sides, starts, strict=True)]
    return [side[: min(map(len, sides))] for side in sides]
