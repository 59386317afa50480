"""Noises an eleventh time, most of them recorded, and all of what the set `upland` is made of.

What lines of a call centre carry that people of smaller towns call: a fan in a room in summer, a sleeping car, an
agent's keyboard, rain against the windows, trees with birds in them, wind over the telephone, a taxi, a staircase with
its doors, the counter of a corner shop. What was recorded are minutes of each for players of background sounds, and
single sounds of keyboards and things, as packages of PyPI and npm have them (`registries.py`); they are cut anywhere,
had slower and faster, and laid over each other. The rest is told as in `yonder.py` (`places.py`). Rooms are measured
ones (`chambers.py`), hold music is in `parlour.py`, who speaks in `highlanders.py`. Who wrote it had read neither the
detectors nor what they are fitted on, and has counted nothing with it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from bench import chambers, parlour
from bench.mobile import carried, through
from bench.places import air, knock, lines, now_and_then, put, scene, unrest
from bench.registries import lies
from bench.sounds import Sounds
from bench.surroundings import RATE, Makers
from tests import tapes
from tests.tapes import Signal

# how much slower each is had, beside as it is; what is minutes long need not be had in so many
_SPEEDS, _LONG_SPEEDS = (0.88, 0.94, 1.0, 1.06, 1.13), (0.94, 1.0, 1.06)
# keyboards, and of each: its letters, its long keys, and either coming up again, where that was recorded
_BOARDS = (
    (tuple(f"mx-brown/press_key{k}.mp3" for k in range(1, 6)), ("mx-brown/press_space.mp3", "mx-brown/press_enter.mp3"),
     ("mx-brown/release_key.mp3", "mx-brown/release_space.mp3")),
    (tuple(f"mx-black/press_key{k}.mp3" for k in range(1, 6)), ("mx-black/press_space.mp3", "mx-black/press_back.mp3"),
     ("mx-black/release_key.mp3", "mx-black/release_space.mp3")),
    (tuple(f"logitech-g915-tkl-brown/key-press-{k}.wav" for k in range(1, 6)),
     tuple(f"logitech-g915-tkl-brown/space-press-{k}.wav" for k in range(1, 4)),
     tuple(f"logitech-g915-tkl-brown/key-release-{k}.wav" for k in range(1, 6))),
    (tuple(f"telios-v2/key{k}.wav" for k in range(1, 7)), ("telios-v2/space.wav", "telios-v2/ent.wav"), ()),
)  # fmt: skip
_MOUSE = ("g502x-wireless/primary_down.wav", "g502x-wireless/primary_up.wav")
# what a headset's microphone makes of things that are not at the mouth: it is open at its back
_FAR = ((100, -18), (300, -9), (900, -3), (2000, 0), (3900, 1))


@lru_cache(maxsize=8)
def _of(package: str) -> Sounds:
    """The sounds of a package; those that go on for minutes go over into each other slowly."""
    long = package == "ambience"
    return Sounds(lies(package), _LONG_SPEEDS if long else _SPEEDS, fade_s=1.0 if long else 0.1)


def _goes_on(samples: int, random: np.random.Generator, *names: str, uneven_db: float = 1.0) -> Signal:
    """Some of these for as long, as they were recorded."""
    return _of("ambience").goes_on(samples, random, names, (5.0, 12.0), uneven_db)


def _thing(random: np.random.Generator, *names: str) -> Signal:
    """One of these sounds of things, as `ion-sound` has them, from where it begins, and fainter at its end."""
    sound = _of("ion-sound").heard(f"{names[int(random.integers(len(names)))]}.mp3", float(random.choice(_SPEEDS)))
    return sound * np.minimum(1, np.arange(len(sound))[::-1] / 800)


def fanned(samples: int, random: np.random.Generator) -> Signal:
    """At home in summer, an electric fan on the floor that turns to and fro and blows at the telephone as it passes."""
    fan = _goes_on(samples, random, "drone/fan.ogg")
    passes = np.sin(2 * np.pi * np.arange(samples) / RATE / random.uniform(7, 12) + random.uniform(0, 6))
    blades = through(fan, (80, 0), (250, 0), (500, 3), (1500, 7), (3900, 4)) * 10 ** (1.5 * passes / 20)
    blows = air(samples, random, (80, 8), (200, 4), (500, -3), (1200, -12), (3900, -30))
    blows *= np.clip(passes, 0.05, 1) ** 2 * unrest(samples, random, 3, 0.25)
    return scene((blades, -30), (blows, -38))


def sleeper(samples: int, random: np.random.Generator) -> Signal:
    """In a sleeping car: the wheels over the rails, the car that creaks, its ventilation; as a codec leaves it."""
    car = _goes_on(samples, random, "town/train.ogg", uneven_db=0.5)
    ducts = air(samples, random, (150, 2), (400, 0), (1000, -3), (2200, -8), (3900, -18))
    creaks = 1e-3 * ducts
    for at in now_and_then(samples, random, (1.5, 7)):
        put(creaks, at, random.lognormal(-0.4, 0.5) * knock(random, 250, 1500, random.uniform(5, 20), 0.5))
    return carried(scene((car, -30), (ducts, -40), (creaks, -44)))


def keystrokes(samples: int, random: np.random.Generator) -> Signal:
    """An agent types what is said, a word or two, then listens, clicks, and types again; the computer's fan."""
    keys = _of("keyboardsounds")
    letters, longs, ups = _BOARDS[int(random.integers(len(_BOARDS)))]
    out, at, pace_s = np.zeros(samples), int(RATE * random.uniform(0, 0.3)), random.uniform(0.12, 0.19)
    while at < samples:
        for left in range(int(random.integers(2, 11)), 0, -1):
            key = str(random.choice(letters if left > 1 else longs))
            hard, speed = random.lognormal(0, 0.25), float(random.choice(_SPEEDS))
            put(out, at, hard * keys.heard(key, speed))
            if ups:
                up = keys.heard(str(random.choice(ups)), speed)
                put(out, at + int(RATE * random.uniform(0.07, 0.12)), 0.5 * hard * up)
            at += int(RATE * pace_s * random.lognormal(0, 0.3))
        at += int(RATE * random.choice([0.1, 0.4, 1.2], p=[0.5, 0.35, 0.15]))
        for _ in range(int(random.choice([0, 1, 2], p=[0.75, 0.15, 0.1]))):
            for click, after in zip(_MOUSE, (0, random.uniform(0.07, 0.12)), strict=True):
                put(out, at + int(RATE * after), 0.6 * keys.heard(click, 1.0))
            at += int(RATE * random.uniform(0.2, 0.5))
    fan = through(_goes_on(samples, random, "drone/fan.ogg"), (100, -6), (300, 0), (900, 4), (3900, 2))
    return scene((through(out + 1e-3 * fan, *_FAR), -30), (fan, -41))


