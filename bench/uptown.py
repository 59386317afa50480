"""Noises a tenth time, most of them recorded, and all of what the set `uptown` is made of.

What lines of a call centre in a busy Chinese city carry at lunch time: an agent's keyboard with springs, a child's toys
on the floor at home, a fountain in a mall, a storm, a machine that polishes a hall, a courier on his scooter, a loading
bay, an eating house as it is cleared, and a headset whose plug is loose. What was recorded are some seconds each, for a
keyboard that makes noise, for games of letters, blocks, ice and rescue, and for a laboratory of hearing, as Debian has
them; they are cut anywhere, had slower and faster, and laid over each other. The rest is told as in `yonder.py`
(`places.py`). Rooms are what an ear hears of them (`earshot.py`), hold music is in `waiting.py`, who speaks in
`townsfolk.py`. Who wrote it had read neither the detectors nor what they are fitted on, and has counted nothing with
it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench import earshot, waiting
from bench.mobile import carried, through
from bench.places import air, knock, lines, now_and_then, put, scene, unrest
from bench.sounds import Sounds
from bench.surroundings import RATE, Makers
from tests import tapes
from tests.tapes import Signal

# how much slower each is had, beside as it is
_SPEEDS = (0.85, 0.92, 1.0, 1.08, 1.17)
_KEYS, _THINGS, _SLIDES, _WATER, _RESCUE, _LABORATORY = (
    Sounds(Path("/usr/share") / folder, _SPEEDS, fade_s=0.35)
    for folder in (
        "buckle/wav", "qabcs/abcs/all/noises", "games/etr/sounds",
        "games/minetest/games/minetest_game/mods/env_sounds/sounds", "games/searchandrescue/sounds",
        "psychtoolbox-3/PsychDemos/SoundFiles",
    )
)  # fmt: skip
# letters by their places on a keyboard, and the long keys: blank, enter, backspace
_LETTERS = tuple(f"{place:02x}" for place in (*range(0x10, 0x1A), *range(0x1E, 0x27), *range(0x2C, 0x33)))
_LONG = ("39", "1c", "0e")
# what a headset's microphone makes of things that are not at the mouth: it is open at its back
_FAR = ((100, -18), (300, -9), (900, -3), (2000, 0), (3900, 1))
# above so many times the level an input gives way
_TOWERS = 8.0


def _gives_way(sound: Signal) -> Signal:
    """As an input hands on what towers over the rest."""
    most = _TOWERS * np.sqrt(np.mean(sound**2))
    return np.asarray(2 / np.pi * most * np.arctan(np.pi / 2 * sound / most))


def clacks(samples: int, random: np.random.Generator) -> Signal:
    """An agent types beside the headset, on a keyboard with springs: words, blanks, a pause to read, a click of the
    mouse; under it the computer's fan."""
    out, at = np.zeros(samples), int(RATE * random.uniform(0, 0.4))
    pace_s = random.uniform(0.11, 0.17)
    while at < samples:
        for left in range(int(random.integers(3, 14)), 0, -1):
            key = str(random.choice(_LETTERS if left > 1 else _LONG))
            hard, speed = random.lognormal(0, 0.25), float(random.choice(_SPEEDS))
            put(out, at, hard * _KEYS.heard(f"{key}-1.wav", speed))
            put(out, at + int(RATE * random.uniform(0.06, 0.12)), 0.7 * hard * _KEYS.heard(f"{key}-0.wav", speed))
            at += int(RATE * pace_s * random.lognormal(0, 0.3))
        at += int(RATE * random.choice([0.15, 0.3, 0.9], p=[0.5, 0.35, 0.15]))
        if random.random() < 0.15:
            for after in (0, random.uniform(0.08, 0.14)):
                put(out, at + int(RATE * after), 600 * knock(random, 900, 2600, 1.5, 0.8))
            at += int(RATE * random.uniform(0.3, 0.7))
    fan = air(samples, random, (120, 3), (300, 0), (900, -4), (2000, -9), (3900, -18))
    return _gives_way(through(tapes.at_level(out, -30) + tapes.at_level(fan, -45), *_FAR))


