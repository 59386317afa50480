"""Noises a twelfth time, and all of what the set `lowland` is made of.

What calls of a Chinese call centre carry most: colleagues who talk along a hall, an agent's keyboard, the air
conditioner of an office or a home, a road that the customer walks along, a car he drives, wind over his telephone, a
canteen, a living room with a television set in it, and the hum and hiss of a wire. What was recorded are a motor, a
horn, wind, water, birds, keys, a scene, a crowd and people who talk, as Debian and PyPI have them (`registries.py`);
they are cut anywhere, had slower and faster, and laid over each other. The rest is told as in `yonder.py`
(`places.py`). Rooms are in `cabins.py`, hold music is in `foyer.py`, who speaks in `lowlanders.py`. Who wrote it had
read neither the detectors nor what they are fitted on, and has counted nothing with it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench import cabins, foyer, lowlanders
from bench.excerpts import excerpt, recorded
from bench.mobile import carried, through
from bench.places import air, knock, lines, now_and_then, put, scene, unrest
from bench.registries import lowland
from bench.sounds import Sounds
from bench.surroundings import RATE, Makers
from tests import tapes
from tests.tapes import Signal

_SPEEDS = (0.88, 0.94, 1.0, 1.06, 1.13)
# what a headset's microphone makes of things that are not at the mouth: it is open at its back
_FAR = ((100, -18), (300, -9), (900, -3), (2000, 0), (3900, 1))
# of a loudspeaker as small as a television set has
_SET = ((150, -20), (350, -3), (700, 0), (3000, 0), (3900, -6))


@lru_cache(maxsize=16)
def _of(package: str) -> Sounds:
    return Sounds(lowland(package), _SPEEDS, fade_s=0.4)


def _goes_on(samples: int, random: np.random.Generator, package: str, name: str, piece_s: float = 6.0) -> Signal:
    return _of(package).goes_on(samples, random, (name,), (0.5 * piece_s, piece_s), 1.0)


def _thing(random: np.random.Generator, package: str, *names: str) -> Signal:
    return _of(package).heard(str(random.choice(names)), float(random.choice(_SPEEDS)))


def _talks(samples: int, random: np.random.Generator, rests_s: float) -> Signal:
    """Somebody who speaks, and listens in between."""
    said = lowlanders.acted(str(random.choice(lowlanders.OTHERS)))
    out, at = np.zeros(samples), -int(RATE * random.uniform(0, 3))
    while at < samples:
        sentence = said[int(random.integers(len(said)))]
        if sentence.any():
            put(out, at, tapes.at_level(sentence, -26 + random.normal(0, 1.5)))
        at += len(sentence) + int(RATE * random.exponential(rests_s))
    return out


def _crowd(samples: int, random: np.random.Generator, people: int, rests_s: float) -> Signal:
    """So many, each at some distance."""
    talk = (random.uniform(0.4, 1) * _talks(samples, random, rests_s) for _ in range(people))
    return np.asarray(sum(talk, 1e-3 * random.normal(size=samples)))


def _keys(samples: int, random: np.random.Generator, pace_s: float) -> Signal:
    """Words that are typed, and rests."""
    out, at = np.zeros(samples), int(RATE * random.uniform(0, 0.4))
    while at < samples:
        for left in range(int(random.integers(2, 12)), 0, -1):
            name = "keyany.wav" if left > 1 or random.random() < 0.7 else "keyenter.wav"
            key = through(_thing(random, "focuswriter", name), (300, -4), (900, random.uniform(-4, 2)), (2500, 0))
            put(out, at, random.lognormal(0, 0.25) * key)
            at += int(RATE * pace_s * random.lognormal(0, 0.3))
        at += int(RATE * random.choice([0.1, 0.5, 1.2], p=[0.5, 0.35, 0.15]))
    return out


def _dishes(samples: int, random: np.random.Generator, every_s: tuple[float, float]) -> Signal:
    out = 1e-3 * random.normal(size=samples)
    for at in now_and_then(samples, random, every_s):
        for hit in at + np.cumsum(random.exponential(0.12, int(random.integers(1, 4))) * RATE).astype(int):
            rings = knock(random, random.uniform(700, 1600), 3400, random.uniform(6, 22), 0.3)
            put(out, int(hit), random.lognormal(-0.4, 0.4) * rings)
    return out


def colleagues(samples: int, random: np.random.Generator) -> Signal:
    """Colleagues who talk to their customers, left and right and further off, their keyboards, the ducts above."""
    near = _crowd(samples, random, 3, 1.5)
    off = _crowd(samples, random, 12, 0.8)
    off = cabins.spoken(off, int(random.integers(400, 700)), 0.15, int(random.integers(64)))
    off = through(off, (150, -2), (400, 0), (1200, -3), (2500, -9), (3900, -18))
    keys = _keys(samples, random, 0.17) + _keys(samples, random, 0.2) + 1e-3 * off
    ducts = air(samples, random, (120, 3), (300, 0), (800, -4), (1800, -10), (3900, -20))
    return scene((through(near, *_FAR), -36), (off, -32), (keys, -42), (ducts, -39))


def typed(samples: int, random: np.random.Generator) -> Signal:
    """An agent's own keyboard and mouse, the fan of the computer."""
    keys = _keys(samples, random, random.uniform(0.13, 0.2))
    for at in now_and_then(samples, random, (1.5, 6)):
        for after in (0, random.uniform(0.07, 0.12)):
            put(keys, at + int(RATE * after), 200 * knock(random, 1100, 2700, 1.6, 0.7))
    fan = air(samples, random, (120, 2), (300, 0), (900, 0), (2000, -3), (3900, -9))
    return scene((through(keys + 1e-3 * fan, *_FAR), -30), (fan, -41))