def cloudburst(samples: int, random: np.random.Generator) -> Signal:
    """Heavy rain and wind outside the windows, drops on the sill, thunder where it was recorded."""
    storm = _goes_on(samples, random, "nature/perfect-storm.ogg")
    inside = through(storm, (150, 2), (400, 0), (1200, 0), (2500, -3), (3900, -9))
    sill = 1e-3 * random.normal(size=samples)
    for drop in np.flatnonzero(random.random(samples) < random.uniform(6, 16) / RATE):
        put(sill, int(drop), random.lognormal(-0.6, 0.6) * knock(random, 500, 1900, random.uniform(2, 6), 0.4))
    return scene((inside, -30), (sill, -38))


def grove(samples: int, random: np.random.Generator) -> Signal:
    """Under trees on a hill: leaves in the wind and birds, some near; somebody's steps on gravel."""
    leaves = through(_goes_on(samples, random, "nature/leaves.ogg"), (150, -30), (400, -8), (900, 0), (3900, 3))
    # gusts that were recorded are strong; where there are two of them, it is never still
    leaves += through(_goes_on(samples, random, "nature/leaves.ogg"), (150, -30), (400, -8), (900, 0), (3900, 3))
    rustles = air(samples, random, (300, -12), (900, -3), (2200, 0), (3900, -2)) * unrest(samples, random, 0.4, 0.2)
    birds = through(_goes_on(samples, random, "nature/spring-birds.ogg"), (200, -40), (700, -20), (1500, 0), (3900, 0))
    near = through(_goes_on(samples, random, "nature/forest.ogg"), (200, -30), (800, -10), (1500, 0), (3900, -2))
    gravel, at, step_s = 1e-3 * rustles, int(RATE * random.uniform(0, 1)), random.uniform(0.5, 0.62)
    while at < samples:
        lasts = int(RATE * random.uniform(0.1, 0.2))
        crunch = air(lasts, random, (300, -8), (900, 0), (3000, 0), (3900, -6)) * (random.random(lasts) < 0.2)
        put(gravel, at, random.lognormal(0, 0.2) * crunch * np.hanning(lasts))
        at += int(RATE * step_s * random.uniform(0.93, 1.07))
    return scene((leaves, -36), (rustles, -35), (birds, -36), (near, -38), (gravel, -36))


