"""The fit of the mask: the voice's share of what stands out, and weights that `mask.py` can read."""

from __future__ import annotations

import numpy as np

from bench import fit_layers, fit_mask
from bench.fit_clips import Clip
from monitor.signal.gated import STATES
from tests import tapes

FRAMES = 300


def clip(snr_db: float, seed: int) -> Clip:
    """Two seconds of a voice between two of noise alone."""
    voice = np.concatenate((np.zeros(16_000), tapes.speech(2000, -26, seed=seed), np.zeros(16_000)))
    noise = tapes.white(6000, -26 - snr_db, seed=seed)
    speech = np.arange(FRAMES) // 100 == 1
    return Clip(voice + noise, speech, np.ones(FRAMES), voice=voice)


def test_what_stands_out_comes_with_the_voices_share_and_with_what_it_weighs() -> None:
    found = fit_mask.listened([clip(20, 1), clip(5, 2), clip(20, 3)])
    assert {name: part.shape[1:] for name, part in found.items()} == {"states": (STATES,), "share": (), "weights": ()}
    assert len({len(part) for part in found.values()}) == 1
    assert found["share"].min() >= 0
    assert 0.95 < np.quantile(found["share"], 0.9) <= 1
    assert found["weights"].min() >= fit_mask.LEAST
    assert found["weights"].max() <= fit_mask.MOST
    # what is loud is the voice's
    assert np.average(found["share"], weights=found["weights"]) > found["share"].mean()


def test_its_weights_can_be_read() -> None:
    random = np.random.default_rng(4)
    states = random.normal(0, 1, (6000, STATES)).astype(np.float32)
    share = (states[:, 0] > 0).astype(np.float32)
    net = fit_layers.fitted(
        np.tile(states, (20, 1)), np.tile(share, 20), np.ones(120_000, np.float32), 1, (fit_mask.HIDDEN,)
    )
    read: dict[str, tuple[tuple[int, ...], ...]] = {}
    exec(fit_mask.module(net), read)
    units, says = np.array(read["UNITS"]) / 256, np.array(read["MASK"]) / 256
    assert units.shape == (fit_mask.HIDDEN, STATES + 1)
    heard = np.maximum(states @ units[:, :-1].T + units[:, -1], 0)
    assert ((heard @ says[:-1] + says[-1] > 0) == (share > 0)).mean() > 0.9