def cooled(samples: int, random: np.random.Generator) -> Signal:
    """An air conditioner at the wall: what it blows, its motor, the louvre to and fro, a clock."""
    motor = lines(random.uniform(48, 50) * np.arange(samples) / RATE, (0.3, 1, 0.2, 0.8, 0.2, 0.5, 0.1, 0.4), random)
    sways = np.sin(2 * np.pi * np.arange(samples) / RATE / random.uniform(6, 14) + random.uniform(0, 6))
    blows = air(samples, random, (100, 4), (220, 3), (450, 1), (900, -2), (1800, -7), (3900, -16)) * 10 ** (sways / 20)
    blows *= unrest(samples, random, 0.5, 0.05)
    clock = _goes_on(samples, random, "gnome-shell-pomodoro-data", "clock.ogg", 10.0)
    return scene((blows, -30), (motor, -38), (clock, -46))


def _motor(samples: int, random: np.random.Generator, least: float, most: float) -> Signal:
    """A car's, which is pressed and let go."""
    sound = _of("stormbaancoureur-data").heard("camaro_s16_le.wav", 1.0)
    fade = RATE // 4
    ramp = np.linspace(0, 1, fade)
    loop = np.concatenate((sound[-fade:] * (1 - ramp) + sound[:fade] * ramp, sound[fade:-fade]))
    pressed = np.clip(0.5 * (least + most) * unrest(samples, random, 0.3, 0.15), least, most)
    where = np.cumsum(pressed) + random.uniform(0, len(loop))
    return np.asarray(np.interp(where % len(loop), np.arange(len(loop) + 1), np.append(loop, loop[0])) * pressed)


def pavement(samples: int, random: np.random.Generator) -> Signal:
    """A walk along a road: what a town sounds like, cars that pass, horns, steps."""
    town = _goes_on(samples, random, "dcase_util", "acoustic_scene.wav")
    jam = _goes_on(samples, random, "micropolis-data", "heavytraffic.wav", 1.6)
    cars, horns, steps = 1e-3 * town, 1e-3 * town, 1e-3 * town
    for at in (-RATE, *now_and_then(samples, random, (1.2, 4.5))):
        lasts = int(RATE * random.uniform(2.5, 5))
        tyres = air(lasts, random, (120, 2), (400, 0), (1000, 0), (2200, -6), (3900, -16))
        car = tapes.at_level(_motor(lasts, random, 0.6, 1.1), -32) + tapes.at_level(tyres, -28)
        put(cars, at, random.uniform(0.3, 1) * car * np.hanning(lasts) ** 1.5)
    for at in now_and_then(samples, random, (3, 12), 6):
        name = str(random.choice(["trophy-data/carhorn.wav", "micropolis-data/honkhonk-med.wav"]))
        horn = _thing(random, *name.split("/"))
        put(horns, at, random.lognormal(-0.7, 0.6) * horn)
    at, pace_s = 0, random.uniform(0.48, 0.6)
    while at < samples:
        put(steps, at, random.lognormal(0, 0.2) * knock(random, 180, 900, random.uniform(6, 12), 1.2))
        at += int(RATE * pace_s * random.lognormal(0, 0.05))
    return scene((town, -36), (jam, -36), (cars, -31), (horns, -39), (steps, -43))


def driven(samples: int, random: np.random.Generator) -> Signal:
    """A customer drives and speaks to his dashboard: motor, tyres, the air outside and the blower, an indicator; as a
    codec leaves it."""
    motor = through(_motor(samples, random, 0.45, 0.8), (100, 2), (250, 2), (500, 0), (1200, -8), (3900, -26))
    tyres = air(samples, random, (90, 4), (200, 3), (450, 1), (900, -3), (1800, -10), (3900, -24))
    tyres *= unrest(samples, random, 0.8, 0.12)
    outside = through(_goes_on(samples, random, "lugaru-data", "DesertAmbient.ogg"), (150, -4), (500, 0), (3900, 4))
    blower = air(samples, random, (200, 0), (600, 1), (1300, 0), (2400, -5), (3900, -15))
    ticks = 1e-3 * blower
    for at in now_and_then(samples, random, (6, 16), 8):
        every = int(RATE * random.uniform(0.33, 0.38))
        for number in range(2 * int(random.integers(4, 9))):
            put(ticks, at + number * every, 0.6 ** (number % 2) * knock(random, 800, 1900, 3, 0.4))
    return carried(scene((motor, -34), (tyres, -31), (outside, -39), (blower, -37), (ticks, -46)))


