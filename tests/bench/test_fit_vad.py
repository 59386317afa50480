"""The recipe of the VAD's weights: what the two nets are given."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench import fit_vad
from bench.fit_clips import FRAME, Clip
from tests import tapes


def clip(ms: int, music: bool = False) -> Clip:
    """Two seconds of the line's noise, then a voice over it."""
    sound, frames = tapes.white(ms, -66), ms // 20
    sound[16_000:] += tapes.speech(ms - 2000, -26)
    speech = np.arange(frames) >= 100
    return Clip(sound, speech, np.where(speech, 1.0, 2.0), music)


def test_clips_of_any_length_are_heard_side_by_side_as_each_is_alone() -> None:
    clips = [clip(6000), clip(4000), clip(5000)]
    together, loud = fit_vad.heard(clips)
    assert together.shape == (3, 6000 * 8 // FRAME, fit_vad.FEATURES)
    assert not together[1, 200:].any()
    # the third is the only one that another law would carry
    alone, own = fit_vad.heard(clips[:1])
    assert (alone[0] == together[0]).all()
    assert (own[0] == loud[0]).all()
    assert together[0, 150:].any(axis=1).mean() > 0.5


def test_speech_is_given_what_stands_out_and_music_what_is_over_the_gate() -> None:
    clips = [clip(10_000), clip(10_000, music=True)]
    inputs, loud = fit_vad.heard(clips)
    found = fit_vad.listened(clips)
    frames, truth, weights = (found[part] for part in fit_vad.SPEECH)
    assert frames.shape[1:] == (400, fit_vad.FEATURES + 1)
    assert np.count_nonzero(frames[..., :-1].any(axis=2)) == np.count_nonzero(inputs.any(axis=2))
    assert set(weights[truth > 0]) == {fit_vad.SPEECH_WEIGHS}
    told, music, apart = (found[part] for part in fit_vad.MUSIC)
    played, others = np.count_nonzero(loud[1]), (np.count_nonzero(loud[0]) + 1) // fit_vad.THINNED
    assert len(told) == len(music) == len(apart) == played + others
    assert music.sum() == played
    assert set(apart[music > 0]) == {fit_vad.MUSIC_WEIGHS}


def test_what_is_remembered_of_a_frame_is_a_share_of_it_and_fades() -> None:
    inputs = np.zeros((40, fit_vad.FEATURES), np.int16)
    inputs[5, 3] = 512
    found = fit_vad.remembered(inputs).reshape(40, -1, fit_vad.FEATURES)
    assert found[5, :, 3].tolist() == np.float32([2.0, 0.6, 0.12, 0.02]).tolist()
    assert found[6, :, 3].tolist() == np.float32([0.0, 0.42, 0.1128, 0.0198]).tolist()
    assert np.count_nonzero(found) == 1 + 3 * 35


def test_files_are_read_as_one(tmp_path: Path) -> None:
    for number, size in enumerate((2, 3)):
        np.savez(tmp_path / f"11-00{number}.npz", frames=np.full((size, 4), number), truth=np.arange(size))
    frames, truth = fit_vad.whole(tmp_path, ("frames", "truth"))
    assert frames[:, 0].tolist() == [0, 0, 1, 1, 1]
    assert truth.tolist() == [0, 1, 0, 1, 2]
