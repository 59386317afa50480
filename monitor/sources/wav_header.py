"""What a WAV file says of itself, held against the file: recorders crash, stream, and write sizes they never mend.

Chunks as in "Multimedia Programming Interface and Data Specifications 1.0" (RIFF WAVE).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from monitor.errors import SourceError

PCM, FLOAT, ALAW, ULAW, EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
RATES_HZ = range(1000, 768_001)
UNKNOWN_SIZES = (0, 0xFFFFFFFF)


@dataclass(frozen=True)
class WavHeader:
    """sizes_lie: the sound goes to the end of the file, whatever the header says. remark: what to tell the reader."""

    sizes_lie: bool = False
    remark: str = ""


@dataclass(frozen=True)
class _Format:
    tag: int
    channels: int
    rate_hz: int
    block_bytes: int
    bits: int

    @property
    def wanted_block_bytes(self) -> int:
        return self.channels * (1 if self.tag in (ALAW, ULAW) else (self.bits + 7) // 8)


def inspect(path: Path) -> WavHeader:
    """WavHeader() for what is no RIFF WAVE file. Raises SourceError for a header that contradicts itself."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        head = file.read(12)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            return WavHeader()
        return _walk(path, file, size)


def _walk(path: Path, file: BinaryIO, size: int) -> WavHeader:
    form: _Format | None = None
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack("<4sI", head)
        if name == b"fmt ":
            form = _format(path, file.read(length))
            file.seek(length & 1, 1)
        elif name == b"data":
            return _sizes(file, length, size, form) if form else WavHeader()
        else:
            file.seek(length + (length & 1), 1)
    raise SourceError(str(path), "holds no sound", f"a WAV header and {size - 12} bytes without a data chunk")


def _format(path: Path, body: bytes) -> _Format:
    if len(body) < 16:
        raise SourceError(str(path), "has a broken WAV header", f"a format of {len(body)} bytes")
    tag, channels, rate_hz, _, block_bytes, bits = struct.unpack("<HHIIHH", body[:16])
    form = _Format(tag, channels, rate_hz, block_bytes, bits)
    if rate_hz not in RATES_HZ:
        raise SourceError(str(path), "has a broken WAV header", f"a sampling rate of {rate_hz} Hz")
    if tag in (PCM, FLOAT, ALAW, ULAW, EXTENSIBLE) and block_bytes != form.wanted_block_bytes:
        raise SourceError(
            str(path),
            "has a WAV header that contradicts itself",
            f"{channels} channels of {bits} bits in blocks of {block_bytes} bytes",
            "Export it again; what its samples mean cannot be told",
        )
    return form


def _sizes(file: BinaryIO, length: int, size: int, form: _Format) -> WavHeader:
    start = file.tell()
    there = size - start
    if length in UNKNOWN_SIZES:
        return WavHeader(sizes_lie=there > 0)
    per_s = form.rate_hz * max(form.block_bytes, 1)
    if length > there:
        return WavHeader(True, f"cut short: the header says {length / per_s:.1f} s, {there / per_s:.1f} s are there")
    if not _chunks_follow(file, start + length + (length & 1), size):
        return WavHeader(True, f"the header says {length / per_s:.1f} s, {there / per_s:.1f} s are there")
    return WavHeader()


def _chunks_follow(file: BinaryIO, at: int, size: int) -> bool:
    """Whether what lies behind the data looks like further chunks, or like nothing."""
    while size - at >= 8:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if not all(32 <= byte < 127 for byte in name) or at + 8 + length > size:
            return False
        at += 8 + length + (length & 1)
    return True
