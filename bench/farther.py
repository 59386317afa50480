"""Noises a fifth time, by makers of their own; voices that no set and no fit has (`shelves.py`).

Here it is written what happens and when: a piston fires, a plate throws up what lies on it, glue lets go grain by
grain, a cracker bursts; what is hit rings, and a handset hears it. Rooms are waves on a floor plan (`mesh.py`), hold
music is plucked, struck and modulated (`lounge.py`). It was all written from the things themselves.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bench import few_bits, lounge, mesh
from bench.surroundings import RATE, Makers
from tests import tapes
from tests.tapes import Signal

# a handset's microphone gives way above so many times the level
_MOST = 5.0
_GRAVITY = 9.81


def _room(samples: int) -> int:
    return 1 << (samples + RATE // 4).bit_length()


def _heard(sound: Signal) -> Signal:
    """As a handset hears it: two poles at 280 Hz, six at 3400 Hz (Butterworth), and a microphone that gives way."""
    size = _room(len(sound))
    s = 1j * np.fft.rfftfreq(size, 1 / RATE)
    low, high = s / 280, s / 3400
    gain = low**2 / (low**2 + np.sqrt(2) * low + 1)
    for angle in np.pi / 12 * np.array([1, 3, 5]):
        gain = gain / (high**2 + 2 * np.cos(angle) * high + 1)
    sound = np.fft.irfft(np.fft.rfft(sound, size) * gain, size)[: len(sound)]
    most = _MOST * np.sqrt(np.mean(sound**2))
    return sound / (1 + (np.abs(sound) / most) ** 4) ** 0.25


def _rung(sound: Signal, *modes: tuple[float, float, float]) -> Signal:
    """What a thing of these modes makes of it; each Hz, ms in which it dies away, share."""
    size = _room(len(sound))
    back = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    answer = np.zeros(len(back), complex)
    for hz, ms, share in modes:
        keeps = np.exp(-1000 / (ms * RATE))
        mode = 1 / (1 - 2 * keeps * np.cos(2 * np.pi * hz / RATE) * back + (keeps * back) ** 2)
        answer += share * mode / np.sqrt(np.mean(np.abs(mode) ** 2))
    return np.fft.irfft(np.fft.rfft(sound, size) * answer, size)[: len(sound)]


def _softened(sound: Signal, ms: float) -> Signal:
    """Through one pole: it follows within so many ms."""
    size = _room(len(sound))
    back = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    keeps = np.exp(-1000 / (ms * RATE))
    return np.fft.irfft(np.fft.rfft(sound, size) * (1 - keeps) / (1 - keeps * back), size)[: len(sound)]


def _eddies(samples: int, random: np.random.Generator, uneven: float) -> Signal:
    """A gain of mean square about 1: big eddies hand on their energy to small ones unevenly, halving after halving."""
    size, parts = 4 * RATE, np.ones(samples // (4 * RATE) + 2)
    while size > 100:
        share = random.normal(0, uneven, 2 * len(parts))
        parts, size = np.repeat(parts, 2) * np.exp(share - uneven**2 / 2), size // 2
    return np.sqrt(np.interp(np.arange(samples), np.arange(len(parts)) * size, parts))


def _spells(
    samples: int, random: np.random.Generator, goes_s: tuple[float, float], rests_s: tuple[float, float]
) -> Iterator[tuple[int, int]]:
    """From where to where it goes on; it begins in the midst of something."""
    at = -int(RATE * random.uniform(0, goes_s[0]))
    while at < samples:
        end = at + int(RATE * random.uniform(*goes_s))
        if end > 0:
            yield max(at, 0), min(end, samples)
        at = end + int(RATE * random.uniform(*rests_s))


def _beats(a_second: Signal) -> np.ndarray:
    """Where a thing that comes round so often comes round."""
    return np.flatnonzero(np.diff(np.floor(np.cumsum(a_second) / RATE), prepend=0.0))


def _sum(*parts: tuple[Signal, float]) -> Signal:
    return _heard(sum((tapes.at_level(sound, dbov) for sound, dbov in parts), np.zeros(len(parts[0][0]))))


def motorcycle(samples: int, random: np.random.Generator) -> Signal:
    """Somebody delivers meals and telephones as they ride: one cylinder and its pipe, gears, air at the helmet."""
    every = int(RATE * random.uniform(3, 6))
    asked = random.uniform(22, 55, samples // every + 3)
    km_h = _softened(np.interp(np.arange(samples), np.arange(len(asked)) * every, asked), 400)
    km_h = np.maximum(km_h, 15) * (1 + 0.01 * random.normal(size=samples // 400 + 1).repeat(400)[:samples])
    gear = np.select([km_h < 20, km_h < 32, km_h < 44], [2.1, 1.45, 1.08], 0.88)
    throttle = 1 + 0.4 * np.tanh(np.gradient(_softened(km_h, 200)) * RATE / 6)
    fires = np.zeros(samples)
    at = _beats(km_h * _softened(gear, 60) * random.uniform(0.9, 1.1))
    fires[at] = random.lognormal(0, 0.15, len(at)) * throttle[at]
    size, turn = _room(samples), 2 * np.pi * np.fft.rfftfreq(_room(samples))
    # an open end sends the blow back upside down
    pipe = 1 / (1 + 0.6 * np.cos(turn / 2) ** 2 * np.exp(-1j * turn * 2 * random.uniform(0.7, 1.1) / 343 * RATE))
    blown = np.fft.irfft(np.fft.rfft(_softened(fires, 0.6), size) * pipe, size)[:samples]
    air = _softened(_softened(random.normal(size=samples), 0.5), 0.25) * _eddies(samples, random, 0.35)
    chain = _rung(random.normal(size=samples), (900, 1.0, 1), (2100, 0.7, 0.7)) * _softened(fires, 12)
    gas = _rung(random.normal(size=samples) * _softened(fires, 4), (420, 2, 1), (1100, 1, 0.6))
    return _sum((blown, -29), (gas, -36), (air * (km_h / 40) ** 1.5, -31), (chain, -41))


def cicadas(samples: int, random: np.random.Generator) -> Signal:
    """A summer's day, the window open: cicadas in the trees near and far, each of which buckles its ribs a hundred
    times a second and more, and leaves."""
    t, out = np.arange(samples) / RATE, np.zeros(samples)
    ring, species = np.arange(56) / RATE, random.uniform(2500, 3200)
    for _ in range(int(random.integers(10, 19))):
        sings = np.full(samples, 0.02)
        for at, end in _spells(samples, random, (5, 18), (0.5, 6)):
            sings[at:end] = 1
        swells = 1 + 0.35 * np.sin(2 * np.pi * random.uniform(0.7, 5) * t + random.uniform(0, 6))
        ribs, clicks = random.uniform(90, 210), np.zeros(samples)
        at = _beats(np.full(samples, ribs) * (1 + 0.04 * random.normal(size=samples // 80 + 1).repeat(80)[:samples]))
        clicks[at] = (_softened(sings, 250) * swells)[at] * random.lognormal(0, 0.25, len(at))
        sac = np.exp(-ring / random.uniform(0.0009, 0.0016)) * np.sin(2 * np.pi * random.normal(species, 170) * ring)
        out += np.convolve(clicks, sac)[:samples] / random.uniform(2, 12)
    leaves = random.normal(size=samples) * _softened(_eddies(samples, random, 0.3), 30)
    return _sum((out, -30), (_rung(leaves, (700, 0.5, 1), (1800, 0.4, 0.8)), -42))


def firecrackers(samples: int, random: np.random.Generator) -> Signal:
    """A shop is opened with strings of firecrackers: each a blast wave, and the houses' fronts throw it back."""
    blasts = np.zeros(samples)
    for start, end in _spells(samples, random, (4, 14), (0.2, 1.2)):
        at, many = float(start), random.uniform(12, 26)
        while (at := at + RATE * random.exponential(1 / many)) < end:
            blasts[int(at)] += random.lognormal(0, 0.5)
    out, t = np.zeros(samples), np.arange(64) / RATE
    which = random.integers(4, size=samples)
    for number in range(4):
        lasts_s = random.uniform(0.0004, 0.0009)
        wave = (1 - t / lasts_s) * np.exp(-t / lasts_s)
        out += np.convolve(blasts * (which == number), wave)[:samples]
    fronts = np.zeros(RATE * 9 // 10)
    fronts[0] = 1
    after_s = random.uniform(0.015, 0.12, 12).cumsum()
    for late_s in after_s[after_s < 0.85]:
        few = int(late_s * RATE) + random.integers(0, 90, 8)
        fronts[np.minimum(few, len(fronts) - 1)] += random.uniform(0.05, 0.25) * np.exp(-late_s / 0.3)
    size = 1 << (samples + len(fronts)).bit_length()
    street = np.fft.irfft(np.fft.rfft(out, size) * np.fft.rfft(fronts, size), size)[:samples]
    return _sum((street, -30), (_softened(random.normal(size=samples), 0.4), -50))


def parcels(samples: int, random: np.random.Generator) -> Signal:
    """Parcels are packed: tape comes off its roll grain by grain and is torn, cardboard is moved."""
    slips, torn, put = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    rubs = np.full(samples, 0.02)
    for start, end in _spells(samples, random, (0.4, 1.3), (0.25, 1.4)):
        grains = start + np.cumsum(random.gamma(1.5, RATE / random.uniform(400, 900) / 1.5, end - start)).astype(int)
        grains = grains[grains < end]
        pulled = 0.5 + np.sin(np.pi * (grains - start) / (end - start) * random.uniform(0.4, 0.9))
        slips[grains] = pulled * np.minimum(random.pareto(2.2, len(grains)) + 0.3, 6)
        torn[end : end + 200] = random.uniform(1, 3) * np.exp(-np.arange(200) / 60)[: len(torn[end : end + 200])]
        after = min(end + int(RATE * random.uniform(0.05, 0.25)), samples - 1)
        put[after] = random.lognormal(0, 0.4)
        rubs[after : after + RATE // 3] += random.uniform(0.2, 1) * np.hanning(RATE // 3)[: samples - after]
    noise = random.normal(size=samples)
    roll = _rung(slips * random.choice([-1, 1], samples), (850, 1.2, 1), (1700, 1, 1.2), (2900, 0.8, 1))
    paper = _rung(noise * rubs * (random.random(samples) < 0.2), (600, 0.7, 1), (1500, 0.5, 0.8))
    box = _rung(put, (190, 18, 1), (330, 12, 0.8), (520, 7, 0.5))
    hall = _softened(random.normal(size=samples), 0.6)
    return _sum((roll, -30), (_rung(noise * torn, (2300, 0.3, 1)), -38), (paper, -37), (box, -38), (hall, -54))


def banknotes(samples: int, random: np.random.Generator) -> Signal:
    """At a bank's counter: a machine counts notes, a thousand a minute, each snaps; stacks are knocked even."""
    runs, snaps, knocks = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    for start, end in _spells(samples, random, (2, 6), (0.8, 2.2)):
        runs[start:end] = 1
        for late_s in np.cumsum(random.uniform(0.18, 0.35, int(random.integers(2, 5)))):
            knocks[min(end + int(late_s * RATE), samples - 1)] = random.uniform(0.5, 1)
    speed = _softened(runs, 90)
    at = _beats(random.uniform(15, 24) * np.maximum(speed, 0.01) * (1 + 0.02 * random.normal(size=samples)))
    snaps[at] = speed[at] ** 2 * random.lognormal(0, 0.3, len(at))
    flick = np.concatenate((0.3 * np.hanning(50), np.exp(-np.arange(60) / 14)))
    leaf = random.normal(size=samples) * np.convolve(snaps, flick)[:samples]
    rolls = random.normal(size=samples) * speed * (1 + 0.5 * np.sin(2 * np.pi * np.cumsum(95 * speed) / RATE))
    notes = _rung(leaf, (1150, 0.6, 1), (2500, 0.5, 1.2))
    table = _rung(knocks, (240, 14, 1), (700, 5, 0.7), (1600, 2, 0.4))
    room = _softened(random.normal(size=samples), 0.5)
    return _sum((notes, -30), (_rung(rolls, (480, 1.2, 1), (1400, 0.8, 0.7)), -35), (table, -40), (room, -52))


def sewing(samples: int, random: np.random.Generator) -> Signal:
    """A tailors' workshop: a dozen machines run seam by seam, each stitch a needle, a hook and a feeder."""
    out = np.zeros(samples)
    for _ in range(int(random.integers(9, 15))):
        pedal, stitches = np.zeros(samples), np.zeros(samples)
        for start, end in _spells(samples, random, (0.6, 3.5), (0.4, 3)):
            pedal[start:end] = random.uniform(0.5, 1)
        # the hand that guides the cloth holds it back a little, stitch by stitch
        holds = 1 + 0.04 * random.normal(size=samples // 160 + 1).repeat(160)[:samples]
        a_second = random.uniform(35, 70) * _softened(pedal, 80) * holds
        for phase, strength in ((0.0, 1.0), (0.35, 0.5), (0.62, 0.7)):
            at = _beats(a_second + (np.arange(samples) == 0) * phase * RATE)
            stitches[at] += strength * np.minimum(a_second[at] / 20, 1) * random.lognormal(0, 0.2, len(at))
        head = tuple((random.uniform(250, 3000), random.uniform(0.6, 2.5), random.uniform(0.4, 1)) for _ in range(4))
        out += _rung(stitches, *head) / random.uniform(1.5, 9)
    vents = _rung(random.normal(size=samples), (300, 0.8, 1), (800, 0.4, 0.5))
    return _sum((out, -30), (vents, -38))


def grille(samples: int, random: np.random.Generator) -> Signal:
    """An air conditioner's grille has come loose: its frame shakes, throws it up and is hit as it comes down."""
    t, hz = np.arange(samples) / RATE, random.uniform(22, 26)
    beats = 1 + 0.25 * np.sin(2 * np.pi * random.uniform(0.1, 0.5) * t)
    frame = beats * np.sin(2 * np.pi * hz * t) + 0.4 * np.sin(2 * np.pi * 2.03 * hz * t + random.uniform(0, 6))
    # so strong that it leaves the frame now and then, and never finds a pace
    frame *= random.uniform(1.1, 1.9) * _GRAVITY / (2 * np.pi * hz) ** 2
    hits = _thrown(frame, random.uniform(0.3, 0.55))
    slats = tuple((random.uniform(400, 3200), random.uniform(2, 7), random.uniform(0.4, 1)) for _ in range(7))
    air = _rung(random.normal(size=samples), (250, 0.9, 1), (650, 0.5, 0.7), (1700, 0.3, 0.3))
    hum = sum(np.sin(2 * np.pi * 2 * hz * k * t + random.uniform(0, 6)) / k for k in range(1, 12))
    return _sum((_rung(hits, *slats), -31), (air, -33), (np.asarray(hum), -42))


def _thrown(frame: Signal, bounce: float) -> Signal:
    """How hard what lies loosely on a frame hits it, and when; it keeps so much of its speed."""
    hits, below = np.zeros(len(frame)), frame.tolist()
    at, speed, before = below[0], 0.0, below[0]
    for k, under in enumerate(below):
        moves, before = (under - before) * RATE, under
        speed -= _GRAVITY / RATE
        at += speed / RATE
        if at < under:
            at, meets = under, moves - speed
            if meets > 0:
                hits[k] = meets
                speed = moves + bounce * meets
    # what merely lies on it makes no sound
    return np.where(hits > 2 * _GRAVITY / RATE, hits, 0.0)


def bus(samples: int, random: np.random.Generator) -> Signal:
    """On a bus, by a telephone of few bits: a diesel, its fans, the road, and what the codec leaves of them."""
    asked = random.uniform(0.55, 1, samples // (3 * RATE) + 3)
    pace = _softened(np.interp(np.arange(samples), np.arange(len(asked)) * 3 * RATE, asked), 500)
    fires = np.zeros(samples)
    at = _beats(random.uniform(55, 80) * pace)
    fires[at] = random.lognormal(0, 0.25, len(at))
    diesel = _rung(fires, (180, 3, 1), (420, 2, 0.8), (1300, 0.8, 0.3))
    fans = _rung(random.normal(size=samples), (400, 0.5, 1), (1100, 0.4, 0.6), (2400, 0.3, 0.3))
    road = _softened(random.normal(size=samples), 0.8) * _eddies(samples, random, 0.25) * pace
    return few_bits.coded(_sum((diesel, -32), (fans, -32), (road, -31)))


MADE = Makers(
    {
        "motorcycle": motorcycle, "cicadas": cicadas, "firecrackers": firecrackers, "parcels": parcels,
        "banknotes": banknotes, "sewing": sewing, "grille": grille, "bus": bus,
    },
    mesh.floor, lounge.bossa,
)  # fmt: skip
