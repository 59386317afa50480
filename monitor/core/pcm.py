"""G.711: eight-bit telephone codes to int16 samples and back, both laws, by table.

Follows ITU-T G.711 (11/88) tables 1 and 2 with samples scaled to 16 bits: A-law's ceiling is ±32256, mu-law's ±32124.
Codes are as on the wire, so A-law's even bits are inverted and mu-law's are all inverted.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.core.types import Pcm

Codes = NDArray[np.uint8]
Coded = bytes | bytearray | memoryview | Codes

ALAW_MAX = 32256
ULAW_MAX = 32124


def decode_alaw(codes: Coded) -> Pcm:
    """Bytes of A-law, one a sample -> int16 samples, as many; a fresh array."""
    return _ALAW_TO_PCM[np.frombuffer(codes, np.uint8)]


def decode_ulaw(codes: Coded) -> Pcm:
    """Bytes of mu-law, one a sample -> int16 samples, as many; a fresh array."""
    return _ULAW_TO_PCM[np.frombuffer(codes, np.uint8)]


def encode_alaw(pcm: Pcm) -> bytes:
    """int16 samples -> A-law, one byte a sample."""
    return _PCM_TO_ALAW[pcm.view(np.uint16)].tobytes()


def encode_ulaw(pcm: Pcm) -> bytes:
    """int16 samples -> mu-law, one byte a sample."""
    return _PCM_TO_ULAW[pcm.view(np.uint16)].tobytes()


def _expand_alaw() -> Pcm:
    """int16[256]: the middle of each A-law interval; segments 0 and 1 share a step, each further one doubles it."""
    code = np.arange(256) ^ 0x55
    segment, step = code >> 4 & 7, code & 15
    middle = 2 * step + 1 + np.where(segment > 0, 32, 0)
    magnitude = middle << np.maximum(segment - 1, 0) << 3
    return np.asarray(np.where(code & 0x80, magnitude, -magnitude), np.int16)


def _expand_ulaw() -> Pcm:
    """int16[256]: mu-law's intervals, biased by 33 so that every segment begins at a power of two."""
    code = np.arange(256) ^ 0xFF
    segment, step = code >> 4 & 7, code & 15
    magnitude = ((2 * step + 33 << segment) - 33) << 2
    return np.asarray(np.where(code & 0x80, -magnitude, magnitude), np.int16)


def _compress_alaw() -> Codes:
    """uint8[65536] by the sample's 16 bits. A negative sample mirrors the positive one below it (one's complement)."""
    sample = _every_sample()
    size = np.where(sample < 0, ~sample, sample) >> 4
    shift = np.maximum(_bits(size) - 5, 0)
    code = np.where(size < 16, size, (shift + 1 << 4) | (size >> shift & 15))
    return np.asarray(np.where(sample < 0, code, code | 0x80) ^ 0x55, np.uint8)


def _compress_ulaw() -> Codes:
    """uint8[65536] by the sample's 16 bits."""
    sample = _every_sample()
    size = np.minimum((np.where(sample < 0, ~sample, sample) >> 2) + 33, 0x1FFF)
    segment = _bits(size) - 6
    code = segment << 4 | (size >> (segment + 1) & 15)
    return np.asarray(np.where(sample < 0, code | 0x80, code) ^ 0xFF, np.uint8)


def _every_sample() -> NDArray[np.int64]:
    return np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)


def _bits(size: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many bits each number needs; 0 needs none."""
    return np.frexp(size)[1].astype(np.int64)


_ALAW_TO_PCM, _ULAW_TO_PCM = _expand_alaw(), _expand_ulaw()
_PCM_TO_ALAW, _PCM_TO_ULAW = _compress_alaw(), _compress_ulaw()
