"""Noises, rooms and hold music a third time, by other makers than all before; calls of them are counted once."""

from __future__ import annotations

from itertools import product

import numpy as np

from bench.surroundings import RATE, Makers
from tests import tapes
from tests.tapes import Signal

_SPEED_M_S = 343.0
_IMAGES = 9
# edges between the bands in which walls differ, and how long each goes on in them
_EDGES_HZ, _LASTS = (600.0, 1600.0), (1.15, 1.0, 0.7)


def _bent(samples: int, random: np.random.Generator, at_hz: tuple[float, ...], db: tuple[float, ...]) -> Signal:
    """Noise whose spectrum goes through these points."""
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    gain = 10 ** (np.interp(np.log(np.maximum(hz, 20)), np.log(at_hz), db) / 20)
    return np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * gain, samples)


def _wander(samples: int, random: np.random.Generator, every_s: float, low: float, high: float) -> Signal:
    """A curve through random values between two bounds."""
    knots = random.uniform(low, high, int(samples / RATE / every_s) + 3)
    at = np.arange(samples) / RATE / every_s
    part = 0.5 - 0.5 * np.cos(np.pi * np.mod(at, 1))
    first = at.astype(int)
    return knots[first] * (1 - part) + knots[first + 1] * part


def _held(sound: Signal) -> Signal:
    """Its peaks bent to six times its level, as a small microphone does."""
    most = 6 * np.sqrt(np.mean(sound**2))
    bent: Signal = most * np.tanh(sound / most)
    return bent


def vacuum(samples: int, random: np.random.Generator) -> Signal:
    """A vacuum cleaner: a motor whose speed gives way a little as the nozzle is pushed, and the air it draws."""
    turns = np.cumsum(random.uniform(180, 320) * _wander(samples, random, 0.8, 0.97, 1.03)) / RATE
    motor = sum(np.sin(2 * np.pi * k * turns + random.uniform(0, 6)) / k for k in range(1, 8))
    air = _bent(samples, random, (100, 500, 1500, 3500), (-12, 0, -3, -12)) * _wander(samples, random, 0.8, 0.8, 1.2)
    return tapes.at_level(np.asarray(motor), -42) + tapes.at_level(air, -30)


def wind(samples: int, random: np.random.Generator) -> Signal:
    """Somebody telephones outdoors: air rumbles at the microphone in gusts."""
    rumble = _bent(samples, random, (60, 300, 800, 3500), (0, -3, -18, -40))
    return rumble * 10 ** (_wander(samples, random, 0.6, -8, 4) / 20)


def train(samples: int, random: np.random.Generator) -> Signal:
    """In a carriage: it rolls, and two axles after each other knock over every joint of the rails."""
    out = tapes.at_level(_bent(samples, random, (60, 250, 900, 3500), (0, 0, -10, -26)), -30)
    every = random.uniform(0.9, 1.3)
    for at in np.arange(0.2, samples / RATE - 0.6, every):
        for place in (at, at + 0.19 * every):
            start, n = int(place * RATE), 900
            out[start : start + n] += random.uniform(0.5, 1) * tapes.at_level(
                _bent(n, random, (80, 400, 1200, 3500), (0, 3, -6, -20)) * np.exp(-np.arange(n) / 180), -30
            )
    return out


def papers(samples: int, random: np.random.Generator) -> Signal:
    """Somebody leafs through papers: a sheet rustles for some tenths of a second, then there is a pause."""
    out, at = random.normal(size=samples) * 0.01, 0
    while (at := at + int(RATE * random.uniform(0.15, 0.9))) + RATE < samples:
        n = int(RATE * random.uniform(0.2, 0.6))
        crumpled = random.normal(size=n) * random.pareto(2.5, n)
        shape = np.hanning(n) * _wander(n, random, 0.04, 0.2, 1.0)
        out[at : at + n] += random.uniform(0.4, 1) * np.diff(np.clip(crumpled, -6, 6), prepend=0.0) * shape
    return _held(out)


def sizzle(samples: int, random: np.random.Generator) -> Signal:
    """A pan on a stove: fat spits all the time, each spit a very short burst, over a hood that draws."""
    spits = (random.random(samples) < 0.04) * random.lognormal(0, 0.5, samples) * random.choice([-1, 1], samples)
    fat = np.convolve(spits, np.exp(-np.arange(20) / 4.0) * np.cos(np.arange(20) * 2.2))[:samples]
    hood = _bent(samples, random, (80, 300, 1200, 3500), (-3, 0, -8, -20))
    return tapes.at_level(_held(fat), -32) + tapes.at_level(hood, -34)