def breezy(samples: int, random: np.random.Generator) -> Signal:
    """Outdoors in a wind: what it does around things and to the telephone, birds; as a codec leaves it."""
    wind = _goes_on(samples, random, "lugaru-data", "DesertAmbient.ogg", 9.0)
    blasts = air(samples, random, (80, 8), (160, 4), (300, 0), (600, -7), (1300, -17), (3900, -34))
    blasts *= np.clip(unrest(samples, random, 0.7, 0.3), 0.4, 2) * unrest(samples, random, 5, 0.2)
    birds = _goes_on(samples, random, "gnome-shell-pomodoro-data", "birds.ogg", 9.0)
    leaves = air(samples, random, (300, -12), (900, -3), (2200, 0), (3900, -2)) * unrest(samples, random, 0.5, 0.2)
    return carried(scene((wind, -33), (blasts, -31), (birds, -43), (leaves, -39)))


def canteen(samples: int, random: np.random.Generator) -> Signal:
    """Where people eat at noon: tables full of them, near and far, bowls and trays, chairs that are moved."""
    tables = _crowd(samples, random, 10, 0.6)
    tables = cabins.spoken(tables, int(random.integers(600, 1100)), 0.2, int(random.integers(64)))
    many = _goes_on(samples, random, "etw-data", "fondo.wav", 3.0)
    chairs = 1e-3 * tables
    for at in now_and_then(samples, random, (2, 8), 4):
        lasts = int(RATE * random.uniform(0.2, 0.5))
        rubs = np.sin(2 * np.pi * random.uniform(180, 400) * np.arange(lasts) / RATE) ** 9
        put(chairs, at, rubs * air(lasts, random, (300, 0), (1200, 0), (3900, -12)) * np.hanning(lasts))
    dishes = _dishes(samples, random, (0.3, 1.5))
    return scene((tables, -31), (through(many, (200, 0), (1000, 0), (3900, -14)), -36), (dishes, -38), (chairs, -43))


def television(samples: int, random: np.random.Generator) -> Signal:
    """A customer's living room: a serial with its music in the set across the room, somebody at the sink behind."""
    package, file = foyer.PIECES[int(random.integers(len(foyer.PIECES)))]
    music = excerpt(recorded(lowland(package) / file), samples, random, even_db=14, tries=20)
    serial = tapes.at_level(_talks(samples, random, 0.3) + 1e-3 * music, -30) + tapes.at_level(music, -38)
    across = cabins.spoken(through(serial, *_SET), int(random.integers(300, 600)), 0.25, int(random.integers(64)))
    runs = _goes_on(samples, random, "onsen", "water.wav") * np.clip(unrest(samples, random, 0.25, 0.4), 0.4, 1.6)
    sink = through(runs, (200, -4), (800, 0), (2000, -2), (3900, -8))
    return scene((across, -31), (sink, -37), (_dishes(samples, random, (1, 4)), -41))


def wire(samples: int, random: np.random.Generator) -> Signal:
    """A line by itself: what the mains hum into it, its hiss, a contact that crackles, a mobile that ticks by it."""
    hum = lines(50 * np.arange(samples) / RATE, 1 / np.arange(1, 20) ** random.uniform(0.3, 0.8), random)
    hum = through(hum, (80, -20), (200, -6), (400, 0), (3400, 0))
    hiss = air(samples, random, (200, -4), (600, 0), (2500, 0), (3400, -3), (3900, -20))
    crackles, ticks = 1e-3 * hiss, 1e-3 * hiss
    for crackle in np.flatnonzero(random.random(samples) < 10 / RATE):
        put(crackles, int(crackle), random.lognormal(0, 0.3) * random.normal(size=40) * np.exp(-np.arange(40) / 9))
    # 217 times a second a mobile sends, in packets
    for at in now_and_then(samples, random, (3, 12), 8):
        lasts = int(RATE * random.uniform(0.3, 1.2))
        put(ticks, at, lines(216.7 * np.arange(lasts) / RATE, 1 / np.arange(1, 15) ** 0.3, random))
    parts = (hum, -36), (hiss, -33), (crackles, -47), (ticks, -45)
    return sum((tapes.at_level(sound, dbov) for sound, dbov in parts), np.zeros(samples))


MADE = Makers(
    {
        "colleagues": colleagues, "typed": typed, "cooled": cooled, "pavement": pavement, "driven": driven,
        "breezy": breezy, "canteen": canteen, "television": television, "wire": wire,
    },
    cabins.spoken, foyer.waited,
)  # fmt: skip
