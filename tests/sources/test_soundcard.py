"""The bookkeeping of an input, and what is said where there is no PortAudio."""

from __future__ import annotations

import ctypes.util
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.types import Absent
from monitor.errors import ConfigError
from monitor.sources.soundcard import Input, devices

RATE_HZ = 16000


def block(size: int, start: int = 0) -> np.ndarray:
    """Row i holds start + i on the first leg and its negative on the second."""
    column = np.arange(start, start + size, dtype=np.int16)
    return np.stack([column, -column], axis=1)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_blocks_become_both_legs_without_a_hole(sizes: list[int]) -> None:
    source = Input("", ("agent", "customer"), RATE_HZ)
    at = 0
    for size in sizes:
        agent, customer = source.take(block(size, at), heard_s=at / RATE_HZ + 7)
        assert (agent.channel, customer.channel) == ("agent", "customer")
        assert (agent.at_sample, customer.at_sample) == (at, at)
        assert agent.samples.tolist() == list(range(at, at + size))
        assert np.array_equal(customer.samples, -agent.samples)
        at += size
    assert source.lost_samples == 0


@given(st.integers(0, 100_000), st.integers(1, 400))
def test_what_was_missed_is_a_gap_as_long_as_the_time_it_took(lost: int, size: int) -> None:
    source = Input("", ("customer",), RATE_HZ)
    source.take(block(320)[:, :1], heard_s=100.0)
    source.gap = True
    (chunk,) = source.take(block(size)[:, :1], heard_s=100.0 + (lost + size) / RATE_HZ)
    assert (chunk.at_sample, chunk.gap, source.lost_samples) == (320 + lost, Absent.LOST, lost)
    (after,) = source.take(block(size)[:, :1], heard_s=200.0)
    assert after.at_sample == 320 + lost + size, "only once; a late block alone is no gap"


def test_a_gap_before_the_first_block_is_none() -> None:
    source = Input("", ("customer",), RATE_HZ)
    source.gap = True
    assert source.take(block(320)[:, :1], heard_s=100.0)[0].at_sample == 0


def test_without_portaudio_one_line_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    with pytest.raises(ConfigError, match=r"PortAudio is not installed.*apt-get install libportaudio2"):
        devices()
