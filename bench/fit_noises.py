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


def brown(samples: int, random: np.random.Generator) -> Signal:
    """Steps that add up, without their slow drift."""
    walk = np.cumsum(random.normal(size=samples))
    return walk - np.convolve(walk, np.ones(400) / 400, "same")


def tilted(signal: Signal, random: np.random.Generator) -> Signal:
    """Up to 4 dB an octave brighter or duller, as telephones are."""
    hz = np.maximum(np.fft.rfftfreq(len(signal), 1 / RATE), 100)
    return np.fft.irfft(np.fft.rfft(signal) * 10 ** (random.uniform(-4, 4) * np.log2(hz / 1000) / 20), len(signal))


def in_a_room(voice: Signal, random: np.random.Generator) -> Signal:
    seed, rt60_ms = int(random.integers(1 << 20)), int(random.integers(150, 500))
    return tapes.room(voice, RATE, rt60_ms, float(random.uniform(0.4, 0.9)), seed)


def warped(signal: Signal, random: np.random.Generator) -> Signal:
    """Up to a quarter slower or quicker."""
    by = random.uniform(0.8, 1.25)
    return np.interp(np.arange(int(len(signal) / by)) * by, np.arange(len(signal)), signal)
