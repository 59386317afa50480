"""Hold music for the set `beyond`: a slow ballad, as it is played to who waits."""

from __future__ import annotations

import numpy as np

from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

_FIVE_NOTES = (0, 2, 4, 7, 9)


def evening(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: strings that lie under it all, a piano's broken chords, a bamboo flute's five-note tune."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    beat, key = int(RATE * random.uniform(0.6, 0.85)), int(random.integers(-5, 6))
    out, at, note = np.zeros(samples + 8 * beat), 0, 5
    for bar, start in enumerate(range(0, samples, 4 * beat)):
        chord = np.array(((0, 4, 7), (9, 12, 16), (2, 5, 9), (7, 11, 14))[bar % 4]) + key
        for tone in chord:
            _bowed(out[start : start + 4 * beat + RATE // 4], 55 + tone, random)
        for eighth, tone in enumerate(chord[[0, 1, 2, 1, 0, 2, 1, 2]]):
            _hammered(out[start + eighth * beat // 2 :][: 2 * beat], 60 + tone - 12 * (eighth == 0), random)
    while at < samples:
        lasts = beat * int(random.choice([1, 1, 2, 3])) // int(random.choice([1, 1, 2]))
        note = int(np.clip(note + random.integers(-2, 3), 0, 9))
        _blown(out[at : at + lasts], 72 + key + 12 * (note // 5) + _FIVE_NOTES[note % 5], random)
        at += lasts
    return tapes.at_level(tapes.band(out[:samples]), dbov)


def _hz(note: float) -> float:
    return float(440 * 2 ** ((note - 69) / 12))


def _bowed(room: Signal, note: float, random: np.random.Generator) -> None:
    """Three players who are not quite of one mind."""
    t = np.arange(len(room)) / RATE
    edge = np.minimum(1, np.minimum(t, t[::-1]) / 0.25)
    for _ in range(3):
        hz, wave = _hz(note + random.normal(0, 0.06)), random.uniform(4.5, 6)
        phase = 2 * np.pi * hz * t + hz * 0.004 / wave * np.sin(2 * np.pi * wave * t + random.uniform(0, 6))
        room += 0.07 * edge * sum(np.sin(k * phase + random.uniform(0, 6)) / k for k in range(1, int(3600 / hz)))


def _hammered(room: Signal, note: float, random: np.random.Generator) -> None:
    """A string whose partials lie a little high and die away the sooner the higher they are."""
    t, hz, loud = np.arange(len(room)) / RATE, _hz(note), random.uniform(0.35, 0.6)
    for k in range(1, 13):
        if (at_hz := k * hz * np.sqrt(1 + 0.0004 * k * k)) < 3600:
            room += loud / k * np.minimum(t / 0.004, 1) * np.exp(-t * (1.2 + 0.5 * k)) * np.sin(2 * np.pi * at_hz * t)


def _blown(room: Signal, note: float, random: np.random.Generator) -> None:
    """It swells, trembles once it is held, and breathes."""
    t, hz = np.arange(len(room)) / RATE, _hz(note)
    phase = 2 * np.pi * hz * t - hz * 0.006 / 5 * np.minimum(t / 0.6, 1) * np.cos(2 * np.pi * 5 * t)
    tone = np.sin(phase) + 0.3 * np.sin(2 * phase) + 0.12 * np.sin(3 * phase)
    edge = np.minimum(1, np.minimum(t / 0.08, t[::-1] / 0.06))
    room += 0.5 * edge * (tone + 0.03 * random.normal(size=len(room)))
