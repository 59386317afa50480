"""What tells one voice from another, frame by frame: level, spectral shape, pitch; nothing that is kept after a call.

The shape is that of S. Davis and P. Mermelstein (1980): logarithms of the power in mel bands, and their cosines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.core.types import FRAME_MS, RATES_HZ, Pcm
from monitor.signal.pitch import pitch

SHAPES = 12
_WINDOW_MS, _FFT_HZ = 40, 15.625
_BANDS, _LOW_HZ, _HIGH_HZ = 20, 200.0, 3500.0
_BLOCK_FRAMES = 500
_SURE = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Voices:
    """One row for each 20 ms. level_dbov[n], shape[n, SHAPES], octave[n]: log2 of the pitch in Hz, nan without one."""

    level_dbov: Floats
    shape: Floats
    octave: Floats

    @property
    def length_ms(self) -> int:
        return len(self.level_dbov) * FRAME_MS


class VoiceMeter:
    """Takes a recording piece by piece and keeps some 100 bytes of every 20 ms of it."""

    def __init__(self, rate_hz: int) -> None:
        assert rate_hz in RATES_HZ, rate_hz
        self._rate_hz, self._frame = rate_hz, rate_hz // 50
        self._bank = _mel_bank(rate_hz)
        self._kept: list[Pcm] = []
        self._waiting = 0
        self._out: list[tuple[Floats, Floats, Floats]] = []

    def push(self, samples: Pcm) -> None:
        """int16, any length."""
        self._kept.append(samples)
        self._waiting += samples.size
        if self._waiting >= _BLOCK_FRAMES * self._frame:
            self._measure(last=False)

    def finish(self) -> Voices:
        """All of it; a last frame that is not full is left out."""
        self._measure(last=True)
        parts = self._out or [(np.empty(0), np.empty((0, SHAPES)), np.empty(0))]
        level, shape, octave = (np.concatenate(each) for each in zip(*parts, strict=True))
        return Voices(level, shape, octave)

    def _measure(self, last: bool) -> None:
        samples = np.concatenate(self._kept) if self._kept else np.zeros(0, np.int16)
        frames = samples.size // self._frame
        if not last:
            frames -= frames % _BLOCK_FRAMES
        for at in range(0, frames, _BLOCK_FRAMES):
            self._out.append(self._block(samples[at * self._frame : min(at + _BLOCK_FRAMES, frames) * self._frame]))
        rest = samples[frames * self._frame :]
        self._kept, self._waiting = [rest], rest.size

    def _block(self, samples: Pcm) -> tuple[Floats, Floats, Floats]:
        size, count = self._rate_hz * _WINDOW_MS // 1000, samples.size // self._frame
        padded = np.pad(samples.astype(np.float64), (self._frame // 2, size))
        windows = np.lib.stride_tricks.sliding_window_view(padded, size)[: count * self._frame : self._frame]
        windows = windows - windows.mean(axis=1, keepdims=True)
        power = np.mean(windows * windows, axis=1)
        level = 10.0 * np.log10(np.maximum(power, 1.0) / 32768.0**2)
        fft = round(self._rate_hz / _FFT_HZ)
        spectrum = np.abs(np.fft.rfft(windows * np.hanning(size), fft)) ** 2 * (8000 / self._rate_hz) ** 2
        bands = np.log(np.einsum("ij,kj->ik", spectrum, self._bank) + 1e3)
        found = pitch(samples.astype(np.float32), self._rate_hz)
        octave = np.log2(np.where(found.certainty > _SURE, found.f0_hz, np.nan))
        return level, np.einsum("ij,kj->ik", bands, _COSINES), octave


def _mel_bank(rate_hz: int) -> Floats:
    """float64[bands, bins]: triangles that overlap by half, evenly wide on the mel scale."""
    hz = np.arange(round(rate_hz / _FFT_HZ) // 2 + 1) * _FFT_HZ
    mels = np.linspace(2595 * np.log10(1 + _LOW_HZ / 700), 2595 * np.log10(1 + _HIGH_HZ / 700), _BANDS + 2)
    edges = 700 * (10 ** (mels / 2595) - 1)
    low, middle, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    return np.asarray(np.maximum(0.0, np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle))))


_COSINES = np.cos(np.pi * np.arange(1, SHAPES + 1)[:, None] * (np.arange(_BANDS) + 0.5) / _BANDS) * np.sqrt(2 / _BANDS)
