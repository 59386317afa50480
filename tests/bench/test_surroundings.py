"""Noises and rooms that nothing was tuned on are what they say."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bench import afield, apart, beyond, elsewhere, farther, few_bits, inland, mobile, surroundings, yonder
from bench.surroundings import Maker, Makers
from tests import tapes
from tests.bench import sets

LAST = (afield.MADE, inland.MADE)
MADE = (surroundings.MADE, elsewhere.MADE, apart.MADE, beyond.MADE, farther.MADE, yonder.MADE, *LAST)
STEADY = {**farther.MADE.noises, **yonder.MADE.noises, **afield.MADE.noises, **inland.MADE.noises}


@pytest.mark.parametrize("maker", [pytest.param(m, id=n) for made in MADE for n, m in made.noises.items()])
def test_a_noise_lasts_as_long_as_asked_and_has_a_level(maker: Maker) -> None:
    sound = maker(80_000, np.random.default_rng(1))
    assert len(sound) == 80_000
    assert np.isfinite(sound).all()
    assert sound.std() > 0


@pytest.mark.parametrize("maker", [pytest.param(m, id=n) for n, m in STEADY.items()])
def test_a_noise_goes_on_in_the_telephone_band_and_is_another_by_each_seed(maker: Maker) -> None:
    sets.goes_on(maker)


def test_few_bits_leave_the_level_and_the_colour_of_a_noise() -> None:
    noise = tapes.band(tapes.pink(4000, -20))
    coded = few_bits.coded(noise)
    assert len(coded) == len(noise)
    assert tapes.level(coded) == pytest.approx(tapes.level(noise), abs=1)
    before, after = (tapes.level(np.diff(sound)) - tapes.level(sound) for sound in (noise, coded))
    assert after == pytest.approx(before, abs=3)
    assert tapes.level(coded - noise) > tapes.level(noise) - 10


def test_a_mobile_leaves_the_level_the_length_and_most_of_a_noise() -> None:
    noise = tapes.band(tapes.pink(3990, -20))
    carried = mobile.carried(noise)
    assert len(carried) == len(noise)
    assert tapes.level(carried) == pytest.approx(tapes.level(noise), abs=0.01)
    assert not np.allclose(carried, noise)
    before, after = (tapes.level(np.diff(sound)) - tapes.level(sound) for sound in (noise, carried))
    assert after == pytest.approx(before, abs=3)


def test_a_mobile_hears_in_the_telephone_band_and_its_microphone_gives_way() -> None:
    sound = tapes.white(2000, -20)
    sound[8000] = 30_000 * 20
    heard = mobile.held(sound)
    assert np.abs(heard).max() < 6 * np.sqrt(np.mean(sound**2))
    below, above = (tapes.level(mobile.held(tapes.sine(hz, 1000, -20))) for hz in (100, 3900))
    assert max(below, above) < tapes.level(mobile.held(tapes.sine(1000, 1000, -20))) - 20


@pytest.mark.parametrize("maker", [pytest.param(m, id=n) for made in LAST for n, m in made.noises.items()])
def test_a_noise_is_there_however_short_it_is(maker: Maker) -> None:
    sets.is_there_however_short(maker)


def falls_db_s(room: Callable[..., tapes.Signal], rt60_ms: int, direct: float) -> float:
    """How fast a voice that stops dies away between a quarter and half of that time."""
    voice = np.pad(tapes.speech(2000), (0, 16_000))
    heard = room(voice, rt60_ms, direct, 3)
    frames = 10 * np.log10((heard[16_000:].reshape(-1, 80) ** 2).mean(axis=1) + 1e-9)
    first, last = rt60_ms // 40, rt60_ms // 20
    return float((frames[first] - frames[last]) / ((last - first) * 0.01))


@pytest.mark.parametrize("made", MADE)
def test_a_voice_dies_away_by_sixty_decibels_in_the_time_asked(made: Makers) -> None:
    for rt60_ms in (300, 800):
        assert falls_db_s(made.room, rt60_ms, 0.3) == pytest.approx(60_000 / rt60_ms, rel=0.45)


@pytest.mark.parametrize("made", [made for made in MADE if made.music])
def test_hold_music_plays_on_for_as_long_as_asked(made: Makers) -> None:
    assert made.music is not None
    for seed in range(3):
        sound = made.music(12_000, -24.0, seed)
        seconds = [tapes.level(second) for second in sound.reshape(12, 8000)]
        assert tapes.level(sound) == pytest.approx(-24, abs=0.01)
        assert min(seconds) > -32
        assert np.abs(sound).max() < 32_767


@pytest.mark.parametrize("made", MADE)
def test_the_level_stays(made: Makers) -> None:
    voice = tapes.speech(2000)
    assert tapes.level(made.room(voice, 600, 0.3, 1)) == pytest.approx(tapes.level(voice), abs=0.1)
