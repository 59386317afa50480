"""One file: what comes out of it is what was put in, whatever the format."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.errors import SourceError
from monitor.sources.track import Track, even
from tests.sources.wavs import ALAW, FLOAT, PCM, ULAW, encoded, save, stereo, tone, wav

BOTH = stereo(tone(440, 1000), tone(1000, 1000))


def read(path: Path, rate_hz: int = 8000) -> tuple[NDArray[np.int16], list[str]]:
    remarks: list[str] = []
    pieces = list(Track.probe(path, remarks).samples(rate_hz, remarks))
    return np.concatenate(pieces), remarks


@pytest.mark.parametrize(("tag", "bits"), [(PCM, 16), (PCM, 24), (PCM, 32), (FLOAT, 32)])
def test_sample_formats_that_hold_sixteen_bits_are_exact(tmp_path: Path, tag: int, bits: int) -> None:
    found, remarks = read(save(tmp_path / "call.wav", BOTH, bits=bits, tag=tag))
    assert np.array_equal(found, BOTH)
    assert remarks == []


@pytest.mark.parametrize(("tag", "bits", "step"), [(PCM, 8, 256), (ALAW, 8, 512), (ULAW, 8, 512)])
def test_eight_bit_formats_are_as_near_as_they_can_be(tmp_path: Path, tag: int, bits: int, step: int) -> None:
    found, _ = read(save(tmp_path / "call.wav", BOTH, bits=bits, tag=tag))
    assert found.shape == BOTH.shape
    assert np.abs(found.astype(int) - BOTH).max() <= step


@pytest.mark.parametrize(("name", "codec"), [("call.mp3", "mp3"), ("call.flac", "flac"), ("call.ogg", "libopus")])
def test_compressed_formats(tmp_path: Path, name: str, codec: str) -> None:
    left = tone(440, 2000, 48000)
    with av.open(str(tmp_path / name), "w") as container:
        stream = container.add_stream(codec, rate=48000, layout="stereo")
        frame = av.AudioFrame.from_ndarray(stereo(left, left // 2).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate = 48000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    found, _ = read(tmp_path / name, 16000)
    assert abs(len(found) - 32000) < 3000, "codecs add and drop a little at the ends"
    middle = np.sqrt(np.mean(found[8000:24000].astype(float) ** 2, axis=0))
    assert middle == pytest.approx([8000 / 2**0.5, 4000 / 2**0.5], rel=0.05)


@pytest.mark.parametrize("rate_hz", [44100, 48000, 22050, 11025])
def test_resampling_keeps_tone_level_and_length(tmp_path: Path, rate_hz: int) -> None:
    found, _ = read(save(tmp_path / "call.wav", tone(1000, 2000, rate_hz), rate_hz), 16000)
    wanted = tone(1000, 2000, 16000)
    assert abs(len(found) - len(wanted)) <= 2
    assert np.abs(found[1000:-1000, 0].astype(int) - wanted[1000 : len(found) - 1000]).max() < 80, "1 % of the level"


def test_resampling_is_the_same_every_time(tmp_path: Path) -> None:
    path = save(tmp_path / "call.wav", tone(1000, 500, 44100), 44100)
    assert np.array_equal(read(path, 16000)[0], read(path, 16000)[0])


def test_a_cut_compressed_file_gives_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "call.flac"
    noise = np.random.default_rng(1).integers(-9000, 9000, 80_000).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(noise.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = 8000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found, _ = read(path)
    assert 20_000 < len(found) < 60_000
    assert np.array_equal(found[:20_000, 0], noise[:20_000])


def test_lying_sizes_do_not_hide_sound(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    body = encoded(tone(440, 3000), 16, PCM)
    for said in (0, 16000, 0x7FFFFFFF, 0xFFFFFFFF):
        path.write_bytes(wav(body, data_bytes=said))
        found, remarks = read(path)
        assert np.array_equal(found[:, 0], tone(440, 3000)), said
        assert len(remarks) == (said in (16000, 0x7FFFFFFF))


def test_a_play_list_opens_nothing(tmp_path: Path) -> None:
    secret = save(tmp_path / "secret.wav", tone(440, 1000))
    path = tmp_path / "call.wav"
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\n{secret}\n#EXT-X-ENDLIST\n")
    with pytest.raises(SourceError, match="is no recording that can be read"):
        Track.probe(path, [])


@given(st.lists(st.integers(0, 50), max_size=20), st.integers(1, 30))
def test_blocks_do_not_depend_on_the_pieces(sizes: list[int], block: int) -> None:
    whole = np.arange(sum(sizes), dtype=np.int16).reshape(-1, 1)

    def pieces() -> Iterator[NDArray[np.int16]]:
        at = 0
        for size in sizes:
            yield whole[at : at + size]
            at += size

    blocks = list(even(pieces(), block))
    assert [len(piece) for piece in blocks[:-1]] == [block] * (len(blocks) - 1)
    assert np.array_equal(np.concatenate([*blocks, whole[:0]]), whole)
