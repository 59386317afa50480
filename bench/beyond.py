"""Noises, rooms and hold music a fourth time, by makers of their own; voices that no set and no fit has (`shelves.py`).

Where `surroundings.py`, `elsewhere.py` and `apart.py` draw noise between edges or through points of a spectrum, here
bodies ring: noise and blows are heard through resonances, and all of it as a telephone sends it, without what lies
under 200 Hz. Rooms are traced by rays (`rays.py`). Hold music is bowed, blown and slow (`evening.py`). It was all
written from the things themselves, before any detector had heard it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench import evening, rays
from bench.surroundings import RATE, Makers
from tests import tapes
from tests.tapes import Signal

# a frame of GSM is 4.615 ms, of which a telephone sends one eighth; the last of 26 frames stays empty
_FRAME_S, _BURST, _FRAMES = 0.12 / 26, 1 / 8, 26
_FINER = 8
# a limiter holds peaks to so many times the level, within 5 ms
_MOST, _BLOCK = 6.0, 40


def _sent(sound: Signal) -> Signal:
    """As a telephone sends it: the lows fall from 250 Hz on, the highs from 3400 Hz on, peaks are turned down."""
    hz = np.fft.rfftfreq(len(sound), 1 / RATE)
    gain = (hz / 250) ** 3 / np.sqrt(1 + (hz / 250) ** 6) / np.sqrt(1 + (hz / 3400) ** 20)
    sound = np.fft.irfft(np.fft.rfft(sound) * gain, len(sound))
    most = _MOST * np.sqrt(np.mean(sound**2))
    blocks = np.abs(np.resize(sound, -(-len(sound) // _BLOCK) * _BLOCK)).reshape(-1, _BLOCK).max(axis=1)
    near = np.maximum(blocks, np.maximum(np.roll(blocks, 1), np.roll(blocks, -1)))
    turned = np.minimum(1, most / np.maximum(near, 1e-9))
    return sound * np.interp(np.arange(len(sound)), np.arange(len(blocks)) * _BLOCK + _BLOCK / 2, turned)


def _body(samples: int, random: np.random.Generator, *rings: tuple[float, float, float]) -> Signal:
    """Noise through resonances; rings: Hz, half width in Hz, dB."""
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    power = sum(10 ** (db / 10) / (1 + ((hz - at) / width) ** 2) for at, width, db in rings)
    return np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * np.sqrt(power), samples)


def _drift(samples: int, random: np.random.Generator, most_hz: float) -> Signal:
    """A curve around 0 of deviation 1 in which nothing is quicker than that."""
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    curve = np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * np.exp(-((hz / most_hz) ** 2)), samples)
    return curve / curve.std()


def _blow(random: np.random.Generator, low_hz: float, high_hz: float, modes: int, ms: float) -> Signal:
    """What one blow sets ringing: some modes, each of which dies away in about so many ms, the high ones sooner."""
    t, out = np.arange(int(RATE * ms / 200)) / RATE, np.zeros(int(RATE * ms / 200))
    for hz in np.exp(random.uniform(np.log(low_hz), np.log(high_hz), modes)):
        lasts_s = ms / 1000 * random.uniform(0.5, 1.2) * (low_hz / hz) ** 0.3
        out += random.uniform(0.3, 1) * np.sin(2 * np.pi * hz * t + random.uniform(0, 6)) * np.exp(-t / lasts_s)
    return out


def _struck(blows: Signal, ring: Signal) -> Signal:
    size = 1 << (len(blows) + len(ring)).bit_length()
    return np.fft.irfft(np.fft.rfft(blows, size) * np.fft.rfft(ring, size), size)[: len(blows)]


def _goes(samples: int, random: np.random.Generator, *lasts_s: tuple[float, float]) -> Iterator[tuple[int, int, int]]:
    """Which of some things is going on, in turn, from where to where."""
    at, which = 0, int(random.integers(len(lasts_s)))
    while at < samples:
        end = min(at + int(RATE * random.uniform(*lasts_s[which])), samples)
        yield which, at, end
        at, which = end, (which + 1) % len(lasts_s)


def headset(samples: int, random: np.random.Generator) -> Signal:
    """A headset's microphone rubs over a collar or a cheek, as its wearer moves; at times something knocks at it."""
    cloth = _body(samples, random, (350, 250, 0), (1300, 700, -6), (2700, 600, -10))
    grain = (0.3 + np.abs(_drift(samples, random, 30))) * 10 ** (3 * _drift(samples, random, 1.5) / 20)
    moves, knocks = np.full(samples, 0.1), np.zeros(samples)
    for which, at, end in _goes(samples, random, (0.2, 1.1), (0.2, 1.0)):
        if which:
            moves[at:end] += 10 ** (random.normal(0, 3) / 20) * np.sin(np.pi * np.linspace(0, 1, end - at)) ** 0.7
        knocks[at] = (random.random() < 0.4) * random.lognormal(0, 0.5)
    knocked = _struck(knocks, _blow(random, 180, 1500, 8, 12))
    return _sent(tapes.at_level(cloth * grain * moves, -30) + tapes.at_level(knocked, -40))


