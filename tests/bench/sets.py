"""What is asked of the noises and the calls of every set."""

from __future__ import annotations

import numpy as np
import pytest

from bench.surroundings import Maker
from tests import tapes
from tests.signal.compositions import all_scenes
from tests.signal.scenes import Shelf


def goes_on(maker: Maker) -> None:
    """In the telephone band, another by each seed, so that it is known what an SNR is: no three seconds of it are far
    from the whole, no peak towers over it."""
    sound, again, other = (maker(160_000, np.random.default_rng(seed)) for seed in (4, 4, 5))
    assert len(sound) == 160_000
    assert (sound == again).all()
    assert not np.allclose(sound, other)
    threes = [tapes.level(sound[at : at + 24_000]) for at in range(0, 160_000 - 24_000, 4000)]
    assert max(np.abs(np.array(threes) - tapes.level(sound))) < 6
    assert np.abs(sound).max() < 12 * sound.std()
    assert tapes.level(tapes.band(sound)) > tapes.level(sound) - 3


def is_there_however_short(maker: Maker) -> None:
    """Where nothing happens in so short a time, what goes on goes on."""
    for seed in range(20):
        sound = maker(8000, np.random.default_rng(seed))
        assert np.isfinite(sound).all()
        assert sound.reshape(10, 800).std(axis=1).min() > 0.05 * sound.std()


def can_be_made_again(shelf: Shelf, seed: int) -> None:
    """Every call, sample by sample; its noises are at their SNR, and what is not to clip does not."""
    for (label, scene), (_, again) in zip(all_scenes(shelf, seed), all_scenes(shelf, seed), strict=True):
        assert np.isfinite(np.stack(scene.legs)).all(), label
        assert (scene.tape().samples == again.tape().samples).all(), label
        for noise in scene.noises.values():
            assert tapes.level(noise.sound) == pytest.approx(-26 - noise.snr_db, abs=0.01), label
        if not label.startswith("clipping") and "clipping" not in scene.allowed:
            assert max(np.abs(leg).max() for leg in scene.legs) < 32_767, label
