"""The fit of the net for speech: slopes as they are, a memory that is learnt, and weights that `gated.py` can read."""

from __future__ import annotations

import numpy as np
import pytest

from bench import fit_gated


def test_slopes_are_what_the_loss_changes_by(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit_gated, "PULL", 0.0)
    random = np.random.default_rng(3)
    net = [part.astype(np.float64) for part in fit_gated.drawn(7, random, 5, 4)]
    x, truth, weights = random.normal(size=(11, 3, 7)), np.round(random.random((11, 3))), random.random((11, 3))
    for part, slope in zip(net, fit_gated.slopes(net, x, truth, weights)[1], strict=True):
        assert part.shape == slope.shape
        for place in random.integers(part.size, size=8):
            losses, was = [], part.flat[place]
            for step in (1e-5, -1e-5):
                part.flat[place] = was + step
                losses.append(fit_gated.slopes(net, x, truth, weights)[0])
            part.flat[place] = was
            assert slope.flat[place] == pytest.approx((losses[0] - losses[1]) / 2e-5, abs=1e-8)


def test_what_stands_out_is_told_for_how_long_nothing_did() -> None:
    inputs = np.zeros((300, 3), np.int16)
    inputs[[4, 5, 9, 250]] = 7
    out, frames = fit_gated.packed(inputs)
    assert out.tolist() == [4, 5, 9, 250]
    assert (frames[:, :3] == 7).all()
    octaves = np.log2([101, 1, 4, 101]) / fit_gated.OCTAVES
    assert frames[:, 3].tolist() == np.rint(256 * octaves).tolist()


def test_a_clip_is_cut_into_sequences_and_nothing_is_lost_but_a_short_rest() -> None:
    inputs = np.arange(1, 1001, dtype=np.int16)[:, None].repeat(2, axis=1)
    truth, weights = np.arange(1000) % 2, np.full(1000, 2.0)
    (one, *_), (two, *_), (three, said, weigh) = fit_gated.sequences(inputs, truth, weights)
    assert np.concatenate((one, two, three[:200]))[:, 0].tolist() == inputs[:, 0].tolist()
    assert not three[200:].any()
    assert (said[:200] == truth[800:]).all()
    assert weigh.sum() == 400
    assert len(fit_gated.sequences(inputs[:439], truth[:439], weights[:439])) == 1
    assert fit_gated.sequences(inputs[:0], truth[:0], weights[:0]) == []


def test_it_learns_to_remember_and_writes_whole_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was heard four frames ago is asked."""
    random = np.random.default_rng(1)
    inputs = (256 * random.normal(size=(600, 30, 2))).astype(np.int16)
    truth = np.zeros((600, 30), np.float32)
    truth[:, 4:] = inputs[:, :-4, 0] > 0
    weights = np.ones_like(truth)
    weights[:, :4] = 0
    monkeypatch.setattr(fit_gated, "WARM", 30)
    net = fit_gated.fitted(inputs, truth, weights, 1, epochs=60)
    read: dict[str, object] = {}
    exec(fit_gated.module(net), read)
    whole = [np.array(read[name]) for name in ("UNITS", "GATES", "RECALLS", "SPEECH")]
    kept = len(whole[2]) // 3
    rounded = [
        whole[0][:, :-1].T, whole[0][:, -1], whole[1][:, :-1].T, whole[1][:, -1], whole[2][:, :-1].T,
        whole[2][2 * kept :, -1], whole[3][:-1], whole[3][-1:],
    ]  # fmt: skip
    assert not whole[2][: 2 * kept, -1].any()
    x = inputs.transpose(1, 0, 2) / np.float32(256)
    loss, _ = fit_gated.slopes([part / np.float32(256) for part in rounded], x, truth.T, weights.T)
    assert loss < 0.35
