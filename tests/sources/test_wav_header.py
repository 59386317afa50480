"""Headers that lie: about how much there is, about what it is, and about nothing at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.errors import SourceError
from monitor.sources.wav_header import WavHeader, inspect
from tests.sources.wavs import ALAW, wav

SECOND = b"\x01\x00" * 8000


def looked_at(folder: Path, content: bytes) -> WavHeader:
    path = folder / "call.wav"
    path.write_bytes(content)
    return inspect(path)


@pytest.mark.parametrize("tail", [b"", b"LIST\x04\x00\x00\x00INFO", b"\x00\x00\x00"])
def test_an_honest_header(tmp_path: Path, tail: bytes) -> None:
    assert looked_at(tmp_path, wav(SECOND, tail=tail)) == WavHeader()


def test_no_wav_is_none_of_its_business(tmp_path: Path) -> None:
    assert looked_at(tmp_path, b"ID3" + SECOND) == WavHeader()
    assert looked_at(tmp_path, b"") == WavHeader()


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF])
def test_sizes_that_were_never_filled_in(tmp_path: Path, size: int) -> None:
    assert looked_at(tmp_path, wav(SECOND, data_bytes=size)) == WavHeader(sizes_lie=True)


def test_a_truncated_file(tmp_path: Path) -> None:
    found = looked_at(tmp_path, wav(SECOND[:4000], data_bytes=160_000))
    assert found == WavHeader(True, "cut short: the header says 10.0 s, 0.2 s are there")


def test_more_sound_than_the_header_says(tmp_path: Path) -> None:
    found = looked_at(tmp_path, wav(SECOND * 3, data_bytes=16_000))
    assert found == WavHeader(True, "the header says 1.0 s, 3.0 s are there")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (wav(SECOND, rate_hz=0), "a sampling rate of 0 Hz"),
        (wav(SECOND, rate_hz=4_000_000), "a sampling rate of 4000000 Hz"),
        (wav(SECOND, channels=1, block_bytes=4), "1 channels of 16 bits in blocks of 4 bytes"),
        (wav(SECOND, channels=2, bits=8, tag=ALAW, block_bytes=1), "2 channels of 8 bits in blocks of 1 bytes"),
        (wav(SECOND)[:36], "without a data chunk"),
        (wav(SECOND)[:12] + b"fmt \x02\x00\x00\x00\x01\x00" + wav(SECOND)[36:], "a format of 2 bytes"),
    ],
)
def test_a_header_that_makes_no_sense(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        looked_at(tmp_path, content)
