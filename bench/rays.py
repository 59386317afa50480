"""Rooms by tracing rays of sound (Krokstad, Strøm and Sørsdal, 1968), for the set `beyond`.

Rays leave the mouth in all directions and bounce on the six faces of a room, mostly in no direction that one could
foresee, since there is furniture. Each face takes what its material takes of four bands. From every place that a ray
hits, a share of it reaches the ear. What the ear gets in the course of time shapes pulses at random, few at first and
then ever more, as the reflections of a room come.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

_SPEED_M_S = 343.0
_BANDS_HZ = (250.0, 500.0, 1000.0, 2000.0)
_RAYS, _BIN = 2000, 16
_STRAY = 0.6
# share of the sound that is taken in each band
_FLOORS = ((0.12, 0.2, 0.35, 0.45), (0.15, 0.10, 0.08, 0.08), (0.02, 0.03, 0.03, 0.04))
_CEILINGS = ((0.45, 0.6, 0.7, 0.7), (0.18, 0.11, 0.08, 0.07))
_WALLS = (
    (0.18, 0.11, 0.08, 0.07), (0.20, 0.16, 0.12, 0.08), (0.30, 0.35, 0.38, 0.40), (0.20, 0.35, 0.45, 0.50),
)  # fmt: skip


def traced(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of that reverberation time. direct: the voice's own share of the amplitude, as in
    `tapes.room`."""
    answer = _answer(rt60_ms, seed).copy()
    answer[0] = direct / (1 - direct)
    size = len(voice) + len(answer)
    heard = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(answer, size), size)[: len(voice)]
    return tapes.at_level(heard, tapes.level(voice))


@lru_cache(maxsize=16)
def _answer(rt60_ms: int, seed: int) -> Signal:
    """What the room adds, of energy 1."""
    random = np.random.default_rng(seed)
    size = random.uniform((2.8, 2.4, 2.4), (8.0, 6.0, 3.2))
    mouth, ear = (size * random.uniform(0.15, 0.85, 3) for _ in range(2))
    floor, ceiling = _FLOORS[random.integers(len(_FLOORS))], _CEILINGS[random.integers(len(_CEILINGS))]
    walls = [_WALLS[k] for k in random.integers(len(_WALLS), size=4)]
    samples = RATE * (rt60_ms + 150) // 1000 // _BIN * _BIN
    faces = -np.log(1 - np.array([*walls, floor, ceiling]))
    areas = np.repeat([size[1] * size[2], size[0] * size[2], size[0] * size[1]], 2)
    asked = 0.161 * size.prod() / (rt60_ms / 1000)
    faces *= asked / (areas @ faces).mean()
    # the formula does not know where each material is; a reverberation time is that of 500 and 1000 Hz
    for _ in range(2):
        energy = _energy(size, mouth, ear, faces, samples, random)
        faces *= _lasts_ms(energy[1:3].sum(axis=0)) / rt60_ms
    pulses = _pulses(samples, float(size.prod()), random)
    answer = _in_bands(pulses * np.repeat(np.sqrt(energy), _BIN, axis=1))
    return answer / np.sqrt(np.sum(answer**2))


def _energy(
    size: Signal, mouth: Signal, ear: Signal, faces: Signal, samples: int, random: np.random.Generator
) -> Signal:
    """What reaches the ear, [bands, bins of _BIN samples]; faces: [6, bands], exponent of what each takes."""
    way = _anywhere(random)
    at, gone, left = np.tile(mouth, (_RAYS, 1)), np.zeros(_RAYS), np.ones((_RAYS, len(_BANDS_HZ)))
    out, rows = np.zeros((len(_BANDS_HZ), samples // _BIN)), np.arange(_RAYS)
    straight = np.linalg.norm(ear - mouth)
    while gone.min() < samples / RATE * _SPEED_M_S:
        reach = np.where(way > 0, size - at, -at) / np.where(np.abs(way) > 1e-9, way, 1e-9)
        axis = reach.argmin(axis=1)
        step = np.maximum(reach[rows, axis], 0)
        at, gone = np.clip(at + way * step[:, None], 0, size), gone + step
        far = way[rows, axis] > 0
        left *= np.exp(-faces[2 * axis + far])
        to_ear = ear - at
        distance = np.maximum(np.linalg.norm(to_ear, axis=1), 0.3)
        share = np.abs(to_ear[rows, axis]) / distance**3
        bins = ((gone + distance - straight) / _SPEED_M_S * RATE / _BIN).astype(int)
        heard = (bins >= 0) & (bins < out.shape[1])
        for band in range(len(out)):
            out[band] += np.bincount(bins[heard], (share * left[:, band])[heard], out.shape[1])
        # by Lambert's law, or as from a mirror
        stray, inward = _anywhere(random), np.where(far, -1, 1)
        stray[rows, axis] += inward
        way[rows, axis] = inward * np.abs(way[rows, axis])
        strays = (random.random(_RAYS) < _STRAY)[:, None]
        way = np.where(strays, stray / np.linalg.norm(stray, axis=1, keepdims=True), way)
    return out


def _anywhere(random: np.random.Generator) -> Signal:
    way = random.normal(size=(_RAYS, 3))
    return way / np.linalg.norm(way, axis=1, keepdims=True)


def _lasts_ms(energy: Signal) -> float:
    """Time in which it falls by 60 dB, from where it has fallen by 5 to 25."""
    rest_db = 10 * np.log10(np.cumsum(energy[::-1])[::-1] / energy.sum() + 1e-12)
    falls = np.nonzero((rest_db < -5) & (rest_db > -25))[0]
    slope = np.polyfit(falls * _BIN / RATE * 1000, rest_db[falls], 1)[0]
    return float(-60 / slope)


def _pulses(samples: int, volume: float, random: np.random.Generator) -> Signal:
    """Reflections as they come in a room of so many cubic metres, of energy 1 in each bin that has any."""
    t = (np.arange(samples) + _BIN) / RATE
    come = random.random(samples) < 4 * np.pi * _SPEED_M_S**3 * t**2 / volume / RATE
    pulses = come * random.choice([-1.0, 1.0], samples)
    bins = pulses.reshape(-1, _BIN)
    return (bins / np.sqrt(np.maximum((bins**2).sum(axis=1, keepdims=True), 1))).reshape(-1)


def _in_bands(parts: Signal) -> Signal:
    """Sums what each band has; they fade into each other."""
    samples = parts.shape[1]
    octave = np.log2(np.maximum(np.fft.rfftfreq(2 * samples, 1 / RATE), 1) / _BANDS_HZ[0])
    octave = np.clip(octave, 0, len(_BANDS_HZ) - 1)
    shares = np.maximum(1 - np.abs(octave - np.arange(len(_BANDS_HZ))[:, None]), 0)
    return np.fft.irfft((np.fft.rfft(parts, 2 * samples) * shares).sum(axis=0))[:samples]
