"""A telephone line in numbers: G.711 (ITU-T G.711 both laws), the 300-3400 Hz band, levels in dBov, 8 and 16 kHz."""

from __future__ import annotations

from functools import cache

import numpy as np
import soxr

RATE_HZ = 16_000


@cache
def law_table(law: str) -> np.ndarray:
    """int16 -> int16 through one law and back, indexed by value + 32768."""
    x = np.arange(-32768, 32768)
    sign, m = np.where(x < 0, -1, 1), np.abs(x)
    if law == "mu":
        m = np.minimum(m, 32635) + 132
        exponent = np.floor(np.log2(m)).astype(int)
        step = 2 ** (exponent - 4)
        return (sign * ((m // step) * step + step // 2 - 132)).astype(np.int16)
    exponent = np.maximum(np.floor(np.log2(np.maximum(m, 1))).astype(int), 8)
    step = 2 ** (exponent - 4)
    return (sign * ((m // step) * step + step // 2)).clip(-32768, 32767).astype(np.int16)


def band(audio: np.ndarray, order: int, low_hz: int, high_hz: int) -> np.ndarray:
    """8 kHz audio through a band with a Butterworth filter's slopes, without its delay."""
    f = np.fft.rfftfreq(len(audio), 1 / 8000)
    with np.errstate(divide="ignore"):
        shape = 1 / np.sqrt((1 + (low_hz / f) ** (2 * order)) * (1 + (f / high_hz) ** (2 * order)))
    return np.fft.irfft(np.fft.rfft(audio) * shape, len(audio)).astype(np.float32)


def telephone(audio: np.ndarray, rng: np.random.Generator, noise: np.ndarray | None = None) -> np.ndarray:
    """float32 at 16 kHz (1.0 = full scale) through a line and back to 16 kHz; `noise` is added on the far side."""
    narrow = np.asarray(soxr.resample(audio, RATE_HZ, 8000, quality="LQ"), np.float32)
    if rng.random() < 0.85:
        narrow = band(narrow, int(rng.integers(2, 5)), int(rng.integers(200, 330)), int(rng.integers(3300, 3700)))
    if noise is not None:
        narrow = narrow + np.asarray(soxr.resample(noise, RATE_HZ, 8000, quality="LQ"), np.float32)[: len(narrow)]
    index = np.clip(np.rint(narrow * 32768), -32768, 32767).astype(np.int32) + 32768
    coded = law_table("mu" if rng.random() < 0.5 else "a")[index].astype(np.float32) / 32768
    wide = np.asarray(
        soxr.resample(coded, 8000, RATE_HZ, quality=str(rng.choice(["QQ", "LQ", "MQ", "HQ"], p=[0.1, 0.3, 0.3, 0.3])))
    )
    out = np.zeros(len(audio), np.float32)
    out[: min(len(wide), len(out))] = wide[: len(out)]
    return out


def rms(x: np.ndarray) -> float:
    return float(np.sqrt(np.mean(x * x))) if len(x) else 0.0


def from_db(db: float) -> float:
    return float(10 ** (db / 20))
