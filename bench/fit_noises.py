"""Noises, telephones and rooms for what the VAD's weights are fitted on, `bench/fit_clips.py`."""

from __future__ import annotations

import numpy as np

from tests import tapes
from tests.tapes import Signal

RATE = 8000


def clatter(samples: int, random: np.random.Generator) -> Signal:
    """Plates and keys: a few knocks a second, each of some partials that ring and a burst that does not."""
    out, at = random.normal(size=samples) * 0.01, 0
    every_s = 1 / random.uniform(1.5, 9)
    while (at := at + int(RATE * random.exponential(every_s)) + 80) < samples:
        t = np.arange(min(int(RATE * random.uniform(0.05, 0.4)), samples - at)) / RATE
        knock = random.normal(size=len(t)) * random.uniform(0.1, 1.5) * np.exp(-t / random.uniform(0.003, 0.03))
        for _ in range(int(random.integers(2, 9))):
            ring = np.sin(2 * np.pi * random.uniform(400, 3600) * t + random.uniform(0, 6))
            knock += random.uniform(0.2, 1) * ring * np.exp(-t / random.uniform(0.008, 0.12))
        out[at : at + len(t)] += knock * 10 ** (random.uniform(-18, 0) / 20)
    return out


def coloured(samples: int, random: np.random.Generator) -> Signal:
    """Noise of any spectrum, half of it swelling and ebbing as passing cars and fans do."""
    hz, knots = np.fft.rfftfreq(samples, 1 / RATE), np.linspace(0, RATE / 2, int(random.integers(4, 12)))
    gain_db = np.interp(hz, knots, np.cumsum(random.normal(0, 7, len(knots))))
    sound = np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * 10 ** (gain_db / 20), samples)
    swell = np.sin(2 * np.pi * random.uniform(0.1, 2) * np.arange(samples) / RATE + random.uniform(0, 6))
    return sound * 10 ** (random.choice([0, random.uniform(1, 6)]) * swell / 20)


def typing(samples: int, random: np.random.Generator) -> Signal:
    """Two to twelve short dull bursts a second."""
    out, at, every_s = random.normal(size=samples) * 0.02, 0, 1 / random.uniform(2, 12)
    while (at := at + int(RATE * random.exponential(every_s)) + 200) < samples:
        burst = random.normal(size=min(400, samples - at))
        burst *= random.uniform(0.2, 1) * np.exp(-np.arange(len(burst)) / random.uniform(10, 80))
        out[at : at + len(burst)] += burst
    return out


def thuds(samples: int, random: np.random.Generator) -> Signal:
    """Steps, typing on a hollow desk, things put down: low tones that die away, some at a time with rests between."""
    out, at = random.normal(size=samples) * 0.02, 0
    every_s, rest_s, hz = random.uniform(0.09, 0.4), random.uniform(0.3, 3), random.uniform(70, 500)
    while at < samples - 400:
        for _ in range(int(random.integers(1, 12))):
            at += int(RATE * every_s * random.uniform(0.6, 1.4))
            t = np.arange(min(int(RATE * random.uniform(0.08, 0.3)), max(0, samples - at))) / RATE
            thud = sum(
                random.uniform(0.2, 1) * np.sin(2 * np.pi * hz * k * random.uniform(0.9, 1.1) * t)
                for k in (1, 1.6, 2.4)
            ) * np.exp(-t / random.uniform(0.01, 0.07))
            tick = random.normal(size=len(t)) * random.uniform(0, 1) * np.exp(-t / random.uniform(0.001, 0.01))
            out[at : at + len(t)] += (thud + tick) * random.uniform(0.3, 1)
        at += int(RATE * random.exponential(rest_s))
    return out


def buzz(samples: int, random: np.random.Generator) -> Signal:
    """What repeats at a pitch that stands still: half of it a mobile phone's bursts, picked up by wires (217 a second,
    one of 26 missing, now and then few of them), half of it buzzers, relays and transformers."""
    mobile, finer = random.random() < 0.5, 8
    a_second = 26 / 0.12 if mobile else np.exp(random.uniform(np.log(45), np.log(420)))
    turns = np.arange(samples * finer) / (RATE * finer) * a_second
    which = turns.astype(int)
    strength = 10 ** (random.normal(0, random.uniform(0, 2), which[-1] + 1) / 20)
    at, works = 0, True
    while at < len(strength):
        end = at + int(a_second * random.uniform(*((0.5, 8) if works else (0.2, 2))))
        if not works:
            strength[at:end] *= random.choice([0.0, 0.0, 1.0]) * (random.random(len(strength[at:end])) < 0.1)
        at, works = end, not works
    if mobile:
        strength[int(random.integers(26)) :: 26] = 0
    width = 1 / 8 if mobile else random.uniform(0.02, 0.5)
    bursts = strength[which] * (turns % 1 < width)
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    wires = np.maximum(hz, 60) ** random.uniform(-0.3, 1.3) / (1 + (random.uniform(100, 350) / np.maximum(hz, 1)) ** 3)
    knots = np.linspace(0, RATE / 2, int(random.integers(4, 12)))
    wires *= 10 ** (np.interp(hz, knots, random.normal(0, 4, len(knots))) / 20)
    sound = np.fft.irfft(np.fft.rfft(bursts)[: len(hz)] * wires, samples)
    return sound / sound.std() + random.normal(size=samples) * 10 ** (random.uniform(-45, -20) / 20)


