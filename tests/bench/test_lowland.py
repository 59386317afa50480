"""The set `lowland`: its noises, rooms, music and people are what they say, where its recordings are fetched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench import cabins, foyer, lowland, lowlanders, registries, told
from bench.excerpts import recorded
from bench.shelves import PARTS, shelf
from bench.surroundings import Maker
from monitor.errors import ConfigError
from tests.bench import sets

_FOLDER = Path(os.environ.get(registries.LOWLAND_FOLDER, "nowhere"))
_HERE = all((_FOLDER / package.folder).is_dir() for package in registries.LOWLAND)
needs_recordings = pytest.mark.skipif(
    not _HERE, reason=f"{registries.LOWLAND_FOLDER} (python -m bench.fetch_sets FOLDER lowland)"
)
NOISES = [pytest.param(maker, id=name) for name, maker in lowland.MADE.noises.items()]


@needs_recordings
@pytest.mark.parametrize("maker", NOISES)
def test_a_noise_goes_on_in_the_telephone_band_and_is_another_by_each_seed(maker: Maker) -> None:
    sets.goes_on(maker)


@needs_recordings
@pytest.mark.parametrize("maker", NOISES)
def test_a_noise_is_there_however_short_it_is(maker: Maker) -> None:
    sets.is_there_however_short(maker)


@pytest.mark.parametrize("rt60_ms", [300, 800])
def test_a_voice_dies_away_by_sixty_decibels_in_the_time_asked(rt60_ms: int) -> None:
    sets.dies_away(cabins._answer, rt60_ms)


def test_the_level_stays() -> None:
    sets.keeps_the_level(cabins.spoken)


@needs_recordings
def test_hold_music_plays_on_for_as_long_as_asked() -> None:
    sets.plays_on(foyer.waited)


@needs_recordings
def test_every_piece_is_a_piece_of_its_own_and_long_enough() -> None:
    pieces = [recorded(registries.lowland(package) / file) for package, file in foyer.PIECES]
    assert len({piece.tobytes() for piece in pieces}) == len(foyer.PIECES) >= 24
    assert min(map(len, pieces)) >= 14 * 8000


def test_nobody_who_speaks_is_among_those_who_are_heard_from_afar() -> None:
    talks = [talk for actor in lowlanders.ACTORS for talk in actor]
    assert len({*talks}) == len(talks)
    assert not {*talks} & {*lowlanders.OTHERS}


@needs_recordings
def test_everybody_says_something_that_can_be_taken() -> None:
    people = len(lowlanders.ACTORS) + len(lowlanders.TELLERS) + len(lowlanders.VOICES)
    assert sets.can_be_taken(lowlanders.lowlanders()) == people


@needs_recordings
def test_who_acts_has_little_noise_of_his_own() -> None:
    for actor in lowlanders.ACTORS:
        assert sum(told.clear(sound) for talk in actor for sound in lowlanders.acted(talk)) >= 8


@needs_recordings
def test_the_numbers_are_nine_and_higher_from_a_smaller_throat() -> None:
    own, smaller = (lowlanders.numbers(throat) for throat in (1.0, 0.66))
    assert len(own) == len(smaller) == 9
    assert all(1200 < len(number) < 4000 for number in own)
    assert sum(map(len, smaller)) < 0.75 * sum(map(len, own))


def test_without_its_recordings_the_set_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    variable = registries.LOWLAND_FOLDER
    how = f"Fetch them: python -m bench.fetch_sets FOLDER lowland, and set {variable} to that folder."
    monkeypatch.delenv(variable, raising=False)
    with pytest.raises(ConfigError) as refused:
        next(lowlanders.lowlanders())
    assert str(refused.value) == f"bench signal: {variable} names no folder of recordings. {how}"
    monkeypatch.setenv(variable, str(tmp_path))
    with pytest.raises(ConfigError) as refused:
        next(lowlanders.lowlanders())
    assert str(refused.value) == f"bench signal: the recordings {tmp_path}/etw-data are not there. {how}"


@needs_recordings
@pytest.mark.system
def test_every_call_can_be_made_and_made_again() -> None:
    sets.can_be_made_again(shelf(PARTS["lowland"]), PARTS["lowland"].seed)
