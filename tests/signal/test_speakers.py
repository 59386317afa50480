"""Two people in one channel: told apart where they can be, and not where they cannot."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from monitor.signal.speakers import separate
from monitor.signal.voices import Voices
from tests import tapes
from tests.signal.talks import apart, mono, share_right, talk, truth

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[3] / "shared" / "data"))
CALL = DATA / "telephone" / "two-channel" / "auto-repairs-40.wav"


def test_two_voices_are_told_apart() -> None:
    legs = talk((115.0, 210.0))
    found = apart(mono(legs))
    assert share_right(found, truth(legs)) > 0.97
    assert found.certainty > 0.75
    assert found.turns[0].speaker == 0


def test_one_voice_is_not_made_two() -> None:
    found = apart(mono(talk((150.0, 150.0), dbov=(-25.0, -25.0))))
    assert found.certainty < 0.6
    assert all(turn.certainty < 0.6 for turn in found.turns)


def test_little_speech_proves_nothing() -> None:
    found = apart(mono(talk((115.0, 210.0), turns=2)))
    assert found.certainty < 0.75


def test_turns_are_in_order_apart_and_inside_the_recording() -> None:
    samples = mono(talk((115.0, 210.0), turns=6))
    found = apart(samples)
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(found.turns))
    assert all(turn.start_ms < turn.end_ms for turn in found.turns)
    assert found.turns[-1].end_ms <= found.length_ms == len(samples) // 160 * 20


def test_how_it_was_cut_into_blocks_does_not_matter() -> None:
    samples = mono(talk((115.0, 210.0), turns=6))
    assert apart(samples, block=8000) == apart(samples, block=12_345) == apart(samples, block=777)


@pytest.mark.parametrize(
    "sound",
    [np.zeros(0), np.zeros(8000 * 5), tapes.white(5000, -30), tapes.hum(5000, -20), tapes.ring_back(9000)],
    ids=["nothing", "zeros", "noise", "hum", "ring-back"],
)
def test_what_is_no_conversation_says_so(sound: tapes.Signal) -> None:
    found = apart(tapes.pcm(sound))
    assert found.certainty < 0.6


def test_frames_without_a_pitch_are_no_obstacle() -> None:
    level = np.where(np.arange(3000) // 100 % 2, -25.0, -65.0)
    shape = np.random.default_rng(1).normal(size=(3000, 12))
    assert separate(Voices(level, shape, np.full(3000, np.nan))).certainty < 0.6


@pytest.mark.skipif(not CALL.exists(), reason="LINEWATCH_DATA is not there")
def test_a_real_call_mixed_down() -> None:
    with av.open(str(CALL)) as container:
        both = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    stereo = both.reshape(-1, 2).T.astype(np.float64)
    legs = (stereo[0][: 120 * 8000], stereo[1][: 120 * 8000])
    found = apart(mono(legs))
    assert share_right(found, truth(legs)) > 0.95
    assert found.certainty > 0.75
