"""What a line carries besides speech: noises, babble, tones, music; made here, float32 around 1.0 RMS, 16 kHz.

Tone plans: ITU-T E.180 / GF 002 (450 Hz ring-back 1 s on 4 s off, busy 0.35 s), Q.23 (DTMF); North America 440+480 Hz.
"""

from __future__ import annotations

import numpy as np

RATE_HZ = 16_000
DTMF_LOW, DTMF_HIGH = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
Rng = np.random.Generator
Sound = np.ndarray


def unit(x: Sound) -> Sound:
    """Scaled to RMS 1 (silence stays)."""
    x = np.asarray(x, np.float32)
    return (x / max(float(np.sqrt(np.mean(x * x))), 1e-9)).astype(np.float32)


def coloured(rng: Rng, n: int, slope: float) -> Sound:
    """Noise with power ~ f**slope: 0 white, -1 pink, -2 brown, 1 blue; the lowest bin bounded at 0.5-60 Hz."""
    spectrum = rng.standard_normal(n // 2 + 1) + 1j * rng.standard_normal(n // 2 + 1)
    f = np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), rng.choice([0.5, 5, 20, 60]))
    return unit(np.fft.irfft(spectrum * f ** (slope / 2), n))


def sine(n: int, hz: float, phase: float = 0.0) -> Sound:
    return np.sin(2 * np.pi * hz * np.arange(n) / RATE_HZ + phase).astype(np.float32)


def cadence(n: int, on_s: float, off_s: float, start_s: float) -> Sound:
    t = (np.arange(n) / RATE_HZ + start_s) % (on_s + off_s)
    return (t < on_s).astype(np.float32)


def tone(rng: Rng, n: int) -> Sound:
    """Ring-back, busy, congestion, dial, pure and paired tones, beeps, sweeps."""
    pick = rng.integers(9)
    start = float(rng.uniform(0, 5))
    hz = float(rng.choice([440, 450, 425, 400, 480, rng.uniform(200, 3400), rng.uniform(300, 1200)]))
    if pick <= 1:
        return sine(n, hz) * cadence(n, 1.0, 4.0, start)
    if pick == 2:
        return sine(n, hz) * cadence(n, 0.35, 0.35, start)
    if pick == 3:
        return (sine(n, 440) + sine(n, 480)) * cadence(n, 2.0, 4.0, start)
    if pick == 4:
        return (sine(n, hz) + sine(n, hz * float(rng.uniform(1.05, 1.5)))) * cadence(
            n, float(rng.uniform(0.1, 1)), 0.5, start
        )
    if pick == 5:
        sweep = np.linspace(rng.uniform(200, 1000), rng.uniform(500, 3400), n)
        return np.sin(2 * np.pi * np.cumsum(sweep) / RATE_HZ).astype(np.float32)
    if pick == 6:
        return sine(n, 1000) * cadence(n, float(rng.uniform(0.05, 0.5)), float(rng.uniform(0.3, 3)), start)
    return sine(n, hz)


def dtmf(rng: Rng, n: int) -> Sound:
    out = np.zeros(n, np.float32)
    at = int(rng.uniform(0, 0.5) * RATE_HZ)
    on, off = (int(rng.uniform(a, b) * RATE_HZ) for a, b in ((0.06, 0.3), (0.05, 0.5)))
    while at + on < n:
        out[at : at + on] = sine(on, rng.choice(DTMF_LOW)) + sine(on, rng.choice(DTMF_HIGH))
        at += on + (off if rng.random() < 0.85 else 4 * off)
    return out


def note(rng: Rng, n: int, hz: float, timbre: np.ndarray, decay_s: float) -> Sound:
    t = np.arange(n) / RATE_HZ
    wave = sum(
        a * np.sin(2 * np.pi * hz * (k + 1) * t + rng.uniform(0, 6))
        for k, a in enumerate(timbre)
        if hz * (k + 1) < 7000
    )
    return np.asarray(wave * np.exp(-t / decay_s) * np.minimum(1, t / 0.01), np.float32)


