"""The line itself: two legs of a telephone call, their idle noise, and the A-law WAV file they are kept in."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from demo.voice import RATE_HZ, Samples, band
from monitor.core.pcm import encode_alaw
from monitor.core.types import CHANNELS, Channel

IDLE_DBOV = {"agent": -66.0, "customer": -63.0}  # what an open line measures when nobody speaks
FADE_MS = 1000
WAVE_FORMAT_ALAW = 6


class TwoLegs:
    """Both legs from 0 to `length_ms`, open-line noise on each. The same seed gives the same samples."""

    def __init__(self, length_ms: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.length_ms = length_ms
        self.legs = {leg: self.hiss(length_ms, IDLE_DBOV[leg]) for leg in CHANNELS}

    def hiss(self, length_ms: int, level_dbov: float) -> Samples:
        """White noise in the telephone band, its RMS at level_dbov."""
        noise = band(self.random.standard_normal(_samples(length_ms)))
        return np.asarray(noise / np.sqrt(np.mean(noise**2)) * 32768 * 10 ** (level_dbov / 20))

    def add(self, leg: Channel, start_ms: int, sound: Samples) -> None:
        self.legs[leg][_samples(start_ms) : _samples(start_ms) + len(sound)] += sound

    def add_noise(self, leg: Channel, start_ms: int, end_ms: int, level_dbov: float) -> None:
        noise = self.hiss(end_ms - start_ms, level_dbov)
        fade = np.linspace(0, 1, _samples(FADE_MS))
        noise[: len(fade)] *= fade
        noise[-len(fade) :] *= fade[::-1]
        self.add(leg, start_ms, noise)

    def write(self, path: Path) -> None:
        """Left agent, right customer, G.711 A-law."""
        both = np.stack([self.legs[leg] for leg in CHANNELS], axis=1)
        codes = encode_alaw(np.clip(np.round(both), -32768, 32767).astype(np.int16).reshape(-1))
        form = struct.pack("<4sIHHIIHHH", b"fmt ", 18, WAVE_FORMAT_ALAW, 2, RATE_HZ, 2 * RATE_HZ, 2, 8, 0)
        body = b"WAVE" + form + struct.pack("<4sII", b"fact", 4, len(both)) + struct.pack("<4sI", b"data", len(codes))
        path.write_bytes(b"RIFF" + struct.pack("<I", len(body) + len(codes)) + body + codes)


def _samples(time_ms: int) -> int:
    return time_ms * RATE_HZ // 1000
