"""WAV files as tests want them: honest ones, and ones whose header says whatever it likes."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.core.pcm import encode_alaw, encode_ulaw

PCM, FLOAT, ALAW, ULAW = 1, 3, 6, 7


def tone(hz: float, ms: int, rate_hz: int = 8000, level: float = 8000) -> NDArray[np.int16]:
    return np.round(level * np.sin(2 * np.pi * hz * np.arange(rate_hz * ms // 1000) / rate_hz)).astype(np.int16)


def stereo(left: NDArray[np.int16], right: NDArray[np.int16]) -> NDArray[np.int16]:
    return np.stack([left, right], axis=1)


def wav(
    body: bytes,
    rate_hz: int = 8000,
    channels: int = 1,
    bits: int = 16,
    tag: int = PCM,
    data_bytes: int | None = None,
    block_bytes: int | None = None,
    tail: bytes = b"",
) -> bytes:
    """A file with this header; data_bytes and block_bytes None: what is true."""
    block = channels * bits // 8 if block_bytes is None else block_bytes
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, tag, channels, rate_hz, rate_hz * block & 0xFFFFFFFF, block, bits)
    said = len(body) if data_bytes is None else data_bytes
    rest = b"WAVE" + form + struct.pack("<4sI", b"data", said) + body + tail
    return b"RIFF" + struct.pack("<I", len(rest)) + rest


def encoded(samples: NDArray[np.int16], bits: int, tag: int) -> bytes:
    """int16 samples, interleaved, in that sample format."""
    wide = samples.astype(np.int32)
    match tag, bits:
        case (1, 8):
            return ((wide >> 8) + 128).astype(np.uint8).tobytes()
        case (1, 16):
            return samples.astype("<i2").tobytes()
        case (1, 24):
            return (wide << 8).astype("<i4").reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
        case (1, 32):
            return (wide << 16).astype("<i4").tobytes()
        case (3, 32):
            return (samples / 32768).astype("<f4").tobytes()
        case (6, 8):
            return encode_alaw(samples)
        case (7, 8):
            return encode_ulaw(samples)
    raise AssertionError((tag, bits))


def save(path: Path, samples: NDArray[np.int16], rate_hz: int = 8000, bits: int = 16, tag: int = PCM) -> Path:
    """samples: int16[n] or int16[n, channels]."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    path.write_bytes(wav(encoded(samples.reshape(-1), bits, tag), rate_hz, channels, bits, tag))
    return path
