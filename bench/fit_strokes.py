"""Noises that come blast by blast, stroke by stroke, for what the VAD's weights are fitted on, `bench/fit_clips.py`."""

from __future__ import annotations

import numpy as np

from bench.fit_noises import RATE, resonances, resonant, wandering
from tests.tapes import Signal


def horns(samples: int, random: np.random.Generator) -> Signal:
    """What is sounded at somebody: one to three notes that stand still, with the overtones of a bell, short or long,
    once or some times in a row, near and far, over what else is there."""
    out, at, rest_s = np.zeros(samples), int(RATE * random.uniform(0, 1)), random.uniform(0.1, 3)
    kinds, shake = [_horn(random) for _ in range(int(random.integers(1, 4)))], random.choice([0.0, 0.002, 0.02])
    while at < samples:
        hz, gains = kinds[int(random.integers(len(kinds)))]
        loud, lasts_s = random.uniform(0.1, 1), np.exp(random.uniform(np.log(0.06), np.log(1.5)))
        for _ in range(int(random.choice([1, 1, 2, 3, 5]))):
            count = max(min(int(RATE * lasts_s * random.uniform(0.7, 1.3)), samples - at), 0)
            t = np.arange(count) / RATE
            turns = np.cumsum(1 + shake * np.sin(2 * np.pi * random.uniform(3, 9) * t)) / RATE
            phases = random.uniform(0, 2 * np.pi, len(hz))
            blast = gains @ np.sin(2 * np.pi * hz[:, None] * turns + phases[:, None])
            blast *= np.minimum(1, np.minimum(t / random.uniform(0.003, 0.05), t[::-1] / random.uniform(0.01, 0.1)))
            out[at : at + count] += loud * blast
            at += count + int(RATE * random.uniform(0.04, 0.3))
        at += int(RATE * rest_s * random.exponential())
    return out + resonant(samples, random) * 10 ** (random.uniform(-35, -8) / 20)


def _horn(random: np.random.Generator) -> tuple[Signal, Signal]:
    """Its tones, and how strong they are; of power 1 together."""
    low = np.exp(random.uniform(np.log(150), np.log(1500)))
    notes = low * np.array([1, random.uniform(1.1, 1.6), random.uniform(1.6, 2.2)])[: int(random.integers(1, 4))]
    middle, width, most = random.uniform(500, 3000), random.uniform(300, 3000), int(random.integers(1, 40))
    hz = np.concatenate([note * np.arange(1, min(most, max(int(3800 / note), 1)) + 1) for note in notes])
    gains = np.exp(-(((hz - middle) / width) ** 2)) + 0.01
    return hz, gains * np.sqrt(2 / np.sum(gains**2))


def strokes(samples: int, random: np.random.Generator) -> Signal:
    """What is brushed, torn, wrapped, dragged or shaken: stretches of grains, fine or coarse, each with a rise and a
    fall of its own and a colour that changes on the way, one after another with rests."""
    grains = (random.random(samples) < np.exp(random.uniform(np.log(0.004), 0))) * random.laplace(size=samples)
    begin, end = (_coloured(grains, random) for _ in range(2))
    gain, mixed, at = np.zeros(samples), np.zeros(samples), -int(RATE * random.uniform(0, 0.4))
    lasts_s, rest_s = np.exp(random.uniform(np.log(0.07), np.log(1.2))), random.uniform(0.03, 1.0)
    rises, falls, uneven_db = random.uniform(0.1, 2), random.uniform(0.1, 2), random.uniform(0, 6)
    while at < samples:
        count = int(RATE * lasts_s * random.uniform(0.6, 1.5))
        part = np.linspace(0, 1, count)
        shape = part**rises * (1 - part) ** falls
        shape *= random.uniform(0.3, 1) / shape.max()
        shape *= 10 ** (uneven_db * wandering(count, random, random.uniform(5, 40)) / 20)
        room = slice(max(at, 0), max(min(at + count, samples), 0))
        for kept, values in ((gain, shape), (mixed, part)):
            kept[room] = values[max(-at, 0) :][: room.stop - room.start]
        at += count + int(RATE * rest_s * random.uniform(0.3, 1.7))
    out = (begin * (1 - mixed) + end * mixed) * gain
    return out / out.std() + resonant(samples, random) * 10 ** (random.uniform(-40, -12) / 20)


def revs(samples: int, random: np.random.Generator) -> Signal:
    """An engine of few cylinders, heard stroke by stroke: each a blow through its exhaust, none like the next; somebody
    opens and closes the throttle."""
    throttle = wandering(samples, random, np.exp(random.uniform(np.log(0.1), np.log(1.5))))
    hz = np.exp(random.uniform(np.log(9), np.log(90))) * 2 ** (random.uniform(0.1, 1.2) * throttle)
    at, blows = np.flatnonzero(np.diff(np.floor(np.cumsum(hz) / RATE)) > 0), np.zeros(samples)
    uneven_db, cylinders = random.uniform(0.3, 4), random.uniform(0.3, 1, int(random.integers(1, 5)))
    blows[at] = 10 ** (random.normal(0, uneven_db, len(at)) / 20) * np.resize(cylinders, len(at))
    width = int(RATE * random.uniform(0.0005, 0.01)) + 1
    blows = np.convolve(blows, np.hanning(width + 2), "same")
    breath = np.convolve(blows, np.ones(width), "same") * random.normal(size=samples)
    pushed = blows / blows.std() + random.uniform(0, 0.7) * breath / breath.std()
    sound, load = _coloured(pushed, random), 10 ** (random.uniform(0, 5) * throttle / 20)
    return sound * load + resonant(samples, random) * 10 ** (random.uniform(-35, -3) / 20)


def _coloured(sound: Signal, random: np.random.Generator) -> Signal:
    """Through some resonances, of deviation 1."""
    out = np.fft.irfft(np.fft.rfft(sound) * resonances(len(sound), random), len(sound))
    return out / out.std()
