"""The recipe of the VAD's weights: it learns what can be learnt, and writes what the VAD can read."""

from __future__ import annotations

import numpy as np

from bench import fit_vad


def test_it_learns_speech_and_music_and_writes_whole_numbers() -> None:
    random = np.random.default_rng(1)
    inputs = random.normal(size=(20_000, fit_vad.INPUTS)).astype(np.float32)
    truth = (np.abs(inputs[:, 0]) + inputs[:, 1] > 0.8).astype(np.float32)
    music = (inputs[:, 1] - np.abs(inputs[:, 0]) > 0.1).astype(np.float32)
    once = np.ones(len(inputs), np.float32)
    speech, tunes = (
        fit_vad.fitted(np.tile(inputs, (10, 1)), np.tile(each, 10), np.tile(once, 10), hidden)
        for each, hidden in ((truth, fit_vad.HIDDEN), (music, fit_vad.MUSICAL))
    )
    net = fit_vad.beside(speech, tunes)
    read: dict[str, object] = {}
    exec(fit_vad.module(net), read)
    units, middle, weights = (np.array(read[name]) / 256 for name in ("UNITS", "MIDDLE", "WEIGHTS"))
    first = np.maximum(inputs @ units[:, :-1].T + units[:, -1], 0)
    odds = np.maximum(first @ middle[:, :-1].T + middle[:, -1], 0) @ weights[:, :-1].T + weights[:, -1]
    assert np.mean((odds[:, 0] > 0) == (truth > 0)) > 0.85
    assert np.mean((odds[:, 1] > 0) == (music > 0)) > 0.85


def test_two_nets_beside_each_other_say_what_each_says_alone() -> None:
    random = np.random.default_rng(2)
    inputs, truth, once = random.normal(size=(4000, 7)), random.random(4000) < 0.5, np.ones(4000)
    nets = [fit_vad.fitted(inputs, truth.astype(float), once, hidden) for hidden in ((9, 5), (4, 3))]
    alone, together = [said(net, inputs) for net in nets], said(fit_vad.beside(*nets), inputs)
    assert np.allclose(np.concatenate(alone, axis=1), together)


def said(net: list[np.ndarray], given: np.ndarray) -> np.ndarray:
    units, biases, middle, constants, says, constant = net
    return np.maximum(np.maximum(given @ units + biases, 0) @ middle + constants, 0) @ says + constant
