"""The clips that the VAD's weights are fitted on."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from bench.fit_clips import (
    ALONE,
    ALONE_WEIGHTS,
    DATA,
    FRAME,
    MUSIC,
    UNDER_SPEECH,
    WEIGHTS,
    Clip,
    clean_speech,
    loudness,
)
from tests import tapes


def test_loudness_is_decibels_of_each_stretch() -> None:
    steps = np.concatenate([np.full(160, 10.0**k) for k in range(4)])
    assert loudness(steps, 160) == pytest.approx([0, 20, 40, 60], abs=0.01)


def test_nothing_is_heard_in_nothing() -> None:
    assert not clean_speech(np.zeros(16_000)).any()


def test_what_weighs_more_or_less_is_among_the_noises() -> None:
    assert {*WEIGHTS} <= {*UNDER_SPEECH}
    assert {*ALONE_WEIGHTS} <= {*ALONE, *MUSIC}


@pytest.mark.system
@pytest.mark.skipif(not DATA.exists(), reason="the recordings are not here (LINEWATCH_DATA)")
def test_clips_know_where_speech_is(monkeypatch: pytest.MonkeyPatch) -> None:
    from bench.fit_clips import Material

    full = Material._recordings
    monkeypatch.setattr(Material, "_recordings", lambda self: islice(full(self), 3))
    material = Material(5)
    clips: list[Clip] = [material.spoken(-26.0, "brown", 10.0), material.alone("thuds", -30.0)]
    assert clips[0].speech.any()
    assert not clips[1].speech.any()
    for clip in clips:
        assert len(clip.signal) >= len(clip.speech) * FRAME
    quiet = tapes.level(clips[0].signal[: len(clips[0].speech) * FRAME][np.repeat(~clips[0].speech, FRAME)])
    loud = tapes.level(clips[0].signal[: len(clips[0].speech) * FRAME][np.repeat(clips[0].speech, FRAME)])
    assert loud > quiet + 5
