"""Noises an eighth time, by makers of their own; voices of people, as they were recorded.

What lines to and from a call centre in a Chinese city carry on any Wednesday: a customer on the motorway, at the
roadside, at the wok, in the wind; an agent whose desk is at work, and one whose headset rubs. Told as in `yonder.py`,
of what goes on and what happens (`places.py`), heard by a mobile telephone (`mobile.py`), two of them through its
codec; the agents' two by a headset, to which what is not at the mouth is fainter. Rooms are the tones at which they
ring (`modes.py`), hold music is a chip (`chip.py`). Voices are prompts that nothing here had heard (`prompts.py`), and
clips that `held_out`, `fresh`, `unseen` and `apart` have: no weights are fitted on those, but they have been counted
before, with other noises. Who wrote it knew the noises of the other sets and what the changelog says of the detectors,
not what they are fitted on; the noises are those that are heard most, whether or not another set has one by another
name.
"""

from __future__ import annotations

import numpy as np

from bench import chip, modes
from bench.mobile import carried, through
from bench.places import air, knock, lines, now_and_then, put, scene, unrest
from bench.surroundings import RATE, Makers
from tests.tapes import Signal

# what a headset's microphone makes of things that are not at the mouth: it is open at its back
_FAR = ((100, -16), (300, -8), (800, -3), (1800, 0), (3900, 1))


def _swells(samples: int, at: int, metres: float, m_s: float) -> Signal:
    """How loud something is that passes at that distance and speed: 1 when it is there."""
    return metres / np.hypot(m_s * (np.arange(samples) - at) / RATE, metres)


def _stroke(random: np.random.Generator, seconds: tuple[float, float], a_second: float, by: float) -> Signal:
    """A gain that comes, goes and is uneven meanwhile."""
    lasts = int(RATE * random.uniform(*seconds))
    return np.hanning(lasts) * unrest(lasts, random, a_second, by)


def motorway(samples: int, random: np.random.Generator) -> Signal:
    """In a car at a hundred, the window ajar: tyres on asphalt that is coarse or fine, joints of a viaduct under both
    axles, air at the gap, the engine, the blower, lorries that are overtaken, and at times the indicator."""
    m_s = random.uniform(24, 33) * unrest(samples, random, 0.05, 0.04)
    way, surface, joints = np.cumsum(m_s) / RATE, np.ones(samples), np.zeros(samples)
    for at in now_and_then(samples, random, (4, 14), 6):
        surface[at:] = random.uniform(0.7, 1.25)
    surface = np.convolve(np.pad(surface, (1199, 0), "edge"), np.full(1200, 1 / 1200), "valid")
    apart, wheelbase, viaduct = random.uniform(25, 40), random.uniform(2.5, 2.9), random.random() < 0.6
    for axle in (0.0, wheelbase):
        for joint in np.flatnonzero(np.diff(np.floor((way - axle) / apart)) > 0) if viaduct else ():
            put(joints, int(joint), random.uniform(0.6, 1.2) * knock(random, 130, 520, 18))
    tyres = air(samples, random, (90, 8), (200, 4), (500, 1), (900, 0), (1300, -5), (2200, -14), (3800, -26)) * surface
    gap = air(samples, random, (120, 2), (400, 0), (1000, -1), (2000, -4), (3700, -11))
    gap *= unrest(samples, random, 6, 0.2) * unrest(samples, random, 0.5, 0.12)
    lorries = np.full(samples, 1e-3)
    for at in now_and_then(samples, random, (5, 15), 8):
        lorries += random.uniform(0.4, 1) * _swells(samples, at, random.uniform(2.5, 6), random.uniform(3, 9)) ** 2
    roar = air(samples, random, (90, 4), (250, 2), (700, 0), (1500, -5), (3700, -18)) * lorries
    engine_hz = m_s * random.uniform(1.25, 1.6)
    engine = lines(np.cumsum(engine_hz) / RATE, random.uniform(0.3, 1, 24) / np.arange(1, 25) ** 0.8, random)
    blower = air(samples, random, (150, -4), (500, 0), (1200, -3), (3700, -14))
    ticks = np.zeros(samples)
    for at in now_and_then(samples, random, (12, 30), 25):
        for number in range(int(random.integers(6, 15))):
            tick = knock(random, *((1300, 3000) if number % 2 else (900, 2300)), 3)
            put(ticks, at + int(number * RATE * 0.36), tick)
    return scene(
        (tyres, -29), (gap, -33), (roar, -37), (engine, -42), (blower, -43), (joints + 1e-3 * tyres, -39),
        (ticks + 1e-3 * tyres, -51),
    )  # fmt: skip


