"""Noises a seventh time, by makers of their own; voices of people whom no set had.

Where people are on a Tuesday when they telephone: at home with wet hair, at the chopping board, beside the fish, in a
sports hall, in a lift, at a gate with dogs behind it. Told as in `yonder.py`, of what goes on and what happens
(`places.py`), heard by a mobile telephone (`mobile.py`). Rooms are few blows that grow dull (`velvet.py`), hold music
is an accordion (`reeds.py`), voices are cut from recordings (`readers.py`). Who wrote it had not looked at
the detectors, only at which noises the VAD's weights are fitted on and what each weighs; no detector had heard it.
"""

from __future__ import annotations

import numpy as np

from bench import reeds, velvet
from bench.mobile import carried, through
from bench.places import air, knock, lines, now_and_then, put, scene, unrest
from bench.surroundings import RATE, Makers
from tests.tapes import Signal


def _follows(asked: Signal, within_s: float) -> Signal:
    """What takes so long to get where it is asked to be."""
    some = int(RATE * within_s)
    return np.convolve(np.pad(asked, (some - 1, 0), "edge"), np.full(some, 1 / some), "valid")


def _ends(lasts: int, in_s: float, out_s: float) -> Signal:
    """A gain of 1 that comes up and goes down within so many seconds."""
    t = np.arange(lasts) / RATE
    return np.minimum(1, np.minimum(t / in_s, t[::-1] / out_s))


def dryer(samples: int, random: np.random.Generator) -> Signal:
    """Somebody dries their hair: a small motor and its wheel of blades, the jet, which is dull where the head is in its
    way, and a switch of two speeds."""
    asked, fast, switch = np.empty(samples), True, np.zeros(samples)
    slow = random.uniform(0.72, 0.85)
    for at in now_and_then(samples, random, (4, 11), 0):
        asked[at:], fast = (1.0 if fast else slow), not fast
        if at:
            put(switch, at, knock(random, 1100, 3000, 3))
    speed = _follows(asked, 0.5) * unrest(samples, random, 3, 0.003)
    turns, blades = np.cumsum(random.uniform(170, 260) * speed) / RATE, int(random.integers(7, 12))
    motor = lines(turns, (0.5, 1, 0.4, 0.6, 0.3, 0.2), random) * speed
    wheel = lines(turns * blades, (1.0,), random) * speed**2 * unrest(samples, random, 12, 0.15)
    aside = 0.5 + 0.5 * np.tanh(3 * np.log(unrest(samples, random, random.uniform(0.5, 0.9), 0.5)))
    jet = air(samples, random, (150, -12), (400, -5), (900, 0), (1700, 1), (2600, -1), (3700, -6))
    jet = (jet * (1 - aside) + through(jet, (300, 2), (900, 0), (1800, -9), (3600, -18)) * aside) * speed**2.5
    jet *= unrest(samples, random, 0.8, 0.15)
    return scene((jet, -29), (motor, -39), (wheel, -38), (switch + 1e-3 * jet, -45))


def chopping(samples: int, random: np.random.Generator) -> Signal:
    """Meat is minced for dumplings under a range hood: one cleaver or two, a block that rings, steel that is drawn over
    it to heap up what has been chopped."""
    hood = air(samples, random, (100, 0), (260, 2), (420, 0), (800, -2), (1500, -6), (2600, -14), (3800, -24))
    turns = np.cumsum(random.uniform(21, 24) * unrest(samples, random, 0.5, 0.004)) / RATE
    wheel = lines(turns * random.integers(26, 42), (1, 0.3), random)
    chops, drawn, at = np.zeros(samples), np.full(samples, 1e-3), -int(RATE * random.uniform(0, 2))
    low, steel = random.uniform(140, 230), random.uniform(1500, 2100)
    while at < samples:
        hands = int(random.choice([1, 2]))
        every, end = RATE / (random.uniform(2.8, 4.2) * hands), at + RATE * random.uniform(1.5, 4.5)
        hard = random.uniform(0.7, 1.2)
        while at < end:
            loud = hard * random.lognormal(0, 0.25)
            put(chops, at, loud * knock(random, low, 4 * low, random.uniform(9, 14)))
            put(chops, at, 0.3 * loud * knock(random, steel, 1.6 * steel, 6, 0.8))
            at += int(every * random.normal(1, 0.07))
        for _ in range(int(random.integers(1, 4))):
            lasts = int(RATE * random.uniform(0.15, 0.4))
            put(drawn, at, random.uniform(0.5, 1) * np.hanning(lasts) * unrest(lasts, random, 40, 0.4))
            at += lasts + int(RATE * random.uniform(0.05, 0.25))
    scrape = air(samples, random, (500, -14), (1300, -3), (2200, 0), (3000, 2), (3700, -6)) * drawn
    return scene((hood, -34), (wheel, -45), (chops + 1e-3 * hood, -31), (scrape, -40))


