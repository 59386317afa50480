"""Hold music in which something is struck again and again: a plucked guitar, and a band with drums."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests import tapes
from tests.tapes import Signal

_OPEN = (40, 45, 50, 55, 59, 64)
# frets of E minor, A minor, G and D; None: not played
_CHORDS = ((0, 2, 2, 0, 0, 0), (None, 0, 2, 2, 1, 0), (3, 2, 0, 0, 0, 3), (None, None, 0, 2, 3, 2))


def _hz(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def nylon(hz: float, samples: int, rate_hz: int, t60_s: float, random: np.random.Generator) -> Signal:
    """A string plucked by a finger: partials by where it was plucked, slightly sharp, the higher the sooner gone; the
    lowest falls by 60 dB in t60_s. The nail's click before it."""
    t, at, out = np.arange(samples) / rate_hz, random.uniform(0.12, 0.3), np.zeros(samples)
    for k in range(1, int(3700 / hz) + 1):
        partial = np.sin(2 * np.pi * hz * k * np.sqrt(1 + 5e-5 * k * k) * t + random.uniform(0, 6))
        out += np.sin(np.pi * k * at) / k * partial * 10 ** (-3 * t * (1 + 0.1 * (k - 1)) / t60_s)
    return out + 0.2 * random.normal(size=samples) * np.exp(-t * 250)


def steel(hz: float, samples: int, rate_hz: int, t60_s: float, random: np.random.Generator) -> Signal:
    """A bright string under a pick: noise that goes round and loses its highs (Karplus and Strong, 1983), less in the
    short strings, which else were silent at once."""
    period = int(rate_hz / hz)
    out = np.concatenate(([0.0], random.normal(size=period), np.zeros(samples)))
    lost, kept = 0.5 * min(1.0, (period * 110 / rate_hz) ** 2), 10 ** (-3 * period / (rate_hz * t60_s))
    for at in range(period + 1, len(out), period):
        to = min(at + period, len(out))
        before = out[at - period - 1 : to - period]
        out[at:to] = kept * ((1 - lost) * before[1:] + lost * before[:-1])
    return out[1 : samples + 1]


String = Callable[[float, int, int, float, np.random.Generator], Signal]


def guitar(
    ms: int,
    dbov: float,
    rate_hz: int = 8000,
    seed: int = 1,
    t60_s: float = 2.5,
    beat_s: float = 0.25,
    string_of: String = nylon,
) -> Signal:
    """Chords and broken chords on six strings, each of which sounds until it dies away or is struck again."""
    random, samples = tapes.rng(seed), ms * rate_hz // 1000
    out, struck = np.zeros(samples), []
    for number, start in enumerate(range(0, samples, int(beat_s * rate_hz))):
        frets = _CHORDS[number // 8 % 4]
        held = [string for string in range(6) if frets[string] is not None]
        fingers = held if number % 8 == 0 else [held[0], held[-1]] if number % 4 == 0 else [int(random.choice(held))]
        for place, string in enumerate(fingers):
            struck.append((string, start + place * rate_hz // 80, _OPEN[string] + (frets[string] or 0)))
    for number, (string, start, note) in enumerate(struck):
        again = next((at for other, at, _ in struck[number + 1 :] if other == string), samples)
        length = min(again, samples) - start
        if length > 0:
            out[start : start + length] += random.uniform(0.6, 1) * string_of(_hz(note), length, rate_hz, t60_s, random)
    return tapes.at_level(out, dbov)


def drums(ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1, beat_s: float = 0.5) -> Signal:
    """Bass drum and snare in turn, a cymbal twice as often."""
    random, samples = tapes.rng(seed), ms * rate_hz // 1000
    out, t = np.zeros(samples + rate_hz), np.arange(rate_hz // 4) / rate_hz
    for number, start in enumerate(range(0, samples, int(beat_s * rate_hz / 2))):
        hit = 0.3 * np.diff(random.normal(size=len(t) + 1)) * np.exp(-t * 65)
        if number % 4 == 0:
            hit += 1.5 * np.sin(2 * np.pi * (60 * t - 2.4 * np.exp(-t * 33))) * np.exp(-t * 12)
        if number % 4 == 2:
            hit += 0.9 * random.normal(size=len(t)) * np.exp(-t * 23)
        out[start : start + len(t)] += hit
    return tapes.at_level(out[:samples], dbov)


def band(
    ms: int, dbov: float, rate_hz: int = 8000, seed: int = 1, beat_s: float = 0.5, drums_db: float = -4.0
) -> Signal:
    """A guitar, strings that hold its chords, a bass, and drums so much over (under) all of them."""
    random, samples = tapes.rng(seed), ms * rate_hz // 1000
    t, strings, bass = np.arange(samples) / rate_hz, np.zeros(samples), np.zeros(samples)
    for start in range(0, samples, int(4 * beat_s * rate_hz)):
        frets = _CHORDS[start // int(4 * beat_s * rate_hz) % 4]
        notes = [_OPEN[string] + fret for string, fret in enumerate(frets) if fret is not None]
        part = slice(start, min(start + int(4 * beat_s * rate_hz), samples))
        for note in notes[1:4]:
            hz, sways_hz = _hz(note + 12), random.uniform(4.8, 6)
            sway = 0.006 / sways_hz * np.sin(2 * np.pi * sways_hz * t[part] + random.uniform(0, 6))
            phase = 2 * np.pi * hz * t[part] + hz * sway
            strings[part] += sum(np.sin(k * phase + random.uniform(0, 6)) / k for k in range(1, 8))
        low = 2 * np.pi * _hz(notes[0]) * t[part]
        bass[part] += np.exp(-np.mod(t[part], beat_s) / 0.4) * sum(np.sin(k * low) / k for k in range(1, 9))
    played = (
        guitar(ms, -24, rate_hz, seed, 2.5, beat_s / 2, steel)
        + tapes.at_level(strings, -28)
        + tapes.at_level(bass, -28)
    )
    return tapes.at_level(played + drums(ms, tapes.level(played) + drums_db, rate_hz, seed, beat_s), dbov)
