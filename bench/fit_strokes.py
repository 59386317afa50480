"""Noises that come blast by blast, stroke by stroke, drop by drop, for what the VAD's weights are fitted on,
`bench/fit_clips.py`."""

from __future__ import annotations

from collections.abc import Callable

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


def barks(samples: int, random: np.random.Generator) -> Signal:
    """What barks, caws, quacks or bleats: rough voices that are no person's, each through a throat of its own that
    opens and shuts, some times in a row, with rests."""
    out = np.zeros(samples)
    for _ in range(int(random.integers(1, 4))):
        at, near = int(RATE * random.uniform(0, 2)), random.uniform(0.2, 1)
        call, rest_s, most = _animal(random), random.uniform(0.3, 4), int(random.integers(2, 9))
        while at < samples:
            for _ in range(int(random.integers(1, most))):
                sound = call()[: max(samples - at, 0)]
                out[at : at + len(sound)] += near * random.uniform(0.6, 1) * sound
                at += len(sound) + int(RATE * random.uniform(0.05, 0.5))
            at += int(RATE * rest_s * random.exponential())
    return out + resonant(samples, random) * 10 ** (random.uniform(-40, -8) / 20)


def _animal(random: np.random.Generator) -> Callable[[], Signal]:
    """One of its calls, of deviation 1, no two the same."""
    hz, lasts_s = np.exp(random.uniform(np.log(180), np.log(1300))), np.exp(random.uniform(np.log(0.06), np.log(0.6)))
    bent, rough, breath = random.uniform(0, 0.8), random.uniform(0, 0.08), random.uniform(0, 0.75)
    halves = random.uniform(0, 0.8)
    throat = [(np.exp(random.uniform(np.log(400), np.log(3000))), random.uniform(150, 900)) for _ in range(2)]

    def call() -> Signal:
        count = int(RATE * lasts_s * random.uniform(0.7, 1.3))
        part = np.linspace(0, 1, count)
        pitch = hz * random.uniform(0.92, 1.08) * 2 ** (bent * np.sin(np.pi * part ** random.uniform(0.5, 1.5)))
        pitch *= np.exp(rough * wandering(count, random, 90))
        turns, opened = np.cumsum(pitch) / RATE, 1 + 0.4 * np.sin(np.pi * part)
        sound = breath * random.normal(size=count) * (0.6 + 0.4 * np.sin(2 * np.pi * turns))
        # folds that are blown at so hard swing unevenly: every other time as far
        for k in np.arange(0.5, 3600 / hz, 0.5):
            gain = sum(1 / (1 + ((k * pitch - tone_hz * opened) / width) ** 2) for tone_hz, width in throat)
            tone = np.sin(2 * np.pi * k * turns + random.uniform(0, 6)) * (k * pitch < 3900)
            sound += gain * tone * (halves if k % 1 else 1.0)
        sound *= np.sin(np.pi * part ** random.uniform(0.4, 1.0)) ** random.uniform(0.5, 1.5)
        return np.asarray(sound / (sound.std() + 1e-9))

    return call


def drops(samples: int, random: np.random.Generator) -> Signal:
    """What drips, bubbles, tinkles or pings: short tones, few or many, each of which may rise or fall as it dies
    away."""
    out, at = np.zeros(samples), 0.0
    hz, spread = np.exp(random.uniform(np.log(250), np.log(3000))), random.uniform(0.02, 0.5)
    a_second, unsteady = np.exp(random.uniform(np.log(0.7), np.log(60))), random.uniform(0, 1)
    pace = a_second * 2 ** (unsteady * wandering(samples, random, random.uniform(0.2, 4)))
    lasts_s, slides, uneven_db = np.exp(random.uniform(np.log(0.004), np.log(0.25))), *random.uniform((-0.3, 0), (1, 8))
    other, count = random.uniform(1.3, 4.2), int(RATE * lasts_s * 5)
    t = np.arange(count) / RATE
    fades = np.exp(-t / lasts_s) * np.minimum(1, t / 0.0015)
    while (at := at + RATE / pace[int(at)] * random.exponential()) < samples - 80:
        slide = 2 ** (slides * np.minimum(t / lasts_s, 3) / 3)
        turns = np.cumsum(hz * np.exp(spread * random.normal()) * slide) / RATE
        tone = np.sin(2 * np.pi * turns) + random.choice([0, 0.3]) * np.sin(2 * np.pi * other * turns)
        tone *= fades * 10 ** (uneven_db * random.normal() / 20)
        room = out[int(at) : int(at) + count]
        room += tone[: len(room)]
    return out / (out.std() + 1e-9) + resonant(samples, random) * 10 ** (random.uniform(-35, 3) / 20)


def _coloured(sound: Signal, random: np.random.Generator) -> Signal:
    """Through some resonances, of deviation 1."""
    out = np.fft.irfft(np.fft.rfft(sound) * resonances(len(sound), random), len(sound))
    return out / out.std()
