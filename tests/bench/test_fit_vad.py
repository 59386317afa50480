"""The recipe of the VAD's weights: it learns what can be learnt, and writes what the VAD can read."""

from __future__ import annotations

import numpy as np

from bench import fit_vad


def test_it_learns_and_writes_whole_numbers() -> None:
    random = np.random.default_rng(1)
    inputs = random.normal(size=(20_000, fit_vad.INPUTS)).astype(np.float32)
    truth = (np.abs(inputs[:, 0]) + inputs[:, 1] > 0.8).astype(np.float32)
    often = (np.tile(inputs, (10, 1)), np.tile(truth, 10), np.ones(10 * len(truth), np.float32))
    net = fit_vad.fitted(*often)
    read: dict[str, object] = {}
    exec(fit_vad.module(net), read)
    units, middle, weights = (np.array(read[name]) / 256 for name in ("UNITS", "MIDDLE", "WEIGHTS"))
    first = np.maximum(inputs @ units[:, :-1].T + units[:, -1], 0)
    odds = np.maximum(first @ middle[:, :-1].T + middle[:, -1], 0) @ weights[:-1] + weights[-1]
    assert np.mean((odds > 0) == (truth > 0)) > 0.85
