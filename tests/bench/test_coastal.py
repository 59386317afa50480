"""The set `coastal`: its noises, rooms, music and people are what they say, where its packages are installed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from bench import coastal, grains, interlude, islanders, packages, putonghua, syllables, townsfolk, waiting
from bench.shelves import PARTS, shelf
from bench.surroundings import Maker
from monitor.errors import ConfigError
from tests import tapes
from tests.bench import sets

_HERE = all((islanders.SHARE / where).is_dir() for where in (*islanders.BESIDE, "klettres"))
_FETCHED = (Path(os.environ.get(islanders.VARIABLE, "")) / putonghua.FOLDER).is_dir()
needs_packages = pytest.mark.skipif(not _HERE, reason="packages are not here (sh tools/deps.sh bench)")
needs_voices = pytest.mark.skipif(not (_HERE and _FETCHED), reason="voices are not here (sh tools/coastal.sh FOLDER)")
NOISES = [pytest.param(maker, id=name) for name, maker in coastal.MADE.noises.items()]


@needs_packages
@pytest.mark.parametrize("maker", NOISES)
def test_a_noise_goes_on_in_the_telephone_band_and_is_another_by_each_seed(maker: Maker) -> None:
    sets.goes_on(maker)


@needs_packages
@pytest.mark.parametrize("maker", NOISES)
def test_a_noise_is_there_however_short_it_is(maker: Maker) -> None:
    sets.is_there_however_short(maker)


@needs_packages
@pytest.mark.parametrize("rt60_ms", [300, 800])
def test_a_voice_dies_away_by_sixty_decibels_in_the_time_asked(rt60_ms: int) -> None:
    sets.dies_away(grains._answer, rt60_ms)


@needs_packages
def test_the_level_stays() -> None:
    sets.keeps_the_level(grains.filled)


@needs_packages
def test_hold_music_plays_on_for_as_long_as_asked() -> None:
    sets.plays_on(interlude.whiled)


def test_pieces_and_people_are_in_no_other_set() -> None:
    assert not {*interlude.PIECES} & {*waiting.PIECES}
    assert len({*interlude.PIECES}) == len(interlude.PIECES) >= 10
    assert not {*islanders.BESIDE} & {*townsfolk.BESIDE}
    assert not {*putonghua.PHRASES} & {*syllables.PHRASES}


@needs_voices
def test_everybody_says_something_that_can_be_taken() -> None:
    known = len(islanders.ACTORS) + len(islanders.SPELLERS) + len(putonghua.SPEAKERS)
    assert sets.can_be_taken(islanders.islanders()) == known >= 20


def test_a_phrase_is_of_eight_to_twenty_two_syllables() -> None:
    for text in putonghua.PHRASES:
        assert 8 <= sum(each != "，" for each in putonghua.spelled(text)) <= 22
    assert len({*putonghua.PHRASES}) == len(putonghua.PHRASES)


def test_tones_beside_each_other_give_way() -> None:
    assert putonghua.spelled("你好，好了") == ["ni2", "hao3", "，", "hao3", "le"]


@needs_voices
def test_mandarin_is_said_as_fast_as_people_speak() -> None:
    for number, speaker in enumerate(putonghua.SPEAKERS):
        said = putonghua.mandarin(islanders.home(), speaker, number)
        texts = [putonghua.PHRASES[(number * 7 + k) % len(putonghua.PHRASES)] for k in range(12)]
        count = sum(each != "，" for text in texts for each in putonghua.spelled(text))
        assert 3.6 < count / ((len(said) - 12 * 5600) / 8000) < 5.8


def test_the_bands_of_a_vowel_move_and_its_pitch_does_not() -> None:
    tones = sum(
        tapes.sine(hz, 400, -40 + 14 * np.exp(-(((hz - 1500) / 300) ** 2)), 16_000) for hz in range(200, 7000, 200)
    )
    moved = putonghua._moved(np.asarray(tones), 1.5)
    spectrum = np.abs(np.fft.rfft(moved * np.hanning(len(moved)), 16_000))
    assert int(np.argmax(spectrum)) == pytest.approx(1000, abs=210)
    assert int(np.argmax(spectrum)) % 200 in (0, 1, 199)


def test_without_its_packages_the_set_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(islanders, "SHARE", tmp_path)
    with pytest.raises(ConfigError) as refused:
        next(islanders.islanders())
    assert str(refused.value) == (
        f"bench signal: the recordings {tmp_path}/scratch/Media/Sounds/Effects are not installed. On Debian: "
        f"apt-get install --no-install-recommends {' '.join(packages.PACKAGES)}."
    )


def test_without_its_voices_the_set_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(islanders.VARIABLE, str(tmp_path))
    with pytest.raises(ConfigError) as refused:
        islanders.home()
    assert str(refused.value) == (
        "bench signal: LINEWATCH_COASTAL names no folder that has the voices of the set coastal. "
        "Make one: sh tools/coastal.sh FOLDER."
    )


@needs_voices
@pytest.mark.system
def test_every_call_can_be_made_and_made_again() -> None:
    sets.can_be_made_again(shelf(PARTS["coastal"]), PARTS["coastal"].seed)