def roadside(samples: int, random: np.random.Generator) -> Signal:
    """At a bus stop, as a mobile's codec leaves it: the town, cars and electric scooters that pass, bicycles that tick
    and brake, and buses, which draw up, let their air go, stand with a humming motor and pull away."""
    town = air(samples, random, (90, 4), (250, 0), (600, -4), (1200, -8), (2200, -15), (3800, -26))
    town *= unrest(samples, random, 0.3, 0.12)
    rubber = air(samples, random, (120, -2), (350, -2), (800, 1), (1200, 0), (2000, -7), (3700, -20))
    near, whirrs, ticks, brakes = np.full(samples, 1e-3), np.zeros(samples), np.zeros(samples), np.zeros(samples)
    for at in now_and_then(samples, random, (1.5, 6), 3):
        near += (random.uniform(0.5, 1) * _swells(samples, at, random.uniform(4, 9), random.uniform(7, 14))) ** 2
    for at in now_and_then(samples, random, (2, 7), 4):
        turns = np.cumsum(random.uniform(200, 450) * unrest(samples, random, 0.8, 0.03)) / RATE
        by = _swells(samples, at, random.uniform(1.5, 5), random.uniform(4, 7)) ** 1.5
        whirrs += by * lines(turns, (0.5, 1, 0.3, 0.4, 0.1, 0.2), random)
    for at in now_and_then(samples, random, (5, 14), 8):
        every, close = RATE / random.uniform(14, 30), random.uniform(0.4, 1)
        for number in range(int(random.uniform(2, 4) * RATE / every)):
            beside = 1 - 2 * abs(number * every / (4 * RATE) - 0.4)
            put(ticks, int(at + number * every), close * max(beside, 0.1) * knock(random, 1800, 3400, 2.5))
        if random.random() < 0.3:
            squeal = _stroke(random, (0.4, 1.2), 20, 0.4)
            pitch = random.uniform(1400, 2700) * unrest(len(squeal), random, 4, 0.008)
            put(brakes, at + RATE, close * squeal * lines(np.cumsum(pitch) / RATE, (1, 0.3), random))
    bus, hiss = np.zeros(samples), np.full(samples, 1e-3)
    for at in now_and_then(samples, random, (14, 28), 14):
        _stops(bus, hiss, at - 4 * RATE, random)
    pressed = air(samples, random, (300, -14), (900, -4), (2000, 0), (3500, 1)) * hiss
    heard = scene(
        (town, -35), (rubber * np.sqrt(near), -30), (whirrs + 1e-3 * town, -40), (ticks + 1e-3 * town, -46),
        (brakes + 1e-3 * town, -50), (bus + 1e-2 * town / np.std(town), -35), (pressed, -40),
    )  # fmt: skip
    return carried(heard)


