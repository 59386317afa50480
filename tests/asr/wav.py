"""16-bit WAV files for tests; samples int16[n], or [n, channels]."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np


def quiet(ms: int) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 8, ms * 8).astype(np.int16)


def write_wav(path: Path, samples: np.ndarray, rate_hz: int) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(samples.shape[1] if samples.ndim > 1 else 1)
        out.setsampwidth(2)
        out.setframerate(rate_hz)
        out.writeframes(samples.astype("<i2").tobytes())
    return path