def swelling(samples: int, random: np.random.Generator) -> Signal:
    """Noise through some resonances whose loudness wanders, slowly or as often as syllables come, and whose colour may
    wander with it: what bubbles, rattles, blows, rustles or rolls by."""
    out, loud = np.zeros(samples), wandering(samples, random, np.exp(random.uniform(np.log(0.3), np.log(25))))
    depth_db, shares = random.uniform(2, 9), wandering(samples, random, np.exp(random.uniform(np.log(0.2), np.log(8))))
    for share in (1 / (1 + np.exp(-2 * shares)), 1 / (1 + np.exp(2 * shares))):
        out += resonant(samples, random) * np.sqrt(share)
    return out * 10 ** (np.clip(depth_db * loud, -30, 12) / 20) + random.normal(size=samples) * 0.01 * out.std()


def engine(samples: int, random: np.random.Generator) -> Signal:
    """What turns: harmonics of a pitch that drifts as the load does, through the resonances of its case, and the noise
    of what it drives."""
    drift = wandering(samples, random, np.exp(random.uniform(np.log(0.05), np.log(2))))
    hz = np.exp(random.uniform(np.log(20), np.log(300))) * 2 ** (random.uniform(0, 0.4) * drift)
    turns = np.cumsum(hz) / RATE
    width = random.uniform(0.03, 0.4)
    strokes = (turns % 1 < width) * (1 + random.uniform(0, 0.5) * random.normal(size=int(turns[-1]) + 2))[
        turns.astype(int)
    ]
    case = resonances(samples, random)
    sound = np.fft.irfft(np.fft.rfft(strokes - strokes.mean()) * case, samples)
    load = 10 ** (random.uniform(0, 3) * wandering(samples, random, 1.0) / 20)
    return sound / sound.std() * load + resonant(samples, random) * 10 ** (random.uniform(-25, 3) / 20)


def calls(samples: int, random: np.random.Generator) -> Signal:
    """What squeaks, chirps, whines or wails: one sound that slides from pitch to pitch, again and again, with rests."""
    out, at = random.normal(size=samples) * 0.01, 0
    low, lasts_s, rest_s = random.uniform(300, 3000), random.uniform(0.03, 1.2), random.uniform(0.02, 1.5)
    slides, harmonics = random.uniform(-0.8, 0.8), int(random.integers(1, 5))
    while at < samples - 800:
        count = min(int(RATE * lasts_s * random.uniform(0.7, 1.3)), samples - at)
        t = np.linspace(0, 1, count)
        turns = (
            np.cumsum(low * random.uniform(0.95, 1.05) * 2 ** (slides * np.sin(np.pi * t * random.choice([0.5, 1, 2]))))
            / RATE
        )
        tone = sum(random.uniform(0.1, 1) * np.sin(2 * np.pi * k * turns) for k in range(1, harmonics + 1))
        out[at : at + count] += tone * np.sin(np.pi * t) ** 0.5 * random.uniform(0.4, 1)
        at += count + int(RATE * rest_s * random.exponential())
    return out


def wandering(samples: int, random: np.random.Generator, most_hz: float) -> Signal:
    """A curve around 0 of deviation 1 that moves about so quickly."""
    knots = random.normal(size=int(samples / RATE * 2 * most_hz) + 4)
    return np.interp(np.linspace(0, len(knots) - 1, samples), np.arange(len(knots)), knots) * 1.2


def resonances(samples: int, random: np.random.Generator) -> Signal:
    """Gains of a spectrum of so many samples with up to five resonances."""
    hz = np.fft.rfftfreq(samples, 1 / RATE)
    gain = np.full(len(hz), 10 ** (random.uniform(-45, -15) / 20))
    for _ in range(int(random.integers(1, 6))):
        at, width = np.exp(random.uniform(np.log(80), np.log(3400))), np.exp(random.uniform(np.log(15), np.log(900)))
        gain += 10 ** (random.uniform(-20, 0) / 20) / np.sqrt(1 + ((hz - at) / width) ** 2)
    return gain


def resonant(samples: int, random: np.random.Generator) -> Signal:
    """Noise through some resonances, of deviation 1."""
    sound = np.fft.irfft(np.fft.rfft(random.normal(size=samples)) * resonances(samples, random), samples)
    return sound / sound.std()


def brown(samples: int, random: np.random.Generator) -> Signal:
    """Steps that add up, without their slow drift."""
    walk = np.cumsum(random.normal(size=samples))
    return walk - np.convolve(walk, np.ones(400) / 400, "same")


def tilted(signal: Signal, random: np.random.Generator, brighter_db: float = 4.0) -> Signal:
    """Up to 4 dB an octave duller, or so much brighter, as telephones are."""
    hz = np.maximum(np.fft.rfftfreq(len(signal), 1 / RATE), 100)
    return np.fft.irfft(
        np.fft.rfft(signal) * 10 ** (random.uniform(-4, brighter_db) * np.log2(hz / 1000) / 20), len(signal)
    )


def in_a_room(sound: Signal, random: np.random.Generator, longest_ms: int = 500) -> Signal:
    seed, rt60_ms = int(random.integers(1 << 20)), int(random.integers(150, longest_ms))
    return tapes.room(sound, RATE, rt60_ms, float(random.uniform(0.4, 0.9)), seed)


def warped(signal: Signal, random: np.random.Generator) -> Signal:
    """Up to a quarter slower or quicker."""
    by = random.uniform(0.8, 1.25)
    return np.interp(np.arange(int(len(signal) / by)) * by, np.arange(len(signal)), signal)
