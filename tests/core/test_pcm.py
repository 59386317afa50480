"""G.711 against the Recommendation's own figures, its properties, and the ITU's test vectors."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core import pcm

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[2] / "../shared/data"))
VECTORS = DATA / "reference" / "itu-stl"
LAWS = {
    "alaw": (pcm.encode_alaw, pcm.decode_alaw, pcm.ALAW_MAX, "a"),
    "ulaw": (pcm.encode_ulaw, pcm.decode_ulaw, pcm.ULAW_MAX, "u"),
}
law = pytest.mark.parametrize("law", LAWS)
ALL_CODES = bytes(range(256))
EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)

# Values at the decoder's output from tables 1 and 2 of G.711 (uniform 13 and 14 bits there, hence 8 and 4 here): the
# first and last interval of positive speech, of negative speech, and one from the middle of each table.
ALAW_TABLE = {0xD5: 1 * 8, 0x55: -1 * 8, 0xAA: 4032 * 8, 0x2A: -4032 * 8, 0xA5: 2112 * 8, 0xC5: 33 * 8, 0xF5: 66 * 8}
ULAW_TABLE = {0xFF: 0, 0x7F: 0, 0x80: 8031 * 4, 0x00: -8031 * 4, 0x8F: 4191 * 4, 0xFE: 2 * 4, 0x6F: -33 * 4}


def words(code: int) -> bytes:
    return bytes([code])


def test_the_recommendations_own_figures() -> None:
    assert {code: int(pcm.decode_alaw(words(code))[0]) for code in ALAW_TABLE} == ALAW_TABLE
    assert {code: int(pcm.decode_ulaw(words(code))[0]) for code in ULAW_TABLE} == ULAW_TABLE


def test_silence_is_the_idle_code_of_each_law() -> None:
    silence = np.zeros(3, np.int16)
    assert pcm.encode_alaw(silence) == b"\xd5" * 3
    assert pcm.encode_ulaw(silence) == b"\xff" * 3
    assert pcm.decode_alaw(b"\xd5").tolist() == [8], "A-law has no zero"


@law
def test_every_code_comes_back(law: str) -> None:
    encode, decode, _, _ = LAWS[law]
    again = encode(decode(ALL_CODES))
    # mu-law has two zeros; both decode to the same sample, which is coded as the positive one
    assert again == (ALL_CODES if law == "alaw" else ALL_CODES.replace(b"\x7f", b"\xff"))


@law
def test_codes_rise_with_the_samples_and_are_symmetric(law: str) -> None:
    encode, decode, ceiling, _ = LAWS[law]
    values = np.sort(decode(ALL_CODES))
    assert (values[0], values[-1]) == (-ceiling, ceiling)
    assert np.array_equal(values, -values[::-1])
    assert (np.diff(decode(encode(EVERY_SAMPLE)).astype(int)) >= 0).all()


@law
def test_the_code_is_the_nearest_but_for_the_shared_bit(law: str) -> None:
    """Error of at most half the interval: 1/32 of the sample, or half the smallest step near zero."""
    encode, decode, ceiling, _ = LAWS[law]
    inside = EVERY_SAMPLE[np.abs(EVERY_SAMPLE.astype(int)) <= ceiling].astype(int)
    error = np.abs(decode(encode(inside.astype(np.int16))).astype(int) - inside)
    assert (error <= np.maximum(np.abs(inside) / 31 + 4, 8)).all()


@law
@given(samples=st.lists(st.integers(-32768, 32767), max_size=50), cut=st.integers(0, 50))
def test_cutting_changes_nothing(law: str, samples: list[int], cut: int) -> None:
    encode, decode, _, _ = LAWS[law]
    whole = np.array(samples, np.int16)
    codes = encode(whole)
    assert encode(whole[:cut]) + encode(whole[cut:]) == codes
    assert decode(bytearray(codes)).tolist() == decode(memoryview(codes)).tolist()
    assert len(codes) == len(whole)


@law
def test_the_samples_need_not_be_contiguous(law: str) -> None:
    encode, _, _, _ = LAWS[law]
    stereo = np.arange(-400, 400, dtype=np.int16).reshape(-1, 2)
    assert encode(stereo[:, 1]) == encode(stereo[:, 1].copy())


@law
def test_the_itu_vectors(law: str) -> None:
    if not VECTORS.is_dir():
        pytest.skip(f"no ITU vectors at {VECTORS} (set LINEWATCH_DATA)")
    encode, decode, _, name = LAWS[law]
    source, codes, decoded = (
        np.fromfile(VECTORS / f"g711-sweep{tail}", "<i2") for tail in (".src", f"-r.{name}", f"-r.re{name}")
    )
    assert len(source) == 65536
    assert encode(source) == codes.astype(np.uint8).tobytes()
    assert np.array_equal(decode(codes.astype(np.uint8)), decoded)
