"""Noises a ninth time, most of them recorded; voices of people, as they were recorded, and a woman's Mandarin.

What lines to and from a call centre in a Chinese city carry on any Thursday: an avenue, a building site over the road,
a parcel depot, a bus, rain, a park in summer, and the air conditioning over the agents' desks. What was recorded are
some seconds each, for the games Lincity-NG and Simutrans, as Debian has them; they are cut anywhere, played a little
slower and faster, and laid over each other, so that nothing comes twice in the same way. What no game has is told as in
`yonder.py` (`places.py`). A mobile telephone hears it all (`mobile.py`), two through its codec; a headset hears the
air conditioning. Rooms are recorded ones (`halls.py`), hold music too (`on_hold.py`); who speaks is in `settlers.py`.
Who wrote it had read neither the detectors nor what they are fitted on, and has counted nothing with it.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench import halls, on_hold
from bench.mobile import carried, through
from bench.places import air, knock, lines, now_and_then, put, scene, unrest
from bench.sounds import Sounds
from bench.surroundings import RATE, Makers
from tests.tapes import Signal

# how much slower each is had, beside as it is
_SPEEDS = (0.87, 0.93, 1.0, 1.07, 1.15)
_CITY, _LORRIES = (
    Sounds(Path("/usr/share/games") / folder, _SPEEDS, fade_s=0.4, suffix=".wav")
    for folder in ("lincity-ng/sounds", "simutrans/pak/sound")
)
# what a headset's microphone makes of things that are not at the mouth: it is open at its back
_FAR = ((100, -16), (300, -8), (800, -3), (1800, 0), (3900, 1))


def avenue(samples: int, random: np.random.Generator) -> Signal:
    """A customer walks along a street with traffic; more of it comes from further away."""
    cars = ("TraficHigh1", "TraficHigh2", "TraficHigh3", "TraficLow1", "TraficLow2", "TraficLow3")
    near = _CITY.goes_on(samples, random, cars, (1.6, 3.8), 3)
    afar = [_CITY.goes_on(samples, random, cars, (1.6, 3.8), 2) for _ in range(3)]
    far = through(np.sum(afar, axis=0), (150, 2), (500, 0), (1200, -5), (2500, -12), (3900, -22))
    return scene((near, -30), (far, -33))


def works(samples: int, random: np.random.Generator) -> Signal:
    """A building site over the road, the window open: machines and hammers, at times a pneumatic drill, and what the
    house opposite sends back."""
    things = ("MonumentConstruction1", "MonumentConstruction2", "MonumentConstruction3", "Build1", "Build2")
    site = _CITY.goes_on(samples, random, things, (1.0, 3.5), 4)
    drill = np.zeros(samples)
    for at in now_and_then(samples, random, (5, 14), 6):
        speed, strong = float(random.choice(_SPEEDS)), random.uniform(0.5, 1)
        lasts = int(RATE * random.uniform(1, 4))
        blows = np.resize(_LORRIES.heard("jackhammer", speed), lasts) * unrest(lasts, random, 4, 0.15)
        put(drill, at, strong * blows * np.minimum(1, np.minimum(np.arange(lasts), np.arange(lasts)[::-1]) / 400))
    whole = site + 0.7 * drill
    late = int(RATE * random.uniform(0.06, 0.16))
    whole[late:] += 0.4 * through(whole, (300, 0), (1000, -3), (3000, -12))[:-late]
    road = _CITY.goes_on(samples, random, ("TraficLow1", "TraficLow2", "TraficLow3"), (1.6, 3.8), 2)
    away = through(whole, (120, 0), (700, 0), (1600, -3), (3900, -11))
    return scene((away, -30), (through(road, (300, 0), (1500, -6), (3900, -16)), -36))


def depot(samples: int, random: np.random.Generator) -> Signal:
    """A courier in the hall where parcels are sorted: belts and motors, and parcels that are set down."""
    machines = ("IndustryHigh1", "IndustryHigh2", "IndustryHigh3")
    belts = _CITY.goes_on(samples, random, machines, (2.0, 3.8), 1.5)
    others = _CITY.goes_on(samples, random, ("IndustryLight1", "IndustryLight2", "Recycle2"), (1.2, 3.5), 3)
    thuds = np.zeros(samples)
    for at in now_and_then(samples, random, (0.7, 4)):
        low = random.uniform(110, 260)
        put(thuds, at, random.lognormal(-0.3, 0.5) * knock(random, low, 5 * low, random.uniform(12, 25), 0.5))
    return scene((belts, -30), (others, -35), (thuds + 1e-3 * belts, -37))


def coach(samples: int, random: np.random.Generator) -> Signal:
    """In a city bus, as a mobile's codec leaves it: its engine, which is pressed, let go and idles at stops, the road
    under it, and something that rattles."""
    asked, at = np.empty(samples), 0
    while at < samples:
        for low, high, least_s, most_s in ((0.62, 0.68, 1, 5), (0.85, 1.2, 2, 6), (0.75, 1.05, 1, 4), (1.0, 1.3, 3, 8)):
            # it may be anywhere on its way as the call begins
            if at == 0 and random.random() < 0.5:
                continue
            lasts = int(RATE * random.uniform(least_s, most_s))
            asked[at : at + lasts] = random.uniform(low, high)
            at += lasts
    some = int(1.2 * RATE)
    speed = np.convolve(np.pad(asked, (some - 1, 0), "edge"), np.full(some, 1 / some), "valid")
    diesel = _LORRIES.heard("diesel", 1.0)
    fade = RATE // 5
    ramp = np.linspace(0, 1, fade)
    loop = np.concatenate((diesel[-fade:] * (1 - ramp) + diesel[:fade] * ramp, diesel[fade:-fade]))
    where = np.cumsum(speed * unrest(samples, random, 3, 0.01)) + random.uniform(0, len(loop))
    engine = np.interp(where % len(loop), np.arange(len(loop) + 1), np.append(loop, loop[0]))
    rolls = np.clip(speed - 0.66, 0.02, None)
    road = air(samples, random, (90, 4), (220, 2), (500, 0), (1000, -4), (2000, -11), (3800, -24))
    road *= rolls * unrest(samples, random, 2, 0.2)
    rattles = np.zeros(samples)
    for at in now_and_then(samples, random, (0.3, 3)):
        for hit in at + np.cumsum(random.exponential(0.05, int(random.integers(1, 9))) * RATE).astype(int):
            loud = random.lognormal(-0.5, 0.5) * rolls[min(int(hit), samples - 1)]
            put(rattles, int(hit), loud * knock(random, 500, 2600, 6, 0.3))
    dull = through(engine, (100, 3), (300, 2), (700, 0), (1300, -4), (2400, -10), (3900, -18))
    return carried(scene((dull * unrest(samples, random, 1, 0.1), -31), (road, -33), (rattles + 1e-3 * road, -41)))


def awning(samples: int, random: np.random.Generator) -> Signal:
    """Rain on an awning, over a pavement that is wet already: cloth that each drop beats, water that runs off, and a
    car that goes through it now and then."""
    # so many near drops a second; more in a gust
    gusts = unrest(samples, random, 0.4, 0.25)
    drops = np.flatnonzero(random.random(samples) < random.uniform(15, 60) / RATE * gusts)
    beats = np.zeros(samples)
    for at in drops:
        put(beats, int(at), random.lognormal(-0.6, 0.7) * knock(random, 450, 1900, random.uniform(1.5, 4), 0.6))
    sheet = air(samples, random, (200, -8), (600, -1), (1200, 0), (2400, 0), (3900, -4)) * gusts
    gutter = _CITY.goes_on(samples, random, ("Water1",), (1.5, 3.6), 1.5)
    cars = np.full(samples, 1e-3)
    for at in now_and_then(samples, random, (4, 15), 8):
        lasts = int(RATE * random.uniform(2, 4))
        put(cars, at, random.uniform(0.3, 1) * np.hanning(lasts) ** 2)
    spray = air(samples, random, (200, -4), (600, 0), (1500, 0), (2600, -3), (3900, -10)) * cars
    return scene((sheet, -32), (beats, -34), (gutter, -38), (spray, -37))


def park(samples: int, random: np.random.Generator) -> Signal:
    """Under trees in summer, as a mobile's codec leaves it: birds and insects, leaves in a breeze, the town."""
    birds = _CITY.goes_on(samples, random, ("Green2", "Green3", "ParklandPlane3"), (1.2, 3.5), 4)
    birds += _LORRIES.goes_on(samples, random, ("forest", "tropic"), (1.5, 4), 3)
    leaves = air(samples, random, (200, -14), (700, -5), (1500, 0), (2600, 1), (3900, -3))
    leaves *= unrest(samples, random, 0.35, 0.45) * unrest(samples, random, 5, 0.12)
    town = _CITY.goes_on(samples, random, ("TraficLow2", "TraficLow3"), (1.6, 3.8), 2)
    town = through(town, (150, 2), (400, 0), (900, -6), (2000, -16), (3900, -30))
    return carried(scene((birds, -33), (leaves, -35), (town, -35)))


