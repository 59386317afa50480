"""Noises and rooms once more, by other makers than those of `surroundings.py`, tests/tapes.py and bench/fit_vad.py."""

from __future__ import annotations

import numpy as np

from bench.surroundings import RATE, Makers
from tests import tapes
from tests.tapes import Signal

# samples; no two have a common divisor, so that no pitch stands out
_LINES = np.array([97, 131, 167, 199, 241, 283, 331, 379])
_BLOCK = 96


def _between(samples: int, random: np.random.Generator, low_hz: float, high_hz: float) -> Signal:
    """Noise of one loudness between two soft edges."""
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    gain = 1 / np.sqrt((1 + (low_hz / np.maximum(hz, 1)) ** 6) * (1 + (hz / high_hz) ** 6))
    return np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * gain, samples)


def _swell(samples: int, random: np.random.Generator, every_s: float, by_db: float) -> Signal:
    """A gain that wanders from one random level to the next."""
    knots = random.normal(0, by_db, int(samples / RATE / every_s) + 3)
    at = np.arange(samples) / RATE / every_s
    return 10 ** (np.interp(at, np.arange(len(knots)), knots) / 20)


def air_conditioner(samples: int, random: np.random.Generator) -> Signal:
    """Two motors of nearly the same speed, whose hum beats, in a duct's breath; a rattle when they are in step."""
    t, hz = np.arange(samples) / RATE, random.uniform(90, 150)
    hum = np.zeros(samples)
    for speed in (hz, hz + random.uniform(0.4, 2.0)):
        hum += sum(np.sin(2 * np.pi * speed * k * t + random.uniform(0, 6)) / k for k in range(1, 9))
    rattle = _between(samples, random, 900, 2600) * np.clip(np.abs(hum) / np.abs(hum).max() - 0.6, 0, None)
    breath = _between(samples, random, 150, 900)
    return tapes.at_level(hum, -34) + tapes.at_level(rattle, -42) + tapes.at_level(breath, -32)


def coffee(samples: int, random: np.random.Generator) -> Signal:
    """A mill that grinds and a pump that drives steam, for some seconds each in turn."""
    t, out, at = np.arange(samples) / RATE, np.zeros(samples), 0
    mill = _between(samples, random, 500, 3600) * (1 + 0.8 * np.sin(2 * np.pi * random.uniform(70, 110) * t))
    buzz = np.sign(np.sin(2 * np.pi * 50 * t)) * _between(samples, random, 200, 1500)
    steam = tapes.at_level(buzz, -32) + tapes.at_level(_between(samples, random, 2000, 3900), -32)
    turn = [tapes.at_level(mill * _swell(samples, random, 0.15, 2), -30), steam]
    while at < samples:
        end = min(at + int(RATE * random.uniform(3, 7)), samples)
        out[at:end] = turn[0][at:end]
        at, turn = end, turn[::-1]
    return out


def downpour(samples: int, random: np.random.Generator) -> Signal:
    """Rain on a metal roof: hundreds of drops a second, each rings in the sheet; it comes in gusts."""
    drops = (random.random(samples) < 400 / RATE) * random.lognormal(0, 0.8, samples) * random.choice([-1, 1], samples)
    t, sheet = np.arange(240) / RATE, np.zeros(240)
    for hz in random.uniform(500, 3000, size=6):
        sheet += np.sin(2 * np.pi * hz * t) * np.exp(-t / random.uniform(0.002, 0.008))
    return np.convolve(drops, sheet)[:samples] * _swell(samples, random, 1.5, 1.5)


def traffic(samples: int, random: np.random.Generator) -> Signal:
    """A road at some distance: tyres all the time, now and then a lorry whose engine sinks in pitch as it passes."""
    t = np.arange(samples) / RATE
    out = tapes.at_level(_between(samples, random, 200, 1100) * _swell(samples, random, 1.0, 1.5), -32)
    for at in np.arange(random.uniform(1, 4), samples / RATE, random.uniform(6, 10)):
        near = 1 / (1 + ((t - at) / random.uniform(0.7, 1.5)) ** 2)
        turns = np.cumsum(random.uniform(28, 45) * (1 - 0.04 * np.tanh(2 * (t - at)))) / RATE
        engine = sum(np.sin(2 * np.pi * k * turns + random.uniform(0, 6)) / k**0.8 for k in range(2, 24))
        tyres = _between(samples, random, 300, 2500)
        out += near * (tapes.at_level(np.asarray(engine), -36) + tapes.at_level(tyres, -32))
    return out


