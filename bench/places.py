"""Of what places are told, for the sets from `yonder` on: what goes on in them, what happens now and then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bench.mobile import held, through
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal


def air(samples: int, random: np.random.Generator, *points: tuple[float, float]) -> Signal:
    """Noise through these gains."""
    return through(random.normal(size=samples), *points)


def unrest(samples: int, random: np.random.Generator, a_second: float, by: float) -> Signal:
    """A gain around 1 that turns about so many times a second, mostly by no more than that share."""
    knots = random.normal(size=int(samples / RATE * 2 * a_second) + 8)
    # a quarter of each neighbour, so that it turns softly
    soft = np.convolve(knots, (0.25, 0.5, 0.25), "same") * 1.63
    at = np.linspace(1, len(knots) - 2, samples)
    return np.exp(by * np.interp(at, np.arange(len(knots)), soft))


def now_and_then(
    samples: int, random: np.random.Generator, every_s: tuple[float, float], first_s: float = 1.0
) -> Iterator[int]:
    """Samples at which something happens, the first within so many seconds."""
    at = int(RATE * random.uniform(0, first_s))
    while at < samples:
        yield at
        at += int(RATE * random.uniform(*every_s))


def put(out: Signal, at: int, sound: Signal) -> None:
    """Adds it there, as far as there is room."""
    room = out[max(at, 0) : max(at + len(sound), 0)]
    room += sound[max(-at, 0) :][: len(room)]


def knock(random: np.random.Generator, low_hz: float, high_hz: float, ms: float, grit: float = 0.3) -> Signal:
    """Something hits something: it gives for a moment, five tones ring on, and something scrapes."""
    t = np.arange(int(RATE * ms / 1000 * 6)) / RATE
    tones = random.uniform(low_hz, high_hz, 5)
    rings = sum(np.sin(2 * np.pi * hz * t) * np.exp(-t * 1000 / ms * (hz / low_hz) ** 0.5) for hz in tones)
    scrape = through(random.normal(size=len(t)), (low_hz, 0), (high_hz, 0), (min(2 * high_hz, 3900), -20))
    sound = rings + grit * 4 * scrape * np.exp(-t * 2000 / ms)
    return sound * np.minimum(1, t / 0.0006) / np.sqrt(np.mean(sound**2)) * (0.02 / (t[-1] + 0.001)) ** 0.5


def lines(turns: Signal, strengths: Sequence[float] | Signal, random: np.random.Generator) -> Signal:
    """A tone and its harmonics; turns: periods since the beginning."""
    parts = (
        strength * np.sin(2 * np.pi * k * turns + random.uniform(0, 2 * np.pi))
        for k, strength in enumerate(strengths, 1)
    )
    return np.asarray(sum(parts, np.zeros(len(turns))))


def scene(*parts: tuple[Signal, float]) -> Signal:
    """These sounds, each at its level, as a mobile telephone's microphone hands them on."""
    return held(sum((tapes.at_level(sound, dbov) for sound, dbov in parts), np.zeros(len(parts[0][0]))))