def vents(samples: int, random: np.random.Generator) -> Signal:
    """The air conditioning over an agent's desk: its fan, what the ducts leave of it, a grille that whistles a little,
    the computers' fans below."""
    ducts = air(samples, random, (90, 5), (180, 3), (350, 0), (700, -4), (1300, -9), (2400, -16), (3900, -27))
    ducts *= unrest(samples, random, 0.15, 0.06)
    turns = np.cumsum(random.uniform(22, 25) * unrest(samples, random, 0.3, 0.002)) / RATE
    wheel = lines(turns * int(random.integers(5, 12)), 1 / np.arange(1, 9) ** 1.1, random)
    slit = random.uniform(900, 1800)
    grille = air(samples, random, (0.5 * slit, -14), (slit, 0), (1.5 * slit, -8), (3900, -18))
    grille *= unrest(samples, random, 1.5, 0.15)
    small = [np.cumsum(random.uniform(30, 60) * unrest(samples, random, 0.2, 0.003)) / RATE * 7 for _ in range(3)]
    computers = np.sum([lines(way, (1, 0.4, 0.3, 0.15), random) for way in small], axis=0)
    breeze = air(samples, random, (200, -6), (500, 0), (1200, -3), (3900, -14))
    return through(scene((ducts, -28), (wheel, -41), (grille, -43), (computers, -45), (breeze, -39)), *_FAR)


MADE = Makers(
    {
        "avenue": avenue, "works": works, "depot": depot, "coach": coach, "awning": awning, "park": park,
        "vents": vents,
    },
    halls.answering, on_hold.played,
)  # fmt: skip