def mobile(samples: int, random: np.random.Generator) -> Signal:
    """A mobile phone lies by the wires, and somebody talks on it: they pick up its bursts, which are few while it has
    nothing to say."""
    t = np.arange(samples * _FINER) / (RATE * _FINER)
    frame = (t / _FRAME_S).astype(int)
    power = 10 ** (random.normal(0, 1.5, frame[-1] + 1) / 20)
    power[np.arange(len(power)) % _FRAMES == _FRAMES - 1] = 0
    for quiet, at, end in _goes(samples, random, (1.5, 6), (0.4, 2.0)):
        first, last = (int(place / RATE / _FRAME_S) for place in (at, end))
        some = np.arange(first, min(last, len(power)))
        # one frame of 26, and eight in a row of each 104
        power[some] *= (some % _FRAMES == 12) | (some % (4 * _FRAMES) < 8) if quiet else 1
    bursts = power[frame] * (np.mod(t / _FRAME_S, 1) < _BURST)
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    wires = np.maximum(hz, 50) ** random.uniform(0.2, 0.9)
    picked = np.fft.irfft(np.fft.rfft(bursts)[: len(hz)] * wires, samples)
    return _sent(tapes.at_level(picked, -30) + tapes.at_level(random.normal(size=samples), -58))


def cabin(samples: int, random: np.random.Generator) -> Signal:
    """In a car on its way, the windows shut: tyres, wind and motor, joints of the road; now and then it indicates."""
    road = _body(samples, random, (110, 90, 6), (320, 200, -4), (900, 700, -17)) * 10 ** (
        _drift(samples, random, 0.3) / 20
    )
    turns = np.cumsum(random.uniform(55, 100) * (1 + 0.03 * _drift(samples, random, 0.2))) / RATE
    motor = sum(np.sin(2 * np.pi * k * turns + random.uniform(0, 6)) / k for k in range(1, 17))
    joints, ticks = np.zeros(samples), np.zeros(samples)
    for _, at, end in _goes(samples, random, (1.5, 6)):
        for place in (at, at + int(RATE * random.uniform(0.10, 0.18))):
            joints[min(place, samples - 1)] = random.uniform(0.4, 1)
        if random.random() < 0.25:
            ticks[at : end : int(RATE * 0.36)] = np.resize((1.0, 0.7), len(ticks[at : end : int(RATE * 0.36)]))
    bumps, relay = _struck(joints, _blow(random, 60, 400, 6, 40)), _struck(ticks, _blow(random, 1400, 3000, 5, 4))
    louder = bumps * 60 / max(np.abs(bumps).max(), 1e-9) + relay * 15 / max(np.abs(relay).max(), 1e-9)
    return _sent(tapes.at_level(road, -26) + tapes.at_level(np.asarray(motor), -29) + louder * 32768 * 10 ** (-46 / 20))


