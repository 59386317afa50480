"""Segment audio to log-Mel features on an encoder context that is no longer than it has to be.

Whisper was trained on 30 s windows. Stock weights do well on shorter ones only with trailing silence (see
docs/architecture.md), and CTranslate2 mistakes encoded features for raw ones when the encoder's time equals the number
of Mel bins; both are taken care of here.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import soxr
from numpy.typing import NDArray

from monitor.core.types import Pcm

MODEL_HZ = 16_000
HOP = 160
FULL_FRAMES = 3000
MS_PER_FRAME = 10
FULL_MS = FULL_FRAMES * MS_PER_FRAME
FLOOR_LOG10 = -10.0
RANGE_LOG10 = 8.0

Floats = NDArray[np.float32]


class Extractor(Protocol):
    """faster-whisper's feature extractor: float32 audio at 16 kHz -> float32 [n_mels, samples // 160]."""

    def __call__(self, waveform: Floats, padding: int = ...) -> Floats: ...


def waveform(samples: Pcm, rate_hz: int) -> Floats:
    """int16 at rate_hz -> float32 in [-1, 1) at 16 kHz."""
    audio = samples.astype(np.float32) / np.float32(32768)
    if rate_hz == MODEL_HZ or not audio.size:
        return audio
    resampled: Floats = soxr.resample(audio, rate_hz, MODEL_HZ)
    return resampled


def context_frames(audio_ms: int, margin_ms: int, class_ms: int, n_mels: int) -> int:
    """Mel frames for a segment: its audio and the margin, rounded up to the length class, 30 s at most.

    Never a length whose encoder time equals n_mels (160 frames at 80 bins, 256 at 128).
    """
    step = class_ms // MS_PER_FRAME
    wanted = -(-(audio_ms + margin_ms) // MS_PER_FRAME)
    frames = -(-wanted // step) * step
    if (frames + 1) // 2 == n_mels:
        frames += step
    return min(frames, FULL_FRAMES)


def log_mel(audio: Floats, frames: int, extract: Extractor) -> Floats:
    """float32 [n_mels, frames] of the audio followed by digital silence.

    The same as extracting from audio padded with zeros, without transforming the zeros.
    """
    heard = -(-audio.size // HOP) + 2
    features = extract(np.pad(audio, (0, heard * HOP - audio.size)), padding=0)[:, :frames]
    loudest = float(features.max()) * 4 - 4
    silence = (max(FLOOR_LOG10, loudest - RANGE_LOG10) + 4) / 4
    out = np.full((features.shape[0], frames), silence, np.float32)
    out[:, : features.shape[1]] = features
    return out