def boiler(samples: int, random: np.random.Generator) -> Signal:
    """Water that comes to the boil: a singing hiss, and bubbles that burst below it."""
    hiss = _bent(samples, random, (100, 700, 2000, 3500), (-20, -6, 0, -6)) * _wander(samples, random, 2.0, 0.7, 1.3)
    bubbles, n = np.zeros(samples), 400
    for at in random.integers(0, max(samples - n, 1), samples * 14 // RATE):
        t = np.arange(n) / RATE
        sweep = random.uniform(250, 700) * (t + 4 * t * t)
        bubbles[at : at + n] += random.lognormal(0, 0.5) * np.sin(2 * np.pi * sweep) * np.exp(-t / 0.012)
    return tapes.at_level(hiss, -31) + tapes.at_level(bubbles, -34)


def walls(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice in a room of six unlike walls, each of which takes more of the high tones than of the low.

    Mirror images in three bands (Allen and Berkley, 1979), walls by Eyring's formula, what comes later than the images
    as noise that falls as they do. direct: the voice's own share of the amplitude, as in `tapes.room`.
    """
    random = np.random.default_rng(seed)
    size = random.uniform((2.6, 2.2, 2.3), (6.0, 5.0, 3.0))
    ear, mouth = (size * random.uniform(0.2, 0.8, 3) for _ in range(2))
    unlike = random.uniform(0.4, 1.6, (2, 3))
    faces = np.array([size[1] * size[2], size[0] * size[2], size[0] * size[1]])
    unlike /= np.sum(unlike * faces) / (2 * faces.sum())
    answer = np.zeros(RATE * (rt60_ms + 150) // 1000)
    hz, low = np.fft.rfftfreq(2 * len(answer), 1 / RATE), 0.0
    for edge_hz, lasts in zip((*_EDGES_HZ, RATE / 2 + 1), _LASTS, strict=True):
        heard = _images(size, ear, mouth, unlike, rt60_ms / 1000 * lasts, len(answer), random)
        band = (hz >= low) & (hz < edge_hz)
        answer += np.fft.irfft(np.fft.rfft(heard, 2 * len(answer)) * band, 2 * len(answer))[: len(answer)]
        low = edge_hz
    answer /= np.sqrt(np.sum(answer**2))
    answer[0] = direct / (1 - direct)
    length = len(voice) + len(answer)
    across = np.fft.irfft(np.fft.rfft(voice, length) * np.fft.rfft(answer, length), length)[: len(voice)]
    return tapes.at_level(across, tapes.level(voice))


def _images(
    size: Signal, ear: Signal, mouth: Signal, unlike: Signal, rt60_s: float, samples: int, random: np.random.Generator
) -> Signal:
    """What the walls send back of an impulse; unlike: [2, 3], what the near and far wall of each axis take against the
    mean."""
    area = 2 * (size[0] * size[1] + size[0] * size[2] + size[1] * size[2])
    takes = unlike * 0.161 * size.prod() / (area * rt60_s) / 2
    n = np.array([each for each in product(range(-_IMAGES, _IMAGES + 1), repeat=3) if any(each)])
    more, less = (np.abs(n) + 1) // 2, np.abs(n) // 2
    near, far = np.where(n > 0, less, more), np.where(n > 0, more, less)
    images = np.where(n % 2, (n + 1) * size - mouth, n * size + mouth)
    way = np.linalg.norm(images - ear, axis=1)
    at = ((way - way.min()) / _SPEED_M_S * RATE).astype(int) + 12
    strength = np.exp(-(near * takes[0] + far * takes[1]).sum(axis=1)) / way * random.choice([-1, 1], len(way))
    answer = np.zeros(samples)
    np.add.at(answer, at[at < samples], strength[at < samples])
    late = min(int(_IMAGES * size.min() / _SPEED_M_S * RATE), samples // 2)
    falls = random.normal(size=samples) * 10 ** (-3 * np.arange(samples) / (RATE * rt60_s))
    answer[late:] = falls[late:] * np.sqrt(
        np.sum(answer[late - 300 : late] ** 2) / np.sum(falls[late - 300 : late] ** 2)
    )
    return answer


def waltz(ms: int, dbov: float, seed: int) -> Signal:
    """Hold music: a slow waltz, bass and two chords to the bar, a reed's tune over it; telephone band."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    beat, key = int(RATE * random.uniform(0.38, 0.55)), int(random.integers(-4, 5))
    out = np.zeros(samples + 6 * beat)
    for bar, at in enumerate(range(0, samples, 3 * beat)):
        chord = ((0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14))[bar % 4]
        _note(out, at, 3 * beat, 43 + key + chord[0] % 12, 0.9, 0.9)
        for place, note in product((1, 2), chord):
            _note(out, at + place * beat, beat, 60 + key + note, 0.5, 0.4)
        tune = 72 + key + int(random.choice(chord)) + int(random.choice([0, 0, 2]))
        for place, lasts in ((0, 2), (2, 1)) if random.random() < 0.7 else ((0, 3),):
            _note(out, at + place * beat, lasts * beat, tune + (0 if place == 0 else 2), 0.8, 30.0)
    return tapes.at_level(tapes.band(out[:samples]), dbov)


def _note(out: Signal, at: int, lasts: int, note: int, strength: float, decay_s: float) -> None:
    t, hz = np.arange(lasts) / RATE, 440 * 2 ** ((note - 69) / 12)
    partials = sum(np.sin(2 * np.pi * hz * k * t) / k**1.2 for k in range(1, 10) if hz * k < 3600)
    edges = np.minimum(t / 0.02, 1) * np.minimum((lasts / RATE - t) / 0.04, 1)
    room = out[at : at + lasts]
    room += strength * (partials * np.exp(-t / decay_s) * edges)[: len(room)]


MADE = Makers(
    {"vacuum": vacuum, "wind": wind, "train": train, "papers": papers, "sizzle": sizzle, "boiler": boiler}, walls, waltz
)
