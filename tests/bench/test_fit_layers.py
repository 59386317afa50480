"""The fit of the net for music: it learns what can be learnt, and writes what `musical.py` can read."""

from __future__ import annotations

import numpy as np

from bench import fit_layers


def test_it_learns_music_and_writes_whole_numbers() -> None:
    random = np.random.default_rng(1)
    inputs = random.normal(size=(20_000, 112)).astype(np.float32)
    music = (inputs[:, 1] - np.abs(inputs[:, 0]) > 0.1).astype(np.float32)
    once = np.ones(len(inputs), np.float32)
    net = fit_layers.fitted(np.tile(inputs, (10, 1)), np.tile(music, 10), np.tile(once, 10), 12)
    read: dict[str, object] = {}
    exec(fit_layers.module(net), read)
    units, middle, says = (np.array(read[name]) / 256 for name in ("UNITS", "MIDDLE", "MUSIC"))
    first = np.maximum(inputs @ units[:, :-1].T + units[:, -1], 0)
    odds = np.maximum(first @ middle[:, :-1].T + middle[:, -1], 0) @ says[:-1] + says[-1]
    assert np.mean((odds > 0) == (music > 0)) > 0.85
