"""The table of the VAD's errors: what counts as what, and that its mixtures hold what they say."""

from __future__ import annotations

import numpy as np
import pytest

from bench import detection, vad
from tests import tapes


def test_missed_and_false_speech_are_counted_apart_and_a_longer_answer_is_cut() -> None:
    truth = np.array([True, True, False, False])
    assert vad._rates([truth], [truth]) == (0, 0, 0)
    assert vad._rates([~truth], [truth]) == (100, 100, 100)
    assert vad._rates([np.array([True, False, False, False, True])], [truth]) == (25, 50, 0)


def test_noise_is_as_far_under_the_speech_as_is_asked() -> None:
    signal, labels = next(iter(vad.synthetic_set()))
    added = vad.noisy(signal, labels, 10, 3) - signal
    assert vad._spoken(signal, labels) - tapes.level(added) == pytest.approx(10, abs=0.1)


def test_what_is_not_speech_is_a_share_of_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vad, "NOT_SPEECH", {"white": vad.NOT_SPEECH["white"]})
    monkeypatch.setattr(vad, "ENGINES", {name: vad.ENGINES[name] for name in ("runs", "webrtcvad")})
    ours, theirs = vad.not_speech()
    assert (ours["what"], ours["value"]) == ("vad_false_white_runs", 0.0)
    assert theirs["value"] > 50


@pytest.mark.skipif(not detection.DATA.exists(), reason="the recordings are not here (LINEWATCH_DATA)")
def test_mixtures_are_pauses_and_speech_in_turn() -> None:
    signal, labels = next(iter(vad.mixed_set(1)))
    spoken = np.repeat(labels, 160)
    assert tapes.level(signal[: len(spoken)][spoken]) > tapes.level(signal[: len(spoken)][~spoken]) + 30
    assert (np.diff(labels.astype(int)) == 1).sum() == 3
