"""Noises and rooms that nothing was tuned on are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from bench import surroundings
from tests import tapes


@pytest.mark.parametrize("name", surroundings.NOISES)
def test_a_noise_lasts_as_long_as_asked_and_has_a_level(name: str) -> None:
    sound = surroundings.NOISES[name](80_000, np.random.default_rng(1))
    assert len(sound) == 80_000
    assert np.isfinite(sound).all()
    assert sound.std() > 0


def falls_db_s(rt60_ms: int, direct: float) -> float:
    """How fast a voice that stops dies away between a quarter and half of that time."""
    voice = np.pad(tapes.speech(2000), (0, 16_000))
    heard = surroundings.shoebox(voice, rt60_ms, direct, 3)
    frames = 10 * np.log10((heard[16_000:].reshape(-1, 80) ** 2).mean(axis=1) + 1e-9)
    first, last = rt60_ms // 40, rt60_ms // 20
    return float((frames[first] - frames[last]) / ((last - first) * 0.01))


def test_a_voice_dies_away_by_sixty_decibels_in_the_time_asked() -> None:
    for rt60_ms in (300, 800):
        assert falls_db_s(rt60_ms, 0.3) == pytest.approx(60_000 / rt60_ms, rel=0.45)


def test_the_level_stays() -> None:
    voice = tapes.speech(2000)
    assert tapes.level(surroundings.shoebox(voice, 600, 0.3, 1)) == pytest.approx(tapes.level(voice), abs=0.1)
