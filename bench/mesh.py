"""Rooms by the wave equation on a floor plan (a waveguide mesh: Van Duyne and Smith, 1993), for the set `farther`.

A blow spreads over a grid of cells between walls that each take their share, round the furniture that stands about.
What arrives is made as bright as in a room with a height, and falls in each band at the pace that was asked for.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.surroundings import RATE, answered
from tests.tapes import Signal

_SPEED_M_S = 343.0
# high tones do not find their way over coarse cells: twice as fine as what is asked for; and under the limit of one
# half, at which every second sample would be empty
_FINER, _COURANT = 2, 0.45
_CELL_M = _SPEED_M_S / (_FINER * RATE) / np.sqrt(_COURANT)
_BANDS_HZ, _LASTS = (250.0, 700.0, 1600.0, 3200.0), (1.1, 1.0, 0.95, 0.8)
_STRAIGHT_S = 0.002


def floor(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    return answered(voice, _answer(rt60_ms, seed), direct)


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1."""
    random, samples = np.random.default_rng(seed), RATE * (rt60_ms + 150) // 1000
    wide, deep = (int(random.uniform(*metres) / _CELL_M) for metres in ((3.0, 6.5), (2.6, 5.0)))
    free = _free(wide, deep, random)
    mouth, ear = _apart(free, random)
    far = int(np.hypot(*(mouth - ear)) * _CELL_M / _SPEED_M_S * RATE)
    came = _bright(_spread(free, mouth, ear, _FINER * (far + samples), random))[far:]
    came[: int(_STRAIGHT_S * RATE)] = 0
    answer = _falls(came, rt60_ms / 1000)
    return answer / np.sqrt(np.sum(answer**2))


def _free(wide: int, deep: int, random: np.random.Generator) -> np.ndarray:
    """bool[wide + 2, deep + 2], False at walls and where desks and cupboards stand."""
    free = np.pad(np.ones((wide, deep), bool), 1)
    for _ in range(int(random.integers(4, 9))):
        size = random.integers(8, 28, 2)
        x, y = random.integers(1, np.maximum(np.array((wide, deep)) - size, 2))
        free[x : x + size[0], y : y + size[1]] = False
    return free


def _apart(free: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Two free cells half a metre or more from each other."""
    cells = np.argwhere(free)
    mouth = cells[random.integers(len(cells))]
    others = cells[np.hypot(*(cells - mouth).T) * _CELL_M > 0.5]
    return mouth, others[random.integers(len(others))]


def _spread(free: np.ndarray, mouth: np.ndarray, ear: np.ndarray, samples: int, random: np.random.Generator) -> Signal:
    """What arrives at the ear after a blow at the mouth, at the finer rate."""
    inside = free.astype(np.float32)
    takes = np.zeros_like(inside)
    for wall in (np.s_[:2], np.s_[-2:], np.s_[:, :2], np.s_[:, -2:]):
        takes[wall] = random.uniform(0.001, 0.006)
    takes[takes == 0] = random.uniform(0.001, 0.006)
    sides = sum(np.roll(inside, by, axis) for axis in (0, 1) for by in (-1, 1))
    lost = takes * (4 - sides) * np.sqrt(_COURANT) / 2
    # what a cell was, what its neighbours are, what it was before
    own, near, was = (inside * part / (1 + lost) for part in (2 - _COURANT * sides, inside * _COURANT, lost - 1))
    now, before, out = np.zeros_like(inside), np.zeros_like(inside), np.zeros(samples)
    now[tuple(mouth)] = 1.0
    at = tuple(ear)
    around, some = np.zeros_like(inside), np.zeros_like(inside)
    for k in range(samples):
        out[k] = now[at]
        around[1:-1, 1:-1] = now[:-2, 1:-1] + now[2:, 1:-1] + now[1:-1, :-2] + now[1:-1, 2:]
        before *= was
        before += np.multiply(own, now, out=some)
        around *= near
        before += around
        now, before = before, now
    return out


def _bright(came: Signal) -> Signal:
    """At the rate that is asked for. On a plane, a blow leaves a wake: low tones weigh more by 3 dB an octave than they
    do in space. High tones leave the mouth to the front, so that less of them gets about; low ones it has none."""
    hz = np.fft.rfftfreq(2 * len(came), 1 / (_FINER * RATE))
    gain = np.sqrt(1j * hz / 1000) / (1 + hz / 1500) * np.minimum(1, hz / 120) ** 2 * (hz < RATE / 2)
    return np.fft.irfft(np.fft.rfft(came, 2 * len(came)) * gain, 2 * len(came))[: len(came) : _FINER]


def _falls(came: Signal, rt60_s: float) -> Signal:
    """Each band at its own pace; the high tones are the first to go."""
    t, hz = np.arange(len(came)) / RATE, np.fft.rfftfreq(2 * len(came), 1 / RATE)
    place = np.interp(np.log(np.maximum(hz, 1)), np.log(_BANDS_HZ), range(len(_BANDS_HZ)))
    spectrum, out = np.fft.rfft(came, 2 * len(came)), np.zeros(len(came))
    for k, lasts in enumerate(_LASTS):
        band = np.fft.irfft(spectrum * np.maximum(1 - np.abs(place - k), 0), 2 * len(came))[: len(came)]
        out += band * np.exp((_pace(band) - 60 * np.log(10) / 20 / (rt60_s * lasts)) * t)
    return out


def _pace(band: Signal) -> float:
    """By so much (natural logarithm, a second) it falls of itself, between a tenth and nine tenths of its time."""
    blocks = (band[: len(band) // 200 * 200].reshape(-1, 200) ** 2).mean(axis=1)
    some = slice(len(blocks) // 10, len(blocks) * 9 // 10)
    t = np.arange(len(blocks)) * 200 / RATE
    return float(-np.polyfit(t[some], np.log(blocks[some] + 1e-30) / 2, 1)[0])