def toys(samples: int, random: np.random.Generator) -> Signal:
    """A child plays on the floor beside somebody at home: dice, a ball, a top, a ratchet, a rocking horse, a car on
    wheels, blocks that fall; the air from the window."""
    out = np.zeros(samples)
    some = ("dice", "rubber_ball", "top", "ratchet", "rocking_horse", "whirligig", "maracas", "skateboard")
    mine = [str(name) for name in random.choice(some, 5, replace=False)]
    for at in now_and_then(samples, random, (0.8, 2.6), 0.3):
        sound = _THINGS.heard(f"{mine[int(random.integers(len(mine)))]}.ogg", float(random.choice(_SPEEDS)))
        put(out, at - len(sound) // 4, random.lognormal(0, 0.3) * sound)
    blocks = np.zeros(samples)
    for at in now_and_then(samples, random, (0.6, 3.5)):
        for hit in at + np.cumsum(random.exponential(0.09, int(random.integers(1, 7))) * RATE).astype(int):
            put(blocks, int(hit), random.lognormal(-0.3, 0.5) * knock(random, 500, 2200, random.uniform(4, 12), 0.3))
    outside = air(samples, random, (150, 2), (400, 0), (900, -5), (2000, -14), (3900, -26))
    return scene((out + 1e-3 * outside, -30), (blocks + 1e-3 * outside, -33), (outside, -44))


def fountain(samples: int, random: np.random.Generator) -> Signal:
    """In the hall of a mall, beside a fountain: water near and further off, its basin, an escalator."""
    names = tuple(f"env_sounds_water.{number}.ogg" for number in range(1, 5))
    near = _WATER.goes_on(samples, random, names, (2.0, 5.0), 2)
    far = np.sum([_WATER.goes_on(samples, random, names, (2.0, 5.0), 2) for _ in range(3)], axis=0)
    hall = through(far, (200, 0), (900, 0), (1800, -4), (3900, -14))
    basin = air(samples, random, (150, -4), (350, 0), (800, -1), (1600, -6), (3900, -18))
    basin *= unrest(samples, random, 3, 0.12)
    steps = np.cumsum(random.uniform(5, 7) * unrest(samples, random, 0.2, 0.002)) / RATE
    escalator = lines(steps * 16, (1, 0.6, 0.5, 0.25, 0.2), random) * (1 + 0.3 * np.sin(2 * np.pi * steps))
    return scene((near, -31), (hall, -33), (basin, -35), (escalator, -46))


def storm(samples: int, random: np.random.Generator) -> Signal:
    """A thunderstorm over somebody under a roof of sheet: rain that drums and rustles, and thunder, as a mobile's codec
    leaves it."""
    gusts = unrest(samples, random, 0.4, 0.2)
    sheet = air(samples, random, (200, -6), (500, 0), (1300, 1), (2500, -1), (3900, -5)) * gusts
    drops = np.zeros(samples)
    for drop in np.flatnonzero(random.random(samples) < random.uniform(20, 50) / RATE * gusts):
        tin = knock(random, 600, 2400, random.uniform(2, 6), 0.5)
        put(drops, int(drop), random.lognormal(-0.6, 0.6) * tin)
    thunder = 1e-3 * sheet
    names = ("thunder_faint.wav", "thunder_moderate.wav", "thunder_loud.wav")
    for at in now_and_then(samples, random, (6, 14), 8):
        sound = _RESCUE.heard(names[int(random.integers(3))], float(random.choice(_SPEEDS)) * 0.85)
        ramp = np.minimum(1, np.arange(len(sound)) / (RATE * random.uniform(0.05, 0.4)))
        put(thunder, at, random.uniform(0.4, 1) * sound * ramp * np.linspace(1, 0, len(sound)))
    return carried(scene((sheet, -31), (drops, -33), (thunder, -36)))


def polisher(samples: int, random: np.random.Generator) -> Signal:
    """The floor of a hall is polished: a motor that comes and goes, its brushes, and what it bumps against."""
    motor = _LABORATORY.goes_on(samples, random, ("motor_a8.wav",), (2.0, 3.5), 1)
    other = _LABORATORY.goes_on(samples, random, ("motor_b8.wav",), (0.8, 1.2), 1)
    motor = through(motor, (120, 0), (300, 0), (800, -2), (2000, -5), (3900, -12))
    turns = random.uniform(0.25, 0.5) * np.arange(samples) / RATE
    to_and_fro = 10 ** (2.5 * np.sin(2 * np.pi * turns + random.uniform(0, 6)) / 20) * unrest(samples, random, 0.8, 0.1)
    brushes = air(samples, random, (200, -8), (700, 0), (1800, 0), (3900, -8))
    brushes *= 1 + 0.4 * np.sin(2 * np.pi * turns * 9)
    bumps = 1e-3 * brushes
    for at in now_and_then(samples, random, (2, 8), 5):
        put(bumps, at, random.lognormal(-0.2, 0.4) * knock(random, 180, 900, random.uniform(8, 20), 0.4))
    return scene((motor * to_and_fro, -30), (other, -38), (brushes * to_and_fro, -36), (bumps, -44))


def courier(samples: int, random: np.random.Generator) -> Signal:
    """A courier on an electric scooter calls through a plug in his ear: his tyres on what he rides over, the motor's
    whine, the wind, the box behind him that rattles; as a codec leaves it."""
    speed = np.clip(0.75 * unrest(samples, random, 0.25, 0.2), 0.4, 1.2)
    grounds = ("rock_slide.wav", "mud_slide.wav", "ice_slide.wav", "grass_slide.wav", "snow_slide.wav")
    ground = tuple(str(name) for name in random.choice(grounds, 2, replace=False))
    tyres = _SLIDES.goes_on(samples, random, ground, (1.8, 4.0), 1) * speed**0.5
    tyres = through(tyres, (150, 3), (500, 2), (1200, 0), (2500, -5), (3900, -12))
    turns = np.cumsum(random.uniform(380, 560) * speed) / RATE
    motor = lines(turns, (1, 0.15, 0.35, 0.05, 0.12), random) * speed * unrest(samples, random, 6, 0.2)
    blast = air(samples, random, (80, 8), (160, 4), (300, 0), (700, -9), (1500, -19), (3900, -34))
    blast *= speed * unrest(samples, random, 1.2, 0.3)
    rattle = 1e-3 * tyres
    for at in now_and_then(samples, random, (0.4, 2.5)):
        for hit in at + np.cumsum(random.exponential(0.06, int(random.integers(1, 6))) * RATE).astype(int):
            put(rattle, int(hit), random.lognormal(-0.4, 0.4) * knock(random, 350, 1800, random.uniform(4, 10), 0.4))
    return carried(scene((tyres, -32), (motor, -42), (blast, -33), (rattle, -38)))


def loading(samples: int, random: np.random.Generator) -> Signal:
    """Behind a supermarket: a lorry idles, a digger moves further off, and cages on wheels are rolled over the ramp."""
    idles = _THINGS.goes_on(samples, random, ("tractor.ogg",), (1.8, 2.6), 1)
    digger = _THINGS.goes_on(samples, random, ("excavator.ogg",), (1.5, 3.0), 2)
    idles = through(idles, (120, 2), (400, 0), (1000, 0), (2500, -6), (3900, -14))
    cages = 1e-3 * idles
    for at in now_and_then(samples, random, (0.8, 4.5), 1.5):
        sound = _THINGS.heard("skateboard.ogg", float(random.choice(_SPEEDS)) * 0.9)
        ends = np.minimum(1, np.minimum(np.arange(len(sound)), np.arange(len(sound))[::-1]) / 1600)
        put(cages, at, random.lognormal(-0.2, 0.3) * sound * ends)
    clanks = 1e-3 * idles
    for at in now_and_then(samples, random, (1, 5)):
        put(clanks, at, random.lognormal(-0.3, 0.4) * knock(random, 400, 2400, random.uniform(15, 50), 0.2))
    return scene((idles, -30), (digger, -34), (cages, -33), (clanks, -40))


def eatery(samples: int, random: np.random.Generator) -> Signal:
    """An eating house as its tables are cleared: bowls and plates that are stacked, spoons in a box, chairs that are
    pushed over tiles, the hood over the stove."""
    hood = air(samples, random, (120, 3), (250, 1), (600, 0), (1400, -5), (2600, -12), (3900, -22))
    hood *= unrest(samples, random, 0.3, 0.08)
    turns = np.cumsum(random.uniform(150, 230) * unrest(samples, random, 0.2, 0.002)) / RATE
    wheel = lines(turns, (1, 0.5, 0.3), random)
    bowls = 1e-3 * hood
    for at in now_and_then(samples, random, (0.25, 1.8), 0.6):
        for hit in at + np.cumsum(random.exponential(0.12, int(random.integers(1, 4))) * RATE).astype(int):
            rings = knock(random, random.uniform(900, 1800), 3600, random.uniform(10, 40), 0.15)
            put(bowls, int(hit), random.lognormal(-0.4, 0.6) * rings)
    spoons = 1e-3 * hood
    for at in now_and_then(samples, random, (1.5, 6), 3):
        put(spoons, at, random.lognormal(-0.3, 0.3) * _THINGS.heard("spoons.ogg", float(random.choice(_SPEEDS))))
    chairs = 1e-3 * hood
    for at in now_and_then(samples, random, (3, 10), 6):
        lasts = int(RATE * random.uniform(0.25, 0.8))
        # a leg that sticks and slips
        slips = np.cumsum(random.uniform(90, 190) * unrest(lasts, random, 9, 0.15)) / RATE
        legs = lines(slips, 1 / np.arange(1, 15) ** 0.6, random) + 2 * random.normal(size=lasts)
        legs = through(legs, (200, -8), (600, 0), (1300, 2), (2600, -4), (3900, -16))
        put(chairs, at, random.uniform(0.3, 1) * legs * np.hanning(lasts) ** 0.5)
    return scene((hood, -33), (wheel, -45), (bowls, -32), (spoons, -36), (chairs, -39))


def plug(samples: int, random: np.random.Generator) -> Signal:
    """A headset whose plug is loose: what a computer's supply leaves in the wire, which buzzes and whistles; the
    contact scratches when its wearer moves, and for moments lets more of it through."""
    buzz = lines(50 * np.arange(samples) / RATE, 1 / np.arange(1, 60) ** 0.35, random)
    buzz = through(buzz, (100, -10), (300, 0), (1200, -2), (3900, -8))
    turns = np.cumsum(random.uniform(900, 1100) * unrest(samples, random, 0.2, 0.001)) / RATE
    whistle = lines(turns, (1, 0.4, 0.3), random)
    hiss = air(samples, random, (200, 0), (3900, 2))
    more = np.ones(samples)
    scratches = 1e-3 * hiss
    for at in now_and_then(samples, random, (0.4, 2.2), 0.8):
        lasts = int(RATE * random.uniform(0.15, 0.9))
        touches = random.random(lasts) < random.uniform(60, 250) / RATE
        rings = np.exp(-np.arange(40) / random.uniform(2, 7)) * np.cos(random.uniform(0.5, 2) * np.arange(40))
        spikes = np.convolve(touches * random.normal(0, 1, lasts), rings)
        put(scratches, at, random.lognormal(0, 0.4) * spikes[:lasts] * np.hanning(lasts) ** 0.5)
        more[at : at + lasts] = random.uniform(1, 2.2)
    more = np.convolve(np.pad(more, (40, 39), "edge"), np.full(80, 1 / 80), "valid")
    wire = tapes.at_level(buzz, -36) + tapes.at_level(whistle, -50) + tapes.at_level(hiss, -46)
    return _gives_way(wire * more + tapes.at_level(scratches, -32))


MADE = Makers(
    {
        "clacks": clacks, "toys": toys, "fountain": fountain, "storm": storm, "polisher": polisher,
        "courier": courier, "loading": loading, "eatery": eatery, "plug": plug,
    },
    earshot.overheard, waiting.waited,
)  # fmt: skip
