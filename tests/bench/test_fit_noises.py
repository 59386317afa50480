"""The noises that the VAD's weights are fitted on are what their names say."""

from __future__ import annotations

import numpy as np
import pytest

from bench import fit_noises
from bench.fit_clips import loudness
from tests import tapes


@pytest.mark.parametrize(
    "name", ["clatter", "coloured", "typing", "thuds", "brown", "buzz", "swelling", "engine", "calls"]
)
def test_noises_are_as_long_as_was_asked_finite_and_a_function_of_their_seed(name: str) -> None:
    once, again = (getattr(fit_noises, name)(40_000, np.random.default_rng(3)) for _ in range(2))
    assert len(once) == 40_000
    assert np.isfinite(once).all()
    assert once.std() > 0
    assert np.array_equal(once, again)


@pytest.mark.parametrize("name", ["clatter", "typing", "thuds"])
def test_what_is_struck_is_loud_here_and_quiet_there(name: str) -> None:
    levels = loudness(getattr(fit_noises, name)(80_000, np.random.default_rng(2)), 160)
    assert np.percentile(levels, 95) - np.percentile(levels, 5) > 15


def test_a_telephone_tilts_and_changes_no_length() -> None:
    white = tapes.white(4000, -30)
    bright, dull = (fit_noises.tilted(white, np.random.default_rng(seed)) for seed in (1, 2))
    assert len(bright) == len(dull) == len(white)
    assert not np.allclose(bright, dull)
    assert 0.8 <= len(fit_noises.warped(white, np.random.default_rng(1))) / len(white) <= 1.25