def aquarium(samples: int, random: np.random.Generator) -> Signal:
    """Beside a wall of fish tanks: pumps whose membranes hum, air that comes up in bubbles, each of which rings by its
    size (Minnaert, 1933), and water that falls back from the filter."""
    pumps, bubbles = np.zeros(samples), np.zeros(samples)
    for _ in range(int(random.integers(2, 4))):
        beats = np.cumsum(100 * unrest(samples, random, 0.3, 0.0006)) / RATE
        pumps += lines(beats, random.uniform(0.2, 1, 14) / np.arange(1, 15) ** 0.7, random) * random.uniform(0.4, 1)
    for _ in range(int(random.integers(3, 6))):
        hz, near, at = random.uniform(550, 1500), random.uniform(0.3, 1), 0.0
        # a stone lets them go one by one, at a pace that comes and goes
        pace = random.uniform(7, 18) * unrest(samples, random, 0.7, 0.25)
        while (at := at + RATE / pace[int(at)] * random.uniform(0.5, 1.5)) < samples:
            rings = hz * random.lognormal(0, 0.22)
            t = np.arange(int(RATE * 0.06)) / RATE
            # under the surface there is less and less water to be moved
            turn = np.cumsum(rings * (1 + random.uniform(0, 5) * t)) / RATE
            fade = np.exp(-t * rings * random.uniform(0.06, 0.13)) * _ends(len(t), 0.0015, 0.01)
            put(bubbles, int(at), near * random.lognormal(0, 0.4) * np.sin(2 * np.pi * turn) * fade)
    falls = air(samples, random, (200, -12), (500, -3), (1100, 0), (2300, -3), (3700, -9))
    falls *= unrest(samples, random, 14, 0.3) * unrest(samples, random, 0.6, 0.1)
    return scene((bubbles, -31), (falls, -35), (pumps, -37))


def badminton(samples: int, random: np.random.Generator) -> Signal:
    """A hall of six courts: shuttles are hit to and fro, soles squeak on the floor and stamp on it, and the hall keeps
    it all for two seconds."""
    hits, soles, stamps = np.zeros(samples), np.zeros(samples), np.zeros(samples)
    for _ in range(6):
        far = random.uniform(1, 5)
        for at in now_and_then(samples, random, (3, 8), 3):
            for _ in range(int(random.integers(3, 14))):
                loud = random.lognormal(0, 0.5) / far
                put(hits, at, loud * knock(random, random.uniform(500, 900), 2800, 4))
                if random.random() < 0.35:
                    before = at - int(RATE * random.uniform(0.1, 0.4))
                    put(soles, before, random.lognormal(0, 0.4) / far * _squeak(random))
                if random.random() < 0.4:
                    put(
                        stamps,
                        at + int(random.integers(900)),
                        random.uniform(0.4, 1) / far * knock(random, 110, 420, 25),
                    )
                at += int(RATE * random.uniform(0.55, 1.2))
    t = np.arange(2 * RATE) / RATE
    tail = air(len(t), random, (150, -2), (500, 0), (1200, -1), (2200, -5), (3800, -15))
    tail *= np.exp(-6.9 * t / random.uniform(1.6, 2.3)) * np.minimum(1, t / 0.03)
    size = 1 << (samples + len(tail)).bit_length()
    answer = np.fft.rfft(tail / np.sqrt(np.sum(tail**2)), size)
    whole = 3 * hits + soles + 2 * stamps
    whole += 0.8 * np.fft.irfft(np.fft.rfft(whole, size) * answer, size)[:samples]
    vents = air(samples, random, (100, 2), (300, 0), (700, -4), (1600, -10), (3700, -24))
    return scene((whole + 1e-3 * vents, -31), (vents, -36))


def _squeak(random: np.random.Generator) -> Signal:
    """Rubber sticks and slips."""
    lasts = int(RATE * random.uniform(0.05, 0.2))
    way = np.linspace(random.uniform(0.9, 1.1), random.uniform(0.8, 1.25), lasts)
    turns = np.cumsum(random.uniform(900, 2300) * way * unrest(lasts, random, 60, 0.015)) / RATE
    return lines(turns, (1.0, 0.4), random) * _ends(lasts, 0.008, 0.02) * unrest(lasts, random, 40, 0.5)


def dogs(samples: int, random: np.random.Generator) -> Signal:
    """A courier at a gate: dogs behind it bark in bouts, one pulls at its chain; the wall opposite sends it back."""
    barks, chain = np.zeros(samples), np.zeros(samples)
    for number in range(int(random.integers(2, 4))):
        hz, near = random.choice([random.uniform(230, 400), random.uniform(480, 900)]), random.uniform(0.5, 1)
        for at in now_and_then(samples, random, (1.8, 5) if number else (2.2, 3.6), 1.5):
            for _ in range(int(random.integers(1, 6))):
                put(barks, at, near * random.uniform(0.6, 1) * _bark(random, hz * random.uniform(0.93, 1.07)))
                at += int(RATE * random.uniform(0.28, 0.55))
    for at in now_and_then(samples, random, (1, 4)):
        for link in at + np.cumsum(random.exponential(0.025, int(random.integers(6, 30))) * RATE).astype(int):
            put(chain, int(link), random.lognormal(-0.5, 0.6) * knock(random, 1500, 3500, 4, 0.1))
    late = int(RATE * random.uniform(0.02, 0.07))
    barks[late:] += 0.35 * through(barks, (300, -2), (1000, 0), (2500, -8), (3900, -16))[:-late]
    lane = air(samples, random, (90, 0), (300, -3), (700, -6), (1500, -10), (3700, -22))
    lane *= unrest(samples, random, 0.3, 0.15)
    return scene((barks + 1e-3 * lane, -31), (chain + 1e-3 * lane, -42), (lane, -36))