def drill(samples: int, random: np.random.Generator) -> Signal:
    """The neighbours have the builders in: a hammer drill, heard through the wall, goes on for seconds, and rests."""
    works = np.zeros(samples)
    for rests, at, end in _goes(samples, random, (2.5, 8), (0.5, 1.6)):
        works[at:end] = 0.0 if rests else 1.0
    # it takes a third of a second to come up to speed, and as long to run down
    gets = np.convolve(np.pad(works, (RATE // 3, 0)), np.full(RATE // 3, 3 / RATE), "valid")[:samples]
    a_second = random.uniform(38, 60) * np.clip(gets, 0.3, 1) * (1 + 0.03 * _drift(samples, random, 2))
    turns = np.cumsum(a_second) / RATE
    hits = np.diff(np.floor(turns), prepend=0.0) * gets**2 * np.exp(0.2 * random.normal(size=samples))
    wall = _struck(hits, _blow(random, 160, 1800, 14, 9))
    gear = sum(np.sin(2 * np.pi * 9 * k * turns + random.uniform(0, 6)) / k for k in range(1, 6)) * gets
    dust = _body(samples, random, (500, 400, 0), (1500, 800, -8)) * gets
    rest = _body(samples, random, (250, 250, 0))
    parts = ((wall, -30), (np.asarray(gear), -44), (dust, -42), (rest, -52))
    return _sent(sum((tapes.at_level(sound, dbov) for sound, dbov in parts), np.zeros(samples)))


def tiles(samples: int, random: np.random.Generator) -> Signal:
    """Mahjong: four people stir the tiles on the table, then lay them down one by one."""
    stir, laid = np.zeros(samples), np.zeros(samples)
    rounds = 10 ** (2.5 * np.sin(2 * np.pi * random.uniform(1.2, 2.2) * np.arange(samples) / RATE) / 20)
    for lay, at, end in _goes(samples, random, (4, 9), (3, 7)):
        n = end - at
        if lay:
            places = at + np.cumsum(random.uniform(0.12, 0.6, 60) * RATE).astype(int)
            places = places[places < end]
            laid[places] = random.lognormal(0, 0.5, len(places))
        else:
            some = (random.random(n) < 180 / RATE) * np.sin(np.pi * np.linspace(0, 1, n)) ** 0.4
            stir[at:end] = some * random.lognormal(0, 0.7, n) * random.choice([-1, 1], n)
    out, which = tapes.at_level(_body(samples, random, (400, 300, 0)), -54), random.integers(10, size=samples)
    for number in range(10):
        click = _blow(random, 1100, 3500, 4, 2.5)
        out += 1200 * _struck((stir * rounds + 1.8 * laid) * (which == number), click)
    return _sent(out + 800 * _struck(laid + 0.1 * stir, _blow(random, 150, 600, 5, 15)))


def laundry(samples: int, random: np.random.Generator) -> Signal:
    """A washing machine: the drum turns for some seconds, stands, and turns back; each time the load falls into the
    water."""
    turns = np.zeros(samples)
    for stands, at, end in _goes(samples, random, (5, 10), (1, 2)):
        turns[at:end] = np.minimum(1, np.minimum(np.arange(end - at), np.arange(end - at)[::-1]) / RATE / 0.4)
        turns[at:end] *= not stands
    t, falls = np.arange(samples) / RATE, np.zeros(samples)
    at, every_s = 0, random.uniform(0.36, 0.5)
    while (at := at + int(RATE * every_s * random.uniform(0.85, 1.15))) < samples:
        falls[at] = turns[at] * random.uniform(0.4, 1)
    splash = _body(samples, random, (380, 200, 0), (900, 400, -5), (2200, 700, -14))
    slaps = splash * _struck(falls, np.minimum(t[:2400] / 0.015, 1) * np.exp(-t[:2400] / 0.06))
    water = _body(samples, random, (600, 350, 0), (1700, 600, -6)) * np.exp(0.3 * _drift(samples, random, 3))
    water *= 0.6 + 0.4 * turns
    spin = np.cumsum(random.uniform(90, 130) * np.clip(turns, 0.1, 1) * (1 + 0.01 * _drift(samples, random, 1))) / RATE
    motor = sum(np.sin(2 * np.pi * k * spin + random.uniform(0, 6)) / k**0.8 for k in (1, 2, 3, 4, 6, 8)) * turns
    return _sent(tapes.at_level(slaps, -32) + tapes.at_level(water, -35) + tapes.at_level(np.asarray(motor), -36))


MADE = Makers(
    {"headset": headset, "mobile": mobile, "cabin": cabin, "drill": drill, "tiles": tiles, "laundry": laundry},
    rays.traced, evening.evening,
)  # fmt: skip
