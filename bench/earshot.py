"""Rooms as an ear hears them, for the set `uptown`: what somebody with a wireless plug in his ear sends of a voice that
is in the room with him.

Echoes come one by one at first, then ever closer, each from some side, and each is what a dummy's ear made of a sound
from there: Kemar's, measured a degree at a time (SoundScape Renderer's, as Debian has it). Four bands of what follows
die away at the pace that is asked for, from all sides at once.
"""

from __future__ import annotations

import wave
from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr

from bench.mobile import through
from bench.packages import missing
from bench.surroundings import RATE, answered
from tests.tapes import Signal

_FILE = Path("/usr/share/ssr/impulse_responses/hrirs/hrirs_kemar_min_phase_eq.wav")
_BYTES, _DEGREES, _EARS = 3, 360, 2
# a dummy's answer is over by then
_ANSWER = RATE // 250
# echoes a second in all: so many at the first millisecond, and more by the square of the time, until nobody tells them
_FIRST, _MOST = 40.0, 4000.0
_SIDES = 24
_BANDS_HZ = ((100, 400), (400, 1000), (1000, 2000), (2000, 4000))
# mouths have no tones so low, and plugs hear little there
_NO_LOWS = ((120.0, -30.0), (250.0, 0.0), (3900.0, 0.0))


def overheard(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1, from the arrival of the voice itself on."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    ear, faces = _ears()[:, int(random.integers(_EARS))], int(random.integers(_DEGREES))
    late = np.arange(samples) / RATE * 1000
    # small rooms answer sooner
    soon = random.uniform(2, 4) * (rt60_ms / 500) ** 0.5
    often = np.where(late < soon, 0, np.minimum(_FIRST * (late / soon) ** 2, _MOST))
    echoes = random.poisson(often / RATE) * random.choice([-1, 1], samples) * random.uniform(0.5, 1, samples)
    # as many as there are, all together are as strong at any time
    echoes = echoes / np.sqrt(np.maximum(often, 1))
    # walls are to the sides, and at the back; what comes later comes from anywhere
    sides, answer = random.integers(_SIDES, size=samples), np.zeros(samples)
    size = 1 << (samples + _ANSWER).bit_length()
    for side in range(_SIDES):
        heard = ear[(faces + side * _DEGREES // _SIDES) % _DEGREES]
        from_there = np.fft.rfft(np.where(sides == side, echoes, 0), size) * np.fft.rfft(heard, size)
        answer += np.fft.irfft(from_there, size)[:samples]
    spectrum, hz = np.fft.rfft(answer, 2 * samples), np.fft.rfftfreq(2 * samples, 1 / RATE)
    dull, whole = random.uniform(0.02, 0.12), np.zeros(samples)
    for number, (low, high) in enumerate(_BANDS_HZ):
        part = np.fft.irfft(spectrum * ((hz >= low) & (hz < high)), 2 * samples)[:samples]
        lasts_ms = rt60_ms * (1.12 - dull * number) * random.uniform(0.94, 1.06)
        whole += part * 10 ** (-3 * late / lasts_ms)
    whole = through(whole, *_NO_LOWS)
    return np.asarray(whole / np.sqrt(np.sum(whole**2)))


@lru_cache(maxsize=1)
def _ears() -> Signal:
    """What each ear hears of a blow, by the degrees of where it comes from."""
    if not _FILE.exists():
        raise missing("the measured ears of the SoundScape Renderer")
    with wave.open(str(_FILE)) as file:
        data = np.frombuffer(file.readframes(file.getnframes()), np.uint8)
        rate_hz = file.getframerate()
    wide = np.zeros((len(data) // _BYTES, 4), np.uint8)
    wide[:, 4 - _BYTES :] = data.reshape(-1, _BYTES)
    blows = wide.view("<i4").astype(np.float64).reshape(-1, _DEGREES * _EARS)
    heard = np.array([soxr.resample(blow, rate_hz, RATE)[:_ANSWER] for blow in blows.T])
    return np.asarray(heard / np.abs(heard).max()).reshape(_DEGREES, _EARS, _ANSWER)