def gale(samples: int, random: np.random.Generator) -> Signal:
    """In the open when it blows: wind around things, and what it does to the telephone; as a codec leaves it."""
    wind = _goes_on(samples, random, "nature/wind.ogg")
    around = through(wind, (100, -6), (250, 0), (600, 3), (1500, 8), (3900, 8))
    blasts = air(samples, random, (80, 8), (160, 4), (300, 0), (600, -7), (1300, -18), (3900, -36))
    blasts *= np.clip(unrest(samples, random, 0.6, 0.35), 0.4, 2) * unrest(samples, random, 5, 0.2)
    return carried(scene((around, -32), (blasts, -31)))


def cab(samples: int, random: np.random.Generator) -> Signal:
    """In a taxi: its motor, which is let go at lights, the tyres, the air outside, its blower, an indicator at times,
    and what is passed."""
    speed = np.clip(0.6 + 0.3 * np.log(unrest(samples, random, 0.12, 1.0)), 0.3, 1.1)
    turns = np.cumsum((16 + 24 * speed) * unrest(samples, random, 0.8, 0.03)) / RATE
    motor = lines(2 * turns, 1 / np.arange(1, 30) ** 0.75, random) * (0.6 + 0.4 * speed)
    motor = through(motor, (80, 2), (200, 0), (500, -4), (1200, -10), (3900, -26))
    tyres = air(samples, random, (100, 4), (250, 2), (700, 0), (1200, -3), (2200, -11), (3900, -24)) * speed
    outside = through(_goes_on(samples, random, "nature/wind.ogg"), (150, -4), (400, 0), (1500, 6), (3900, 6)) * speed
    blower = through(_goes_on(samples, random, "drone/fan.ogg"), (150, 0), (500, 3), (1500, 6), (3900, 0))
    ticks, passed = 1e-3 * blower, np.full(samples, 0.02)
    for at in now_and_then(samples, random, (6, 16), 8):
        every = int(RATE * random.uniform(0.33, 0.37))
        for number in range(2 * int(random.integers(4, 10))):
            put(ticks, at + number * every, 0.6 ** (number % 2) * _thing(random, "button_click_on"))
    for at in now_and_then(samples, random, (1.5, 7), 2):
        lasts = int(RATE * random.uniform(0.7, 2.2))
        put(passed, at, random.uniform(0.3, 1) * np.hanning(lasts) ** 2)
    cars = air(samples, random, (150, 2), (500, 0), (1200, -2), (2400, -8), (3900, -18)) * passed
    return scene((motor, -35), (tyres, -33), (outside, -38), (blower, -36), (cars, -36), (ticks, -46))


