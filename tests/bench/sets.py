"""What is asked of the noises and the calls of every set."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from bench.shelves import stretches
from bench.surroundings import Maker
from tests import tapes
from tests.signal.compositions import all_scenes
from tests.signal.scenes import Shelf
from tests.tapes import Signal


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


def dies_away(answer: Callable[[int, int], Signal], rt60_ms: int) -> None:
    """What a room adds falls by sixty decibels in that time, as it does from 5 to 25 under the whole."""
    for seed in range(8):
        left = np.cumsum(answer(rt60_ms, seed)[::-1] ** 2)[::-1]
        left_db = 10 * np.log10(left / left[0] + 1e-12)
        falls_ms = (int(np.argmax(left_db < -25)) - int(np.argmax(left_db < -5))) / 8
        assert 3 * falls_ms == pytest.approx(rt60_ms, rel=0.25)


def keeps_the_level(room: Callable[[Signal, int, float, int], Signal]) -> None:
    voice = tapes.speech(2000)
    heard = room(voice, 600, 0.3, 1)
    assert len(heard) == len(voice)
    assert tapes.level(heard) == pytest.approx(tapes.level(voice), abs=0.1)


def plays_on(music: Callable[[int, float, int], Signal]) -> None:
    """For as long as asked, without a rest."""
    for seed in range(16):
        sound = music(12_000, -24.0, seed)
        assert tapes.level(sound) == pytest.approx(-24, abs=0.01)
        assert min(tapes.level(second) for second in sound.reshape(12, 8000)) > -40
        assert np.abs(sound).max() < 32_767


def can_be_taken(people: Iterator[Signal]) -> int:
    """Everybody says something that calls can be made of; returns how many they are."""
    number = 0
    for person in people:
        number += 1
        taken = [*stretches(person)]
        assert len(taken) >= 2
        assert all(np.isfinite(each).all() and len(each) >= 12_000 for each in taken)
        assert max(np.abs(each).max() for each in taken) < 32_767
    return number


def can_be_made_again(shelf: Shelf, seed: int) -> None:
    """Every call, sample by sample; its noises are at their SNR, and what is not to clip does not."""
    for (label, scene), (_, again) in zip(all_scenes(shelf, seed), all_scenes(shelf, seed), strict=True):
        assert np.isfinite(np.stack(scene.legs)).all(), label
        assert (scene.tape().samples == again.tape().samples).all(), label
        for noise in scene.noises.values():
            assert tapes.level(noise.sound) == pytest.approx(-26 - noise.snr_db, abs=0.01), label
        if not label.startswith("clipping") and "clipping" not in scene.allowed:
            assert max(np.abs(leg).max() for leg in scene.legs) < 32_767, label
