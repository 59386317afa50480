"""Where the recordings lie that benchmarks listen to and that are no part of the project: LINEWATCH_DATA."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import soxr

from monitor.core import pcm
from tests import tapes
from tests.tapes import Signal

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[2] / "shared" / "data"))
NOISES = {
    "tap": "speech-commands-background/running_tap.flac",
    "pink": "speech-commands-background/pink_noise.flac",
    "dishes": "speech-commands-background/doing_the_dishes.flac",
    "babble": "derived/babble-7-voices.flac",
}
"""Name -> file in DATA/noise."""
_RATE_HZ = 8000
_FILE_HEADER, _RECORD_HEADER, _RTP = 24, 16, 54


def legs(path: Path) -> list[Signal]:
    """A recording's channels at 8 kHz: of an audio file, a raw one of 16 kHz (.src), or A-law in RTP (.pcap)."""
    if path.suffix == ".src":
        return [soxr.resample(np.fromfile(path, "<i2").astype(np.float64), 16_000, _RATE_HZ)]
    if path.suffix == ".pcap":
        return [pcm.decode_alaw(np.frombuffer(_payloads(path.read_bytes()), np.uint8)).astype(np.float64)]
    return tapes.legs(path)


def _payloads(file: bytes) -> bytes:
    """What the packets of a capture carry behind Ethernet, IP, UDP and RTP without options, in their order."""
    at, out = _FILE_HEADER, b""
    while at < len(file):
        (size,) = struct.unpack_from("<I", file, at + 8)
        out += file[at + _RECORD_HEADER : at + _RECORD_HEADER + size][_RTP:]
        at += _RECORD_HEADER + size
    return out
