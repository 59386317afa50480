"""Noises and rooms for calls that nothing was tuned on; other makers than in tests/tapes.py and bench/fit_noises.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from tests import tapes
from tests.tapes import Signal

RATE = 8000
Maker = Callable[[int, np.random.Generator], Signal]


@dataclass(frozen=True)
class Makers:
    """noises: of so many samples, at any level. room(voice, rt60_ms, direct, seed): the voice in one. music(ms, dbov,
    seed): while somebody is on hold."""

    noises: Mapping[str, Maker]
    room: Callable[[Signal, int, float, int], Signal]
    music: Callable[[int, float, int], Signal] | None = None


_SPEED_M_S = 343.0
_REFLECTIONS = 8


def _shaped(samples: int, random: np.random.Generator, low_hz: float, high_hz: float, slope: float) -> Signal:
    """Noise between two edges whose power falls with frequency to the power of `slope`."""
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    gain = np.where((hz > low_hz) & (hz < high_hz), np.maximum(hz, 50) ** (-slope / 2), 0.0)
    return np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * gain, samples)


def fan(samples: int, random: np.random.Generator) -> Signal:
    """Blades that hum, and the air they move."""
    t, hz = np.arange(samples) / RATE, random.uniform(60, 130)
    blades = sum(np.sin(2 * np.pi * hz * k * t + random.uniform(0, 6)) / k**1.5 for k in range(1, 5))
    return tapes.at_level(_shaped(samples, random, 80, 3800, 1.5), -30) + tapes.at_level(np.asarray(blades), -38)


def rain(samples: int, random: np.random.Generator) -> Signal:
    """Very many small drops, some near ones."""
    drops = random.poisson(0.02, samples) * random.exponential(1, samples) + random.poisson(5e-5, samples) * 12
    return np.convolve(drops * random.choice([-1, 1], samples), np.diff(np.exp(-np.arange(24) / 5)), "same")


def keys(samples: int, random: np.random.Generator) -> Signal:
    """Somebody types: each key goes down and comes up again, in bursts of words."""
    out, at = random.normal(size=samples) * 0.01, 0
    while (at := at + int(RATE * random.choice([0.12, 0.18, 0.9], p=[0.5, 0.4, 0.1]))) + 1200 < samples:
        for place, strength in ((at, 1.0), (at + int(random.integers(500, 1000)), 0.5)):
            n = np.arange(160)
            click = random.normal(size=160) * np.exp(-n / random.uniform(8, 30))
            thud = np.sin(2 * np.pi * random.uniform(250, 600) * n / RATE) * np.exp(-n / 40)
            out[place : place + 160] += strength * random.uniform(0.4, 1) * (click + thud)
    return out


def street(samples: int, random: np.random.Generator) -> Signal:
    """Traffic afar, and a car that passes every few seconds."""
    out, t = tapes.at_level(_shaped(samples, random, 60, 1500, 2.5), -36), np.arange(samples) / RATE
    for at in np.arange(random.uniform(0, 5), samples / RATE, random.uniform(5, 9)):
        near = np.exp(-(((t - at) / random.uniform(0.8, 1.6)) ** 2))
        out += near * tapes.at_level(_shaped(samples, random, 80, 2500, 1.5), -34)
    return out


def printer(samples: int, random: np.random.Generator) -> Signal:
    """A carriage to and fro: bands of noise in strokes of a second, a motor's whine under them."""
    t, stroke = np.arange(samples) / RATE, random.uniform(0.7, 1.3)
    strokes = 0.35 + 0.65 * (np.mod(t, stroke) < 0.75 * stroke)
    whine = np.sin(2 * np.pi * np.cumsum(np.where(strokes > 0.5, 620.0, 410.0)) / RATE)
    body = _shaped(samples, random, 400, 3000, 0.3)
    return tapes.at_level(body, -30) * strokes + tapes.at_level(whine, -50)


def shoebox(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a rectangular room by its mirror images (Allen and Berkley, 1979), near or far as `direct` asks.

    The walls take what Sabine's formula asks of them for this reverberation time; what comes later than the images
    reach goes on as noise that falls at that rate.
    """
    random = np.random.default_rng(seed)
    size = random.uniform((3.0, 2.5, 2.4), (7.0, 5.0, 3.2))
    area = 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    kept = np.sqrt(1 - min(0.161 * size.prod() / (area * rt60_ms / 1000), 0.95))
    ear = size * random.uniform(0.3, 0.7, 3)
    way = random.normal(size=3)
    mouth = np.clip(ear + way / np.linalg.norm(way) * (0.08 + 2.2 * (1 - direct)), 0.1, size - 0.1)
    answer = np.zeros(int(RATE * rt60_ms / 1000) + RATE // 10)
    steps = np.arange(-_REFLECTIONS, _REFLECTIONS + 1)
    for n in np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3):
        image = np.where(n % 2, (n + 1) * size - mouth, n * size + mouth)
        far = float(np.linalg.norm(image - ear))
        at = int(far / _SPEED_M_S * RATE)
        if at < len(answer):
            answer[at] += kept ** np.abs(n).sum() / max(far, 0.05)
    late = int(_REFLECTIONS * size.min() / _SPEED_M_S * RATE)
    falls = random.normal(size=len(answer)) * 10 ** (-3 * np.arange(len(answer)) / (RATE * rt60_ms / 1000))
    last = np.sqrt(np.mean(answer[late - 400 : late] ** 2) / np.mean(falls[late - 400 : late] ** 2))
    answer[late:] = falls[late:] * last
    length = len(voice) + len(answer)
    heard = np.fft.irfft(np.fft.rfft(voice, length) * np.fft.rfft(answer, length), length)[: len(voice)]
    return tapes.at_level(heard, tapes.level(voice))


def answered(voice: Signal, answer: Signal, direct: float) -> Signal:
    """The voice, and what a room adds to it: its answer to a blow, of energy 1; direct as in `tapes.room`."""
    whole = np.concatenate(([direct / (1 - direct)], answer[1:]))
    size = 1 << (len(voice) + len(whole)).bit_length()
    heard = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(whole, size), size)[: len(voice)]
    return tapes.at_level(heard, tapes.level(voice))


MADE = Makers({"fan": fan, "rain": rain, "keys": keys, "street": street, "printer": printer}, shoebox)