def typist(samples: int, random: np.random.Generator) -> Signal:
    """A flat keyboard: each stroke a tick as the key meets the plate and a fainter one as it leaves, no thud."""
    out, at = random.normal(size=samples) * 0.006, 0
    while (at := at + int(RATE * random.lognormal(np.log(0.14), 0.45))) + 1600 < samples:
        for place, strength in ((at, 1.0), (at + int(random.integers(350, 1100)), random.uniform(0.15, 0.4))):
            tick = np.diff(random.normal(size=int(random.integers(30, 110))))
            out[place : place + len(tick)] += strength * random.lognormal(-0.3, 0.4) * tick * np.hanning(len(tick))
    return out


def steps(samples: int, random: np.random.Generator) -> Signal:
    """Somebody walks up and down in hard shoes, heel and sole; at times a chair is pushed over the floor."""
    out, at, pace = _between(samples, random, 100, 1000) * 0.01, 0, random.uniform(0.48, 0.62)
    while (at := at + int(RATE * pace * random.uniform(0.93, 1.07))) + RATE < samples:
        for place, strength in ((at, 1.0), (at + int(random.integers(500, 900)), 0.5)):
            hit = _between(600, random, 120, 1400) * np.exp(-np.arange(600) / random.uniform(40, 120))
            out[place : place + 600] += strength * random.uniform(0.6, 1) * hit
        if random.random() < 0.06:
            n = int(RATE * random.uniform(0.3, 0.7))
            slips = np.mod(np.cumsum(random.uniform(60, 200) * (1 + 0.2 * random.normal(size=n))) / RATE, 1) - 0.5
            out[at : at + n] += 0.25 * (slips + 0.5 * _between(n, random, 500, 3000)) * np.hanning(n)
    return out


def network(voice: Signal, rt60_ms: int, direct: float, seed: int) -> Signal:
    """The voice and what delay lines make of it that feed each other (a feedback delay network, Jot and Chaigne 1991).

    Low tones fall by 60 dB in rt60_ms, high ones sooner, as in furnished rooms. direct: the voice's own share of the
    amplitude, as in `tapes.room`: 0.4 puts it 3.5 dB under what the room adds, 0.9 puts it 19 dB over that.
    """
    random = np.random.default_rng(seed)
    lines = np.maximum((_LINES * random.uniform(0.9, 1.5)).astype(int), _BLOCK + 1)
    falls = 10 ** (-3 * lines / (RATE * rt60_ms / 1000))
    soft = random.uniform(0.05, 0.15)
    mixing = np.eye(len(lines)) - 2 / len(lines)
    first = int(lines.max())
    answer = np.zeros(-(-RATE * (rt60_ms + 100) // 1000 // _BLOCK) * _BLOCK)
    kept = np.zeros((len(lines), first + 1 + len(answer)))
    kept[:, first] = random.choice([-1.0, 1.0], len(lines))
    for at in range(0, len(answer), _BLOCK):
        now = first + 1 + at + np.arange(_BLOCK)
        came, later = (np.stack([row[now - n - k] for row, n in zip(kept, lines, strict=True)]) for k in (0, 1))
        came += soft * (later - came)
        answer[at : at + _BLOCK] = came.sum(axis=0)
        # each line hands on to all others alike
        kept[:, now] += mixing @ (falls[:, None] * came)
    answer /= np.sqrt(np.sum(answer**2))
    answer[0] = direct / (1 - direct)
    size = len(voice) + len(answer)
    heard = np.fft.irfft(np.fft.rfft(voice, size) * np.fft.rfft(answer, size), size)[: len(voice)]
    return tapes.at_level(heard, tapes.level(voice))


MADE = Makers(
    {
        "air conditioner": air_conditioner, "coffee": coffee, "downpour": downpour, "traffic": traffic,
        "typist": typist, "steps": steps,
    },
    network,
)  # fmt: skip