def music(rng: Rng, n: int) -> Sound:
    """A tune over chords in one key with a random timbre and beat, sometimes with a drum."""
    out = np.zeros(n, np.float32)
    timbre = rng.uniform(0.2, 1, rng.integers(2, 9))
    timbre /= (1 + np.arange(len(timbre))) ** rng.uniform(0.5, 2)
    scale = np.array([0, 2, 4, 7, 9] if rng.random() < 0.5 else [0, 2, 4, 5, 7, 9, 11])
    root, beat = float(rng.uniform(110, 330)), int(rng.uniform(0.15, 0.6) * RATE_HZ)
    decay, chords, drum = float(rng.uniform(0.1, 2)), rng.random() < 0.7, rng.random() < 0.4
    chord = scale[:3]
    for step, at in enumerate(range(0, n, beat)):
        notes = [root * 2 * 2 ** (float(rng.choice(scale)) / 12)] if rng.random() < 0.85 else []
        if step % 4 == 0:
            chord = rng.choice(scale, 3, replace=False)
        if chords and step % 2 == 0:
            notes += [root * 2 ** (float(c) / 12) for c in chord]
        length = min(n - at, int(beat * rng.uniform(1, 3)))
        for hz in notes:
            out[at : at + length] += note(rng, length, hz, timbre, decay)
        if drum and step % 2 == 0:
            hit = min(length, 1600)
            out[at : at + hit] += 2 * rng.standard_normal(hit).astype(np.float32) * np.exp(-np.arange(hit) / 300)
    return unit(out)


def hum(rng: Rng, n: int) -> Sound:
    base = float(rng.choice([50, 60, 100, 120])) * float(rng.uniform(0.99, 1.01))
    return unit(
        sum(
            (sine(n, base * k, rng.uniform(0, 6)) * rng.uniform(0, 1) / k for k in range(1, 12)),
            np.zeros(n, np.float32),
        )
    )


def crackle(rng: Rng, n: int) -> Sound:
    out = np.zeros(n, np.float32)
    for at in rng.integers(0, n - 400, max(1, int(n / RATE_HZ * rng.uniform(0.5, 15)))):
        length = int(rng.integers(3, 400))
        out[at : at + length] += (
            rng.uniform(0.3, 3) * rng.standard_normal(length) * np.exp(-np.arange(length) * 4 / length)
        )
    return unit(out)


def bursts(rng: Rng, n: int) -> Sound:
    """Coughs, knocks, breaths: short coloured noises with soft or hard edges."""
    out = np.zeros(n, np.float32)
    for _ in range(int(rng.integers(1, 5))):
        length = min(n, int(rng.uniform(0.03, 0.8) * RATE_HZ))
        at = int(rng.integers(0, n - length + 1))
        shape = np.hanning(length) if rng.random() < 0.5 else np.exp(-np.arange(length) * 5 / length)
        out[at : at + length] += coloured(rng, length, float(rng.uniform(-2, 0.5))) * shape
    return unit(out)


def wobble(rng: Rng, n: int) -> Sound:
    """A coloured noise whose loudness moves, as traffic or a room does."""
    slow = np.interp(np.arange(n), np.linspace(0, n, 12), rng.uniform(0.2, 1.5, 12))
    return unit(coloured(rng, n, float(rng.uniform(-2.2, 0))) * slow)


def babble(rng: Rng, n: int, voices: list[Sound], count: int) -> Sound:
    """`count` streams of our own speech at once."""
    out = np.zeros(n, np.float32)
    for _ in range(count):
        at = -int(rng.integers(0, RATE_HZ))
        while at < n:
            clip = unit(voices[rng.integers(len(voices))].astype(np.float32))
            a, b = max(at, 0), min(at + len(clip), n)
            if b > a:
                out[a:b] += clip[a - at : b - at] * rng.uniform(0.5, 1)
            at += len(clip) + int(rng.uniform(0, 0.5) * RATE_HZ)
    return unit(out)
