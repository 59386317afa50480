"""Noises a sixth time, by makers of their own; voices that come from people, by synthesizers that no set had.

Where people are on a Monday morning as they telephone, or are telephoned: an office of many desks, a corner shop, a
crossing, a station's forecourt, a swept yard, an underground train. A place is told as what goes on all the time and
what happens in it; a mobile telephone hears it (`mobile.py`). Rooms are walls that hand on to each other
(`scattered.py`), hold music is a guzheng through a codec (`zither.py`), voices are cut or modelled from recordings
(`readers.py`). It was all written from the things themselves, before any detector had heard it.
"""

from __future__ import annotations

import numpy as np

from bench import scattered, zither
from bench.mobile import carried, curve, through
from bench.places import air, knock, lines, now_and_then, put, scene, unrest
from bench.surroundings import RATE, Makers
from tests.tapes import Signal

_SPEED_M_S = 343.0


def _passes(samples: int, at: int, metres: float, m_s: float) -> tuple[Signal, Signal]:
    """How loud, and how much too high, something is that passes at that distance and speed: 1 and 1 as it is there."""
    way = m_s * (np.arange(samples) - at) / RATE
    far = np.hypot(way, metres)
    return metres / far, 1 / (1 + m_s / _SPEED_M_S * way / far)


def office(samples: int, random: np.random.Generator) -> Signal:
    """An open-plan floor: what comes out of the ducts, chairs that roll over carpet, cups that are put down, and a door
    to the stairs that its closer shuts and its latch."""
    ducts = air(samples, random, (90, 2), (250, 2), (400, -1), (630, -4), (900, -5), (1800, -14), (3800, -26))
    outlet = air(samples, random, (300, -12), (1100, 0), (2100, -2), (3600, -10)) * unrest(samples, random, 0.3, 0.1)
    rolls, stairs, knocks = np.full(samples, 0.01), np.full(samples, 0.02), np.zeros(samples)
    for at in now_and_then(samples, random, (3, 9), 3):
        lasts = int(RATE * random.uniform(0.5, 1.4))
        put(rolls, at, random.uniform(0.4, 1) * np.hanning(lasts) * unrest(lasts, random, 9, 0.4))
    for at in now_and_then(samples, random, (7, 15), 6):
        opens, stands = int(RATE * random.uniform(0.6, 1.2)), int(RATE * random.uniform(1, 2.5))
        ajar = np.concatenate((np.linspace(0, 1, opens), np.ones(stands), np.linspace(1, 0, 2 * opens) ** 1.5))
        put(stairs, at, ajar)
        put(knocks, at, 1.2 * knock(random, 700, 2400, 5))
        put(knocks, at + len(ajar), random.uniform(3, 5) * knock(random, 130, 420, 28))
        put(knocks, at + len(ajar) + int(random.integers(200, 600)), 1.5 * knock(random, 700, 2400, 5))
    for at in now_and_then(samples, random, (2, 7), 2):
        put(knocks, at, random.uniform(0.3, 1.2) * knock(random, 800, 2900, 9, 0.1))
    castors = air(samples, random, (150, -3), (380, 0), (800, -6), (1500, -8), (3500, -24)) * rolls
    shaft = air(samples, random, (150, 0), (500, -2), (1200, -4), (3000, -14)) * stairs
    return scene((ducts, -31), (outlet, -34), (castors, -37), (shaft, -37), (knocks, -38))