def _bark(random: np.random.Generator, hz: float) -> Signal:
    """Folds that are blown at so hard that they swing unevenly, and a mouth that opens and shuts."""
    lasts = int(RATE * random.uniform(0.11, 0.22))
    part = np.linspace(0, 1, lasts)
    pitch = hz * (0.7 + 0.6 * np.sin(np.pi * part**0.7)) * unrest(lasts, random, 90, 0.05)
    turns, many = np.cumsum(pitch) / RATE, int(3600 / (1.4 * hz))
    folds = lines(turns, 1 / np.arange(1, many + 1) ** 0.6, random) + 0.5 * lines(
        turns / 2, (1, 0, 0.7, 0, 0.5), random
    )
    breath = random.normal(size=lasts) * (0.5 + 0.5 * np.sin(2 * np.pi * turns))
    mouth = random.uniform(800, 1300)
    shaped = through(
        folds + 1.2 * breath, (0.3 * mouth, -12), (0.8 * mouth, 0), (1.1 * mouth, 0), (1.5 * mouth, -7),
        (2.0 * mouth, -3), (3800, -18),
    )  # fmt: skip
    return shaped / np.std(shaped) * np.sin(np.pi * part**0.6) ** 1.3


def lift(samples: int, random: np.random.Generator) -> Signal:
    """In a lift, as a mobile's codec leaves it: its fan, the machine that gets faster and slower, guide rails with
    their joints, a gong, and doors."""
    way, doors, blows, gong = np.zeros(samples), np.full(samples, 1e-3), np.zeros(samples), np.zeros(samples)
    at, fastest = -int(RATE * random.uniform(0, 6)), random.uniform(1.5, 2.6)
    while at < samples:
        rides = int(RATE * random.uniform(6, 14))
        put(way, at, fastest * _ends(rides, 1.8, 2.2))
        at += rides
        put(gong, at - RATE, _gong(random))
        put(blows, at, 2 * knock(random, 120, 500, 22))
        for wait_s in (random.uniform(0.2, 0.6), random.uniform(1.5, 3)):
            at, lasts = at + int(RATE * wait_s), int(RATE * random.uniform(1.6, 2.4))
            put(doors, at, _ends(lasts, 0.3, 0.4) * unrest(lasts, random, 8, 0.25))
            at += lasts
            put(blows, at, random.uniform(1, 2) * knock(random, 160, 900, 16))
        at += int(RATE * random.uniform(0.4, 0.9))
    metres = np.cumsum(way) / RATE
    for joint in np.flatnonzero(np.diff(np.floor(metres / random.uniform(4, 5.2))) > 0):
        put(blows, int(joint), random.uniform(0.5, 1.2) * knock(random, 130, 700, 14))
    turns = metres * random.uniform(26, 34)
    machine = lines(turns, (0.3, 0.6, 0, 0.5, 0, 1, 0, 0.3, 0.2, 0, 0, 0.5), random) * np.minimum(1, way)
    rails = air(samples, random, (120, -2), (300, 0), (800, -5), (1700, -12), (3700, -26)) * (way + 0.02)
    whirr = lines(np.cumsum(random.uniform(90, 140) * (0.6 + doors)) / RATE, (1, 0.6, 0.8, 0.3, 0.4), random) * doors
    rollers = air(samples, random, (200, -8), (600, 0), (1500, -2), (2800, -8), (3800, -20)) * doors
    fan = air(samples, random, (110, -4), (280, 0), (600, 0), (1300, -5), (2400, -12), (3800, -24))
    heard = scene(
        (fan, -33), (rails, -34), (machine + 1e-3 * fan, -38), (rollers, -37), (whirr, -42),
        (blows + 1e-3 * fan, -37), (gong + 1e-3 * fan, -40),
    )  # fmt: skip
    return carried(heard)


def _gong(random: np.random.Generator) -> Signal:
    """One or two bars that are struck."""
    out, first_hz = np.zeros(2 * RATE), random.uniform(520, 760)
    for number in range(int(random.integers(1, 3))):
        t = np.arange(RATE * 3 // 2) / RATE
        hz = first_hz * (1, 0.79)[number]
        tones = ((1, 1, 3.5), (2.76, 0.35, 9), (4.1, 0.1, 14))
        rings = sum(loud * np.exp(-t * falls) * np.sin(2 * np.pi * hz * ratio * t) for ratio, loud, falls in tones)
        put(out, number * RATE * 6 // 10, rings * _ends(len(t), 0.002, 0.1))
    return out


MADE = Makers(
    {
        "dryer": dryer, "chopping": chopping, "aquarium": aquarium, "badminton": badminton, "dogs": dogs, "lift": lift,
    },
    velvet.dulled, reeds.accordion,
)  # fmt: skip
