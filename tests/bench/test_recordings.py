"""Recordings of forms that a decoder of audio files does not read."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from bench.recordings import legs
from monitor.core import pcm
from tests import tapes


def test_a_raw_vector_has_16_khz(tmp_path: Path) -> None:
    path = tmp_path / "voice.src"
    path.write_bytes(tapes.pcm(tapes.sine(440, 1000, -20, 16_000)).astype("<i2").tobytes())
    (leg,) = legs(path)
    assert len(leg) == 8000
    assert tapes.level(leg) == pytest.approx(-20, abs=0.1)


def test_the_packets_of_a_capture_are_one_leg(tmp_path: Path) -> None:
    sound = pcm.encode_alaw(tapes.pcm(tapes.sine(440, 600, -20)))
    packets = [bytes(54) + part.tobytes() for part in np.split(np.frombuffer(sound, np.uint8), 20)]
    records = [struct.pack("<IIII", k, 0, len(each), len(each)) + each for k, each in enumerate(packets)]
    path = tmp_path / "call.pcap"
    path.write_bytes(bytes(24) + b"".join(records))
    (leg,) = legs(path)
    assert len(leg) == 4800
    assert tapes.level(leg) == pytest.approx(-20, abs=0.1)