def coolers(samples: int, random: np.random.Generator) -> Signal:
    """A corner shop's three refrigerators for drinks: compressors start with a click and stop with a shake, fans blow,
    and bottles ring where two of them touch."""
    shells, glass, clicks = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    for number in range(3):
        runs = np.zeros(samples)
        for at in now_and_then(samples, random, (9, 26), 4) if number else (0,):
            lasts = int(RATE * random.uniform(6, 18)) if number else samples
            runs[at : at + lasts] = 1
            put(clicks, at, random.uniform(0.6, 1) * knock(random, 900, 2800, 4))
            put(clicks, at + lasts, random.uniform(1, 2) * knock(random, 120, 500, 30))
        speed = np.convolve(np.pad(runs, (RATE // 5 - 1, 0)), np.full(RATE // 5, 5 / RATE), "valid")
        hz = random.uniform(47.5, 49.2) if random.random() < 0.7 else random.uniform(57, 95)
        turns = np.cumsum(hz * np.clip(speed, 0.3, 1)) / RATE + random.random()
        # a piston pushes for a twentieth of each turn
        humps = np.exp(70 * (np.cos(2 * np.pi * turns) - 1)) * unrest(samples, random, 5, 0.1)
        shell = sorted(random.uniform(150, 1600, 4))
        shape = ((60, -14), *((hz, db) for at in shell for hz, db in ((0.93 * at, -9), (at, 0), (1.08 * at, -9))))
        shells += through(humps * speed, *sorted(shape), (2400, -22)) * random.uniform(0.5, 1.2)
        # the harder it shakes, the more often bottles touch
        shakes = speed * unrest(samples, random, 0.5, 0.5)
        meets = np.flatnonzero((np.diff(np.floor(turns)) > 0) & (shakes[1:] > random.uniform(1.3, 1.7)))
        for at in meets:
            put(glass, int(at), random.uniform(0.2, 1) * knock(random, 1900, 3300, 5, 0.05))
    fans = air(samples, random, (120, -6), (300, 0), (700, -3), (1500, -9), (3600, -18))
    ballast = lines(np.arange(samples) * 100.0 / RATE, 1 / np.arange(1, 16) ** 0.9, random)
    return scene((shells, -31), (fans, -33), (ballast, -45), (glass + 1e-3 * fans, -40), (clicks + 1e-3 * fans, -41))


def crossing(samples: int, random: np.random.Generator) -> Signal:
    """A crossing in a town full of electric scooters: the town's murmur, motors and tyres that pass, brakes, and horns
    that are sounded at whoever is in the way."""
    town = air(samples, random, (90, 0), (300, -2), (700, -5), (1300, -6), (2200, -13), (3800, -24))
    town *= unrest(samples, random, 0.4, 0.18)
    whirrs, tyres, horns, brakes = (np.zeros(samples) for _ in range(4))
    rubber = air(samples, random, (200, -8), (600, 0), (1100, 0), (2000, -8), (3600, -18))
    for at in now_and_then(samples, random, (1.2, 4), 2):
        near, pitch = _passes(samples, at, random.uniform(1.5, 7), random.uniform(4, 11))
        turns = np.cumsum(random.uniform(180, 420) * pitch * (1 + 0.02 * (unrest(samples, random, 1, 1) - 1))) / RATE
        whirrs += near * lines(turns, (0.7, 1, 0.3, 0.2, 0.1, 0.5), random)
        tyres += near * rubber
        if random.random() < 0.25:
            lasts = int(RATE * random.uniform(0.3, 0.8))
            squeal = lines(np.cumsum(random.uniform(1500, 2600) * unrest(lasts, random, 4, 0.01)) / RATE, [1.0], random)
            put(brakes, at, squeal * np.hanning(lasts) * unrest(lasts, random, 25, 0.5))
    for at in now_and_then(samples, random, (1.5, 6), 3):
        car, loud = random.random() < 0.4, random.uniform(0.15, 1)
        discs = (random.uniform(390, 430), random.uniform(480, 530)) if car else (random.uniform(380, 620),)
        for _ in range(int(random.choice([1, 1, 2, 3]))):
            lasts = int(RATE * random.uniform(0.08, 0.45))
            t = np.arange(lasts) / RATE
            tones = sum(
                lines(hz * t, np.exp(-(((np.arange(hz, 3800, hz) - 2300) / 1300) ** 2)), random) for hz in discs
            )
            put(horns, at, loud * tones * np.minimum(1, np.minimum(t / 0.012, t[::-1] / 0.03)))
            at += lasts + int(RATE * random.uniform(0.08, 0.25))
    return scene((town, -30), (whirrs, -39), (tyres, -35), (horns + 1e-3 * town, -37), (brakes + 1e-3 * town, -46))


def suitcase(samples: int, random: np.random.Generator) -> Signal:
    """Somebody pulls a suitcase over a station's forecourt: hard wheels on rough slabs, two wheels that drop over each
    joint, a hollow case; they stop to look at the board."""
    walks = np.ones(samples)
    for at in now_and_then(samples, random, (5, 12), 8):
        walks[at : at + int(RATE * random.uniform(0.4, 0.9))] = 0.15
    m_s = random.uniform(1.1, 1.5) * unrest(samples, random, 0.6, 0.06)
    m_s *= np.convolve(np.pad(walks, (1599, 0)), np.full(1600, 1 / 1600), "valid")
    way = np.cumsum(m_s) / RATE
    # the ground is rough where it is rough, whoever comes along
    ground, slab = random.lognormal(0, 0.35, int(way[-1] / 0.02) + 2), random.uniform(0.3, 0.6)
    rough = np.interp(way / 0.02, np.arange(len(ground)), ground) * m_s**1.5
    blows = np.zeros(samples)
    for axle in (0.0, random.uniform(0.02, 0.06)):
        for at in np.flatnonzero(np.diff(np.floor((way + axle) / slab)) > 0):
            put(blows, int(at), m_s[at] * random.uniform(0.5, 1.2) * knock(random, 220, 1300, 7))
    case = ((110, -8), (240, 1), (330, -4), (520, 2), (760, -3), (1150, 0), (1900, -5), (3700, -15))
    rolls = air(samples, random, *case) * rough
    forecourt = air(samples, random, (100, 0), (400, -3), (1500, -9), (3700, -22))
    return scene((rolls, -31), (blows, -33), (forecourt, -44))


def sweeping(samples: int, random: np.random.Generator) -> Signal:
    """A yard is swept with a broom of twigs, stroke by stroke; grit rolls on, and the broom is knocked clean."""
    twigs, grit, taps = np.full(samples, 0.02), np.zeros(samples), np.zeros(samples)
    at, strokes = -int(RATE * random.uniform(0, 0.4)), 0
    while at < samples:
        lasts = int(RATE * random.uniform(0.38, 0.6))
        part = np.linspace(0, 1, lasts)
        # it is set down quickly, pushed, and leaves the ground slowly
        put(twigs, at, random.uniform(0.7, 1.2) * part**0.4 * (1 - part) ** 1.1 * 2 * unrest(lasts, random, 30, 0.3))
        for stone in at + (RATE * random.uniform(0.1, 0.9, random.poisson(9))).astype(int):
            put(grit, int(stone), random.lognormal(-0.5, 0.6) * knock(random, 1400, 3200, 2.5, 0.2))
        at, strokes = at + lasts + int(RATE * random.uniform(0.12, 0.4)), strokes + 1
        if strokes % 9 == 0:
            for tap in range(int(random.integers(2, 4))):
                put(taps, at + tap * RATE // 4, random.uniform(0.7, 1.2) * knock(random, 180, 900, 14))
            at += RATE * 3 // 4
    # each twig jumps from one grain to the next
    jumps = (random.random(samples) < 0.22) * random.laplace(size=samples) * random.lognormal(0, 0.4, samples)
    brushed = through(jumps * twigs, (200, -14), (700, -5), (1600, 0), (2900, 0), (3800, -8))
    yard = air(samples, random, (100, 0), (350, -3), (1000, -10), (3500, -26))
    return scene((brushed, -30), (grit, -40), (taps + 1e-3 * yard, -42), (yard, -46))


def metro(samples: int, random: np.random.Generator) -> Signal:
    """Between two stations under ground, as a mobile's codec leaves it: the tunnel, motors whose inverter changes its
    pulses step by step as the train gets faster, wheels that sing in a bend, and a fan."""
    t, start = np.arange(samples) / RATE, random.uniform(-18, 2)
    m_s = np.clip((t - start) * random.uniform(0.8, 1.1), 5, random.uniform(15, 21))
    m_s *= unrest(samples, random, 0.1, 0.02)
    motor_hz = m_s * random.uniform(4.2, 5.4)
    pulses = np.select([motor_hz < 40, motor_hz < 58, motor_hz < 76], [900 / motor_hz, 15, 9], 5)
    phase, carrier = np.cumsum(motor_hz) / RATE, np.cumsum(motor_hz * pulses) / RATE
    whine = sum(
        strength * np.sin(2 * np.pi * (carrier + side * phase) + random.uniform(0, 6))
        for side, strength in ((-4, 0.3), (-2, 1.0), (2, 1.0), (4, 0.4))
    )
    tunnel = air(samples, random, (90, 2), (220, 1), (500, 0), (900, -3), (1600, -9), (3600, -22))
    tunnel *= (m_s / 15) ** 0.8 * unrest(samples, random, 1.2, 0.12)
    gears = lines(phase * random.uniform(5.6, 8.4), (1, 0.5, 0.25), random)
    gears *= unrest(samples, random, 6, 0.3)
    sings = np.full(samples, 1e-3)
    for at in now_and_then(samples, random, (3, 11), 6):
        lasts = int(RATE * random.uniform(0.5, 2))
        put(sings, at, random.uniform(0.4, 1) * np.hanning(lasts) * unrest(lasts, random, 8, 0.6))
    bend = curve(
        1 << (samples + 1).bit_length(), (1700, -40), (2150, -3), (2300, -14), (2750, 0), (2900, -18), (3600, -40)
    )
    wheels = np.fft.irfft(np.fft.rfft(random.normal(size=samples), 2 * len(bend) - 2) * bend)[:samples] * sings
    fan = air(samples, random, (200, 0), (900, -2), (1800, -4), (3500, -12))
    return carried(scene((tunnel, -30), (np.asarray(whine), -42), (gears, -41), (wheels, -42), (fan, -37)))


MADE = Makers(
    {
        "office": office, "coolers": coolers, "crossing": crossing, "suitcase": suitcase, "sweeping": sweeping,
        "metro": metro,
    },
    scattered.network, zither.guzheng,
)  # fmt: skip