def landing(samples: int, random: np.random.Generator) -> Signal:
    """On a staircase of concrete: steps up and down, doors, a bunch of keys, a shaft that hums."""
    shaft = air(samples, random, (90, -4), (200, 0), (450, 0), (1000, -5), (2400, -14), (3900, -26))
    vent = through(_goes_on(samples, random, "drone/fan.ogg"), (150, 0), (500, 4), (1500, 8), (3900, 6))
    steps, at = np.zeros(samples), int(RATE * random.uniform(0, 0.5))
    while at < samples:
        step_s, hard = random.uniform(0.42, 0.62), random.uniform(0.5, 1.2)
        for _ in range(int(random.integers(6, 18))):
            heel, sole = knock(random, 180, 900, random.uniform(4, 8), 0.8), knock(random, 400, 2200, 3, 1.2)
            put(steps, at, hard * random.lognormal(0, 0.15) * heel)
            put(steps, at + int(RATE * random.uniform(0.05, 0.09)), 0.5 * hard * sole)
            at += int(RATE * step_s * random.uniform(0.94, 1.06))
        at += int(RATE * random.uniform(0.2, 0.9))
    things = 1e-3 * steps
    for at in now_and_then(samples, random, (2, 7), 3):
        put(things, at, random.lognormal(-0.2, 0.4) * _thing(random, "door_bump", "door_bump", "metal_plate"))
    for at in now_and_then(samples, random, (3, 9), 5):
        for hit in at + np.cumsum(random.exponential(0.07, int(random.integers(3, 10))) * RATE).astype(int):
            put(things, int(hit), 400 * random.lognormal(-0.3, 0.4) * knock(random, 1600, 3600, 9, 0.2))
    echo_ms, seed = int(random.integers(900, 1500)), int(random.integers(64))
    heard = chambers.entered(steps + tapes.at_level(things, tapes.level(steps) - 4), echo_ms, 0.45, seed)
    return scene((heard, -31), (shaft, -38), (vent, -40))


def counter(samples: int, random: np.random.Generator) -> Signal:
    """At the counter of a corner shop: refrigerators, what is scanned and put into bags, cans and bottles, the drawer
    of the till, the bell at the door."""
    hum = lines(50 * np.arange(samples) / RATE + random.uniform(0, 1), 1 / np.arange(1, 24) ** 0.9, random)
    cold = through(_goes_on(samples, random, "drone/fan.ogg"), (100, 0), (300, 0), (900, 5), (2000, 4), (3900, 0))
    beeps, bags = (1e-3 * random.normal(size=samples) for _ in range(2))
    things, bell = 1e-3 * cold, 1e-3 * cold
    tone_hz, lasts = random.uniform(1900, 3100), int(RATE * random.uniform(0.07, 0.12))
    tone = np.sin(2 * np.pi * tone_hz * np.arange(lasts) / RATE) * np.minimum(1, np.hanning(lasts) * 8)
    for at in now_and_then(samples, random, (0.7, 2.8), 1):
        put(beeps, at, tone)
        long = int(RATE * random.uniform(0.3, 1))
        rustle = air(long, random, (400, -10), (1200, 0), (3900, 0)) * (random.random(long) < 0.08)
        put(bags, at + int(RATE * random.uniform(0.2, 0.6)), random.lognormal(0, 0.3) * rustle * np.hanning(long))
    kinds = ("tap", "glass", "metal_plate_2", "cd_tray", "button_push", "pop_cork", "snap", "door_bump")
    for at in now_and_then(samples, random, (0.4, 1.8), 0.5):
        put(things, at, random.lognormal(-0.3, 0.3) * _thing(random, *kinds))
    for at in now_and_then(samples, random, (7, 20), 12):
        put(bell, at, _thing(random, "door_bell", "bell_ring"))
    return scene((hum, -41), (cold, -33), (beeps, -44), (bags, -38), (things, -37), (bell, -45))


MADE = Makers(
    {
        "fanned": fanned, "sleeper": sleeper, "keystrokes": keystrokes, "cloudburst": cloudburst, "grove": grove,
        "gale": gale, "cab": cab, "landing": landing, "counter": counter,
    },
    chambers.entered, parlour.received,
)  # fmt: skip