def _stops(bus: Signal, hiss: Signal, at: int, random: np.random.Generator) -> None:
    """One draws up for 3 s, stands for some, and is gone 5 s later; most have no engine but a motor and gears."""
    comes, stands, goes = 3 * RATE, int(RATE * random.uniform(4, 9)), 5 * RATE
    whole, t = comes + stands + goes, np.arange(comes + stands + goes) / RATE
    drives = np.interp(np.arange(whole), (0, comes, comes + stands, whole), (0.6, 0, 0, 1))
    loud = np.interp(np.arange(whole), (0, comes, comes + stands + goes // 2, whole), (0.05, 1, 1, 0.05))
    if random.random() < 0.7:
        sound = lines(np.cumsum(30 + 700 * drives) / RATE, (1, 0.2, 0.4, 0.1, 0.1), random) * (0.1 + drives)
        sound += 0.4 * air(whole, random, (150, 0), (500, 0), (1500, -5), (3700, -18))
    else:
        turns = np.cumsum(32 * (1 + 1.6 * drives)) / RATE
        sound = lines(turns, random.uniform(0.3, 1, 50) / np.arange(1, 51) ** 0.6, random) * (0.5 + drives)
        sound *= 1 + 0.5 * np.exp(4 * (np.cos(2 * np.pi * turns / 3) - 1)) * unrest(whole, random, 20, 0.2)
        sound += 0.7 * air(whole, random, (150, 0), (600, 0), (1500, -4), (3700, -16))
    put(bus, at, sound * loud)
    for begins_s in (comes / RATE + 0.3, comes / RATE + random.uniform(1, 1.6), (comes + stands) / RATE - 0.4):
        since, puff_s = t - begins_s, random.uniform(0.12, 0.5)
        put(hiss, at, random.uniform(0.4, 1) * np.where(since > 0, np.exp(-np.abs(since) / puff_s), 0.0))


def wok(samples: int, random: np.random.Generator) -> Signal:
    """At the stove: the hood, the flame, oil that crackles, more so when something is thrown in, the ladle that taps
    and scrapes the iron, and the wok that is set down."""
    hood = air(samples, random, (100, 2), (250, 2), (450, 0), (900, -3), (1600, -8), (2600, -15), (3800, -26))
    blades = lines(np.cumsum(random.uniform(230, 420) * unrest(samples, random, 0.3, 0.002)) / RATE, (1, 0.3), random)
    flame = air(samples, random, (90, 3), (220, 2), (500, 0), (1000, -6), (3700, -20)) * unrest(samples, random, 9, 0.2)
    hot = np.full(samples, random.uniform(0.25, 0.5))
    for at in now_and_then(samples, random, (6, 15), 5):
        t = np.arange(samples - at) / RATE
        hot[at:] += random.uniform(0.4, 1) * np.minimum(1, t / 0.15) * np.exp(-t / random.uniform(2, 5))
    bursts = (random.random(samples) < 0.06 * hot) * random.lognormal(0, 0.9, samples) * random.choice([-1, 1], samples)
    oil = through(bursts, (300, -16), (900, -6), (1800, 0), (3000, 1), (3900, -2))
    steam = air(samples, random, (300, -12), (1000, -4), (2200, 0), (3800, 0)) * hot
    taps, scrapes, blows = np.zeros(samples), np.full(samples, 1e-3), np.zeros(samples)
    iron, at = random.uniform(500, 800), -int(RATE * random.uniform(0, 3))
    while at < samples:
        every = RATE / random.uniform(1.8, 3.4)
        for _ in range(int(random.integers(3, 14))):
            put(scrapes, at, random.lognormal(-0.3, 0.4) * _stroke(random, (0.12, 0.35), 45, 0.4))
            if random.random() < 0.6:
                put(taps, at, random.lognormal(-0.3, 0.5) * knock(random, iron, 4 * iron, random.uniform(8, 22), 0.2))
            at += int(every * random.normal(1, 0.12))
        if random.random() < 0.5:
            put(blows, at, random.uniform(0.6, 1.2) * knock(random, 150, 700, 20))
        at += int(RATE * random.uniform(0.6, 3.5))
    scraped = air(samples, random, (400, -10), (1000, -2), (1900, 0), (2700, 2), (3700, -3)) * scrapes
    return scene(
        (hood, -31), (blades, -43), (flame, -36), (oil, -36), (steam, -37), (scraped, -38),
        (taps + 1e-3 * hood, -34), (blows + 1e-3 * hood, -40),
    )  # fmt: skip


def gusts(samples: int, random: np.random.Generator) -> Signal:
    """Somebody walks along in the wind, as a mobile's codec leaves it: what the wind does to the microphone grows
    faster than the wind and then leaves its range, a slot of the case hisses, a sleeve rustles at each step; far off
    is a road."""
    wind = unrest(samples, random, 0.15, 0.12) * unrest(samples, random, 0.8, 0.16) * unrest(samples, random, 4, 0.16)
    eddies = air(samples, random, (30, 14), (80, 12), (160, 7), (300, 1), (600, -7), (1200, -17), (2400, -29))
    eddies *= wind**2 * unrest(samples, random, 25, 0.25)
    most = 2.2 * np.std(eddies)
    eddies = most * np.tanh(eddies / most)
    slot = air(samples, random, (300, -10), (800, -4), (1700, 0), (2600, -2), (3800, -8)) * wind**3
    slot *= unrest(samples, random, 14, 0.3)
    sleeve, at = np.full(samples, 1e-3), -int(RATE * random.uniform(0, 0.5))
    every = RATE / random.uniform(1.6, 2.0)
    while at < samples:
        put(sleeve, at, random.lognormal(-0.2, 0.5) * _stroke(random, (0.15, 0.35), 35, 0.4))
        stands = int(RATE * random.uniform(2, 6)) if random.random() < 0.03 else 0
        at += int(every * random.normal(1, 0.05)) + stands
    cloth = air(samples, random, (250, -8), (700, 0), (1500, -1), (2600, -4), (3800, -8)) * sleeve
    road = air(samples, random, (90, 2), (300, 0), (800, -4), (1500, -9), (3700, -24)) * unrest(
        samples, random, 0.3, 0.2
    )
    return carried(scene((eddies, -23), (slot, -42), (cloth, -43), (road, -43)))


def desk(samples: int, random: np.random.Generator) -> Signal:
    """An agent looks something up while the customer waits: one thing after another, words that are typed, a mouse that
    is moved and clicked, a pen, sheets that are turned; beside them others type, over them the air conditioning."""
    ducts = air(samples, random, (90, 3), (200, 2), (400, 0), (800, -4), (1600, -11), (3700, -24))
    others, own = np.zeros(samples), np.zeros(samples)
    glides, pen, sheets = (np.full(samples, 1e-3) for _ in range(3))
    for _ in range(3):
        far, at = random.uniform(0.3, 1), -int(RATE * random.uniform(0, 4))
        while at < samples:
            at = _types(others, at, far, random) + int(RATE * random.uniform(1, 6))
    at = -int(RATE * random.uniform(0, 3))
    while at < samples:
        doing = random.choice(["keys", "keys", "keys", "mouse", "mouse", "pen", "sheets"])
        if doing == "keys":
            at = _types(own, at, 1.0, random)
        elif doing == "mouse":
            for _ in range(int(random.integers(1, 5))):
                move = random.uniform(0.4, 1) * _stroke(random, (0.3, 0.9), 12, 0.4)
                put(glides, at, move)
                at += len(move)
                for _ in range(int(random.choice([1, 1, 2]))):
                    put(own, at, random.uniform(0.5, 0.8) * knock(random, 1500, 3300, 3))
                    put(own, at + int(RATE * random.uniform(0.07, 0.11)), 0.4 * knock(random, 1700, 3500, 2.5))
                    at += int(RATE * 0.2)
                at += int(RATE * random.uniform(0.1, 0.6))
        elif doing == "pen":
            for _ in range(int(random.integers(10, 40))):
                put(pen, at, random.lognormal(-0.2, 0.4) * _stroke(random, (0.06, 0.2), 50, 0.4))
                at += int(RATE * random.uniform(0.12, 0.3))
            put(own, at, 0.7 * knock(random, 1400, 3200, 4))
        else:
            for _ in range(int(random.integers(1, 4))):
                leaf = _stroke(random, (0.3, 0.8), 30, 0.7)
                put(sheets, at, random.uniform(0.5, 1.2) * leaf)
                at += len(leaf) + int(RATE * random.uniform(0.1, 0.8))
        at += int(RATE * random.uniform(0.2, 1.2))
    slides = air(samples, random, (200, -4), (500, 0), (1200, -3), (3700, -12)) * glides
    writes = air(samples, random, (300, -8), (900, 0), (2000, 0), (3700, -4)) * pen
    paper = air(samples, random, (300, -12), (1000, -3), (2200, 1), (3800, 0)) * sheets
    heard = scene(
        (ducts, -31),
        (others + 1e-3 * ducts, -43),
        (own + 1e-3 * ducts, -37),
        (slides, -48),
        (writes, -47),
        (paper, -41),
    )
    return through(heard, *_FAR)


def _types(out: Signal, at: int, loud: float, random: np.random.Generator) -> int:
    """A few words; where they end. Flat caps go down onto their rubber and come up again."""
    low = random.uniform(350, 600)
    for _ in range(int(random.integers(4, 30))):
        key, wide = loud * random.lognormal(-0.1, 0.3), random.random() < 0.15
        put(out, at, key * knock(random, (0.6 if wide else 1) * low, 3200, 9 if wide else 6, 0.6))
        put(out, at + int(RATE * random.uniform(0.06, 0.13)), 0.45 * key * knock(random, 1.6 * low, 3500, 4, 0.6))
        at += int(RATE * max(random.lognormal(-1.75, 0.4), 0.07))
    return at


def collar(samples: int, random: np.random.Generator) -> Signal:
    """A headset that sits badly: its cable rubs on a collar and hands each catch on to the boom, foam rubs on a cheek,
    the boom is pushed; breath goes over the microphone, out and in; the room is far."""
    breath, at = np.full(samples, 0.02), -int(RATE * random.uniform(0, 3))
    drawn, near = np.full(samples, 0.02), random.uniform(0.6, 1.1)
    while at < samples:
        out_s, in_s = random.uniform(1.2, 2.2), random.uniform(0.7, 1.2)
        part = np.linspace(0, 1, int(RATE * out_s))
        puff = (part**0.3 * (1 - part) ** 0.8) * unrest(len(part), random, 12, 0.35)
        put(breath, at, random.uniform(0.7, 1.2) * puff)
        at += int(RATE * (out_s + random.uniform(0.05, 0.6)))
        put(drawn, at, random.uniform(0.6, 1.1) * _stroke(random, (in_s, in_s + 0.1), 6, 0.15))
        at += int(RATE * (in_s + random.uniform(0.05, 0.2)))
    blown = air(samples, random, (80, 12), (180, 8), (350, 3), (700, -3), (1400, -9), (2600, -16), (3800, -24)) * breath
    sucked = air(samples, random, (250, -8), (600, -2), (1200, 0), (2200, -2), (3800, -9)) * drawn
    rubs, cheek, pushes = np.full(samples, 1e-3), np.full(samples, 1e-3), np.zeros(samples)
    for at in now_and_then(samples, random, (0.5, 3), 2):
        for _ in range(int(random.integers(1, 5))):
            stroke = random.lognormal(-0.2, 0.5) * _stroke(random, (0.1, 0.5), 18, 0.5)
            put(rubs, at, stroke)
            at += len(stroke) + int(RATE * random.uniform(0, 0.15))
        if random.random() < 0.4:
            put(cheek, at, random.uniform(0.4, 1) * _stroke(random, (0.15, 0.5), 25, 0.5))
        if random.random() < 0.2:
            put(pushes, at, random.uniform(0.5, 1.2) * knock(random, 150, 650, 22, 0.6))
    # thread by thread, each a small catch
    catches = (random.random(samples) < 0.08) * random.laplace(size=samples) * random.lognormal(0, 0.5, samples) * rubs
    shell = sorted(random.uniform(400, 1500, 2))
    cable = through(
        catches, (120, -4), (250, 0), (0.9 * shell[0], -3), (shell[0], 4), (1.12 * shell[0], -3),
        (max(shell[1], 1.2 * shell[0]), 2), (2000, -6), (3800, -14),
    )  # fmt: skip
    foam = air(samples, random, (300, -8), (900, -2), (1800, 0), (3000, 0), (3900, -3)) * cheek
    room = through(air(samples, random, (90, 3), (250, 1), (600, -2), (1400, -8), (3700, -22)), *_FAR)
    return scene(
        (blown * near, -32), (sucked, -41), (cable, -34), (foam, -42), (pushes + 1e-3 * room, -38), (room, -42)
    )


MADE = Makers(
    {
        "motorway": motorway, "roadside": roadside, "wok": wok, "gusts": gusts, "desk": desk, "collar": collar,
    },
    modes.ringing, chip.melody,
)  # fmt: skip
