"""Hold music for the set `farther`: a bossa nova, as hotels and banks play it to who waits."""

from __future__ import annotations

from itertools import product

import numpy as np

from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

# eighths of two bars on which the guitar's fingers come down, and the bass
_FINGERS, _THUMB = (0, 3, 6, 10, 13), ((0, 0), (3, 7), (4, 7), (8, 0), (11, 7), (12, 7))
# semitones over the key: root, and what the fingers hold of a chord of four notes and a ninth
_CHORDS = ((0, (4, 7, 11, 14)), (9, (13, 16, 19, 22)), (2, (5, 9, 12, 16)), (7, (11, 14, 17, 21)))
_SCALE = (0, 2, 4, 5, 7, 9, 11)


def bossa(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: a plucked guitar, an electric piano that answers it, a vibraphone's tune and a shaker."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    eighth, key = int(RATE * random.uniform(0.2, 0.27)), int(random.integers(-5, 7))
    bars = 16 * eighth
    out = np.zeros(samples + 2 * bars)
    for pair, start in enumerate(range(0, samples, bars)):
        root, held = _CHORDS[pair % len(_CHORDS)]
        for place, up in _THUMB:
            _add(out, start + place * eighth, 0.8 * _string(40 + key + root + up, 0.5, random))
        for place, note in product(_FINGERS, held):
            loud = random.uniform(0.35, 0.5)
            _add(out, start + place * eighth + int(random.integers(60)), loud * _string(55 + key + note, 0.6, random))
        for note in held:
            _add(out, start + int(random.choice([2, 4, 8])) * eighth, 0.3 * _piano(55 + key + note, 8 * eighth))
        for place in range(16):
            _add(out, start + place * eighth, _shaken(0.08 if place % 2 else 0.05, random))
    at, note = 0, int(random.integers(4, 10))
    while at < samples:
        lasts = eighth * int(random.choice([1, 1, 2, 3, 4]))
        note = int(np.clip(note + random.choice([-2, -1, -1, 1, 1, 2]), 0, 13))
        _add(out, at, 0.45 * _bar(67 + key + 12 * (note // 7) + _SCALE[note % 7], 2 * lasts + RATE // 4, random))
        at += lasts
    return tapes.at_level(tapes.band(out[:samples]), dbov)


def _add(out: Signal, at: int, sound: Signal) -> None:
    room = out[at : at + len(sound)]
    room += sound[: len(room)]


def _hz(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def _string(note: int, lasts_s: float, random: np.random.Generator) -> Signal:
    """Karplus and Strong (1983): a burst of noise goes round a loop that is as long as one period, and gets duller."""
    size, hz = 1 << 13, _hz(note)
    kept = 10 ** (-3 / (2 * lasts_s * hz))
    turn = 2 * np.pi * np.fft.rfftfreq(size)
    loop = kept * np.cos(turn / 2) * np.exp(-1j * turn * RATE / hz)
    burst = np.convolve(random.uniform(-1, 1, max(int(RATE / hz), 2)), [0.25, 0.5, 0.25])
    return np.fft.irfft(np.fft.rfft(burst, size) / (1 - loop), size) * np.minimum(1, np.arange(size)[::-1] / 800)


def _piano(note: int, samples: int) -> Signal:
    """Frequency modulation (Chowning, 1973): a body that gets mellow, and a tine that is struck."""
    t, turn = np.arange(samples) / RATE, 2 * np.pi * _hz(note) * np.arange(samples) / RATE
    body = np.sin(turn + 1.4 * np.exp(-t / 0.4) * np.sin(turn))
    tine = np.sin(turn + 0.5 * np.exp(-t / 0.06) * np.sin(5 * turn))
    tremolo = 1 + 0.15 * np.sin(2 * np.pi * 4.5 * t)
    return (0.7 * body + 0.3 * tine) * tremolo * np.exp(-t / 1.1) * np.minimum(1, np.minimum(t / 0.005, t[::-1] / 0.03))


def _bar(note: int, samples: int, random: np.random.Generator) -> Signal:
    """A vibraphone's: the fourth harmonic as the mallet strikes, and vanes that turn over its tube."""
    t, turn = np.arange(samples) / RATE, 2 * np.pi * _hz(note) * np.arange(samples) / RATE
    struck = np.sin(turn + 0.8 * np.exp(-t / 0.08) * np.sin(3 * turn)) * np.exp(-t / 0.9)
    vanes = 1 + 0.35 * np.sin(2 * np.pi * 5.5 * t + random.uniform(0, 6))
    return struck * vanes * np.minimum(1, np.minimum(t / 0.003, t[::-1] / 0.05))


def _shaken(loud: float, random: np.random.Generator) -> Signal:
    grains = np.diff(random.normal(size=641)) * np.hanning(640)
    return loud * random.uniform(0.7, 1.2) * grains
