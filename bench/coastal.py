"""Noises an eleventh time, most of them recorded, and all of what the set `coastal` is made of.

What lines of a call centre by the South China Sea carry on a working day: an agent who types, a taxi, a lane of mopeds,
a kitchen sink, a sewing room, a promenade, rain on an umbrella, a summer night on a balcony, a mahjong table. What was
recorded are some seconds each, for a language that children programme in (Scratch), a war game (Scorched 3D) and a
racing game (Dust Racing), as Debian has them; they are cut anywhere, had slower and faster, and laid over each other.
The rest is told as in `yonder.py` (`places.py`). Rooms are in `grains.py`, hold music in `interlude.py`, who speaks in
`islanders.py`. Who wrote it had read neither the detectors nor what they are fitted on, and has counted nothing with
it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench import grains, interlude
from bench.mobile import carried, through
from bench.places import air, knock, lines, now_and_then, put, scene, unrest
from bench.sounds import Sounds
from bench.surroundings import RATE, Makers
from tests import tapes
from tests.tapes import Signal

# how much slower each is had, beside as it is
_SPEEDS = (0.86, 0.93, 1.0, 1.07, 1.16)
SHARE = Path("/usr/share")
_EFFECTS, _ANIMALS, _STEPS, _COAST, _RACE = (
    Sounds(SHARE / folder, _SPEEDS, fade_s=0.25)
    for folder in (
        "scratch/Media/Sounds/Effects", "scratch/Media/Sounds/Animal", "scratch/Media/Sounds/Human",
        "games/scorched3d/data/globalmods/none/data/wav/misc", "games/dustracing2d/sounds",
    )
)  # fmt: skip
# what a headset's microphone makes of things that are not at the mouth: it is open at its back
_FAR = ((100, -17), (300, -8), (900, -3), (2000, 0), (3900, 1))
# above so many times the level an input gives way
_TOWERS = 7.0


def _speed(random: np.random.Generator) -> float:
    return float(random.choice(_SPEEDS))


def _passes(sound: Signal, random: np.random.Generator) -> Signal:
    """What comes and goes, from nothing to nothing."""
    ends = np.minimum(1, np.minimum(np.arange(len(sound)), np.arange(len(sound))[::-1]) / (0.4 * RATE))
    return sound * ends * random.lognormal(0, 0.25)


def keyboard(samples: int, random: np.random.Generator) -> Signal:
    """An agent types what she is told, on a flat keyboard beside the headset: words, and pauses to read; a mouse, and
    under it the air of the office."""
    out, at = np.zeros(samples), -int(RATE * random.uniform(0, 1))
    while at < samples:
        some = _EFFECTS.heard("Typing.mp3", _speed(random))
        lasts = int(min(len(some), RATE * random.uniform(0.35, 1.2)))
        start = int(random.integers(len(some) - lasts + 1))
        ends = np.minimum(1, np.minimum(np.arange(lasts), np.arange(lasts)[::-1]) / 80)
        put(out, at, some[start : start + lasts] * ends * random.lognormal(0, 0.25))
        at += lasts + int(RATE * random.choice([0.08, 0.3, 0.8], p=[0.5, 0.35, 0.15]))
        if random.random() < 0.12:
            for after in (0, random.uniform(0.08, 0.15)):
                put(out, at + int(RATE * after), 400 * knock(random, 1000, 2700, 1.5, 0.7))
            at += int(RATE * random.uniform(0.3, 0.8))
    office = air(samples, random, (120, 3), (300, 0), (800, -4), (1800, -10), (3900, -20))
    whole = through(tapes.at_level(out + 1e-3 * office, -30) + tapes.at_level(office, -42), *_FAR)
    most = _TOWERS * np.sqrt(np.mean(whole**2))
    return np.asarray(2 / np.pi * most * np.arctan(np.pi / 2 * whole / most))


def taxi(samples: int, random: np.random.Generator) -> Signal:
    """On the back seat of a taxi, as a mobile's codec leaves it: its engine, which is pressed and let go, the road
    under it, others that pass, and the air that is cooled."""
    engine = _RACE.heard("carEngine.ogg", 1.0)
    fade = RATE // 5
    ramp = np.linspace(0, 1, fade)
    loop = np.concatenate((engine[-fade:] * (1 - ramp) + engine[:fade] * ramp, engine[fade:-fade]))
    pressed = np.clip(0.62 * unrest(samples, random, 0.25, 0.2), 0.4, 0.95)
    where = np.cumsum(pressed * unrest(samples, random, 3, 0.01)) + random.uniform(0, len(loop))
    motor = np.interp(where % len(loop), np.arange(len(loop) + 1), np.append(loop, loop[0]))
    motor = through(motor, (100, 3), (250, 2), (500, 0), (1000, -6), (2000, -14), (3900, -28))
    road = air(samples, random, (90, 4), (200, 2), (450, 0), (900, -4), (1800, -11), (3800, -24))
    road *= pressed**1.5 * unrest(samples, random, 1.5, 0.15)
    others = 1e-3 * road
    for at in now_and_then(samples, random, (2, 8), 4):
        put(others, at, _passes(_EFFECTS.heard("CarPassing.wav", _speed(random)), random))
    others = through(others, (150, 2), (400, 0), (1000, -6), (2500, -14), (3900, -24))
    cooled = air(samples, random, (200, 0), (600, 1), (1300, 0), (2400, -5), (3900, -15))
    return carried(scene((motor, -32), (road, -31), (others, -38), (cooled, -37)))


def lane(samples: int, random: np.random.Generator) -> Signal:
    """At the edge of a lane: mopeds and cars that pass, some near, one that idles, a shutter that is let down, and the
    town behind it."""
    near, far = np.zeros(samples), np.zeros(samples)
    for strong, every_s in ((near, (2.0, 4.5)), (far, (0.7, 2.0))):
        for at in (-int(5 * RATE * random.random()), *now_and_then(samples, random, every_s)):
            name = str(random.choice(["MotorcyclePassing.wav", "CarPassing.wav"], p=[0.6, 0.4]))
            put(strong, at, _passes(_EFFECTS.heard(name, _speed(random)), random))
    town = air(samples, random, (90, 5), (200, 3), (450, 0), (1000, -6), (2200, -14), (3900, -27))
    town *= unrest(samples, random, 0.5, 0.1)
    turns = np.cumsum(random.uniform(24, 32) * unrest(samples, random, 4, 0.02)) / RATE
    idles = lines(turns, 1 / (1 + (np.arange(1, 60) / 9.0) ** 2), random) + 0.5 * random.normal(size=samples)
    idles *= (1 + 0.5 * np.sin(2 * np.pi * turns)) * unrest(samples, random, 2, 0.1)
    idles = through(idles, (100, -2), (300, 0), (1000, -3), (2000, -8), (3900, -18))
    shutter = 1e-3 * town
    for at in now_and_then(samples, random, (9, 25), 15):
        for hit in at + np.cumsum(random.uniform(0.025, 0.06, int(random.integers(15, 45))) * RATE).astype(int):
            put(shutter, int(hit), random.lognormal(-0.4, 0.4) * knock(random, 350, 2200, random.uniform(5, 12), 0.5))
    dull = through(far, (150, 2), (500, 0), (1200, -5), (2500, -12), (3900, -22))
    return scene((near, -32), (dull, -32), (town, -33), (idles, -36), (shutter, -40))


def sink(samples: int, random: np.random.Generator) -> Signal:
    """Somebody washes up at home while he is on hold: water into a basin, on and off, bowls and chopsticks in it, a pot
    that simmers, the hood."""
    runs = _EFFECTS.goes_on(samples, random, ("WaterRunning.mp3",), (0.8, 1.7), 1)
    opened, at = np.empty(samples), 0
    while at < samples:
        for much, least_s, most_s in ((1.0, 2, 6), (0.45, 1, 3)):
            lasts = int(RATE * random.uniform(least_s, most_s))
            opened[at : at + lasts] = much * random.uniform(0.8, 1.2)
            at += lasts
    opened = np.convolve(np.pad(opened, (800, 799), "edge"), np.full(1600, 1 / 1600), "valid")
    pot = _EFFECTS.goes_on(samples, random, ("Bubbles.wav", "Ripples.wav"), (0.8, 1.9), 2)
    dishes = 1e-3 * runs
    for at in now_and_then(samples, random, (0.5, 2.5)):
        for hit in at + np.cumsum(random.exponential(0.13, int(random.integers(1, 5))) * RATE).astype(int):
            rings = knock(random, random.uniform(700, 1700), 3500, random.uniform(6, 25), 0.3)
            put(dishes, int(hit), random.lognormal(-0.4, 0.5) * rings)
    hood = air(samples, random, (120, 2), (260, 1), (600, 0), (1300, -5), (2500, -12), (3900, -22))
    return scene((runs * opened, -30), (pot, -38), (dishes, -35), (hood, -37))


def seams(samples: int, random: np.random.Generator) -> Signal:
    """In a room where clothes are sewn: a machine near that runs seam by seam, many further off, a press that hisses,
    fans at the wall."""
    near, at = np.zeros(samples), -int(RATE * random.uniform(0, 2))
    while at < samples:
        lasts = int(RATE * random.uniform(0.6, 3.5))
        seam = _EFFECTS.goes_on(lasts, random, ("SewingMachine.mp3",), (0.8, 1.4), 0.5)
        put(near, at, seam * np.minimum(1, np.minimum(np.arange(lasts), np.arange(lasts)[::-1]) / 700))
        at += lasts + int(RATE * random.uniform(0.3, 1.8))
    others = np.sum(
        [_EFFECTS.goes_on(samples, random, ("SewingMachine.mp3",), (0.7, 1.4), 4) for _ in range(5)], axis=0
    )
    hall = through(others, (150, -2), (400, 0), (1200, -2), (2500, -8), (3900, -16))
    press = np.full(samples, 1e-3)
    for at in now_and_then(samples, random, (3, 10), 6):
        lasts = int(RATE * random.uniform(0.4, 1.3))
        put(press, at, random.uniform(0.4, 1) * np.hanning(lasts) ** 0.5)
    press = press * air(samples, random, (300, -16), (900, -6), (2000, 0), (3900, 2))
    fans = air(samples, random, (100, 4), (250, 2), (600, 0), (1300, -6), (3900, -20))
    return scene((near + 1e-3 * hall, -32), (hall, -32), (press, -42), (fans, -37))


def promenade(samples: int, random: np.random.Generator) -> Signal:
    """A walk by the sea, as a mobile's codec leaves it: waves, gulls now and then, steps, wind on the microphone, a
    road behind."""
    waves = np.sum([_COAST.goes_on(samples, random, ("oceanwaves.wav",), (5.0, 12.0), 1) for _ in range(3)], axis=0)
    gulls = 1e-3 * waves
    for at in now_and_then(samples, random, (1.5, 7), 5):
        name = str(random.choice(["gull1.wav", "gull2.wav", "gull4.wav", "gull5.wav"]))
        for cry in at + (np.arange(int(random.integers(1, 4))) * random.uniform(0.4, 0.8) * RATE).astype(int):
            put(gulls, int(cry), random.lognormal(-0.6, 0.5) * _COAST.heard(name, _speed(random)))
    steps, at, pace_s = 1e-3 * waves, int(RATE * random.uniform(0, 0.5)), random.uniform(0.48, 0.6)
    while at < samples:
        put(steps, at, random.lognormal(0, 0.2) * knock(random, 160, 900, random.uniform(8, 16), 1.5))
        at += int(RATE * pace_s * random.lognormal(0, 0.05))
    blast = air(samples, random, (80, 8), (160, 4), (300, 0), (700, -9), (1500, -19), (3900, -34))
    blast *= unrest(samples, random, 1.0, 0.25)
    road = air(samples, random, (90, 4), (250, 2), (600, 0), (1200, -6), (2500, -16), (3900, -28))
    return carried(scene((waves, -31), (gulls, -42), (steps, -40), (blast, -36), (road, -39)))


def umbrella(samples: int, random: np.random.Generator) -> Signal:
    """Under an umbrella on the way home: rain on the street, drops that beat the cloth overhead, wet steps, scooters
    that go by through puddles."""
    rain = _COAST.goes_on(samples, random, ("rain.wav",), (3.0, 9.0), 1)
    gusts = unrest(samples, random, 0.4, 0.2)
    cloth = np.zeros(samples)
    for drop in np.flatnonzero(random.random(samples) < random.uniform(30, 90) / RATE * gusts):
        put(cloth, int(drop), random.lognormal(-0.6, 0.6) * knock(random, 380, 1500, random.uniform(1.5, 3.5), 0.7))
    steps, at, pace_s = 1e-3 * rain, int(RATE * random.uniform(0, 0.5)), random.uniform(0.5, 0.65)
    tread = _STEPS.heard("Footsteps-2.mp3", 1.0)
    while at < samples:
        start = int(random.integers(max(len(tread) - RATE // 3, 1)))
        cut = tread[start : start + RATE // 3]
        splash = air(len(cut), random, (300, -6), (900, 0), (2200, 0), (3900, -6)) * np.hanning(len(cut)) ** 3
        put(steps, at, random.lognormal(0, 0.2) * (cut * np.hanning(len(cut)) + 900 * splash))
        at += int(RATE * pace_s * random.lognormal(0, 0.06))
    cars = np.full(samples, 1e-3)
    for at in now_and_then(samples, random, (3, 11), 6):
        put(cars, at, random.uniform(0.3, 1) * np.hanning(int(RATE * random.uniform(1.5, 3.5))) ** 2)
    spray = air(samples, random, (150, 0), (500, 0), (1500, 0), (2600, -3), (3900, -9)) * cars
    return scene((rain * gusts, -31), (cloth, -34), (steps, -39), (spray, -38))


def balcony(samples: int, random: np.random.Generator) -> Signal:
    """On a balcony on a summer night: crickets, frogs in a pond below, the box of somebody's air conditioning, which
    drips, a road far off."""
    crickets = _ANIMALS.goes_on(samples, random, ("Crickets.wav",), (1.5, 4.0), 2)
    frogs = _COAST.goes_on(samples, random, ("frogs.wav",), (4.0, 10.0), 2)
    turns = np.cumsum(np.full(samples, random.uniform(48.5, 50))) / RATE
    hums = lines(turns, (0.3, 1, 0.2, 0.8, 0.1, 0.5, 0.1, 0.3), random)
    blows = air(samples, random, (100, 4), (220, 3), (450, 0), (900, -4), (1800, -10), (3900, -22))
    drips = 1e-3 * blows
    for at in now_and_then(samples, random, (0.6, 1.4), 0.8):
        put(drips, at, random.lognormal(-0.2, 0.2) * knock(random, 700, 1600, random.uniform(3, 8), 0.2))
    road = air(samples, random, (90, 4), (250, 2), (600, 0), (1200, -7), (2500, -18), (3900, -30))
    road *= unrest(samples, random, 0.4, 0.15)
    return scene((crickets, -37), (frogs, -38), (hums, -41), (blows, -33), (drips, -44), (road, -35))


def mahjong(samples: int, random: np.random.Generator) -> Signal:
    """A table where mahjong is played: tiles that are mixed, put up in rows and laid down, a fan at the ceiling."""
    table, at = np.zeros(samples), -int(RATE * random.uniform(0, 6))
    while at < samples:
        # mixed by many hands, then a tile at a time
        for a_second, least_s, most_s, loud in ((38, 3, 7, 0.6), (9, 3, 6, 0.8), (1.6, 5, 12, 1.3)):
            lasts = int(RATE * random.uniform(least_s, most_s))
            for hit in np.flatnonzero(random.random(lasts) < a_second / RATE):
                tile = knock(random, random.uniform(900, 1500), 3300, random.uniform(2, 5), 0.4)
                put(table, at + int(hit), loud * random.lognormal(-0.5, 0.5) * tile)
            at += lasts
    shuffled = 1e-3 * table + 1e-3 * random.normal(size=samples)
    for at in now_and_then(samples, random, (0.5, 2.5)):
        put(shuffled, at, random.lognormal(-0.4, 0.4) * _EFFECTS.heard("Rattle.wav", _speed(random)))
    turns = np.cumsum(random.uniform(4.5, 6) * unrest(samples, random, 0.2, 0.01)) / RATE
    fan = air(samples, random, (100, 4), (220, 2), (500, 0), (1100, -6), (2400, -14), (3900, -26))
    fan *= 1 + 0.25 * np.sin(2 * np.pi * turns)
    return scene((table + 1e-3 * fan, -31), (shuffled, -37), (fan, -34))


MADE = Makers(
    {
        "keyboard": keyboard, "taxi": taxi, "lane": lane, "sink": sink, "seams": seams, "promenade": promenade,
        "umbrella": umbrella, "balcony": balcony, "mahjong": mahjong,
    },
    grains.filled, interlude.whiled,
)  # fmt: skip
