"""The set `uptown`: its noises, rooms, music and people are what they say, where Debian's packages are installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench import earshot, packages, settlers, syllables, townsfolk, uptown, waiting
from bench.shelves import PARTS, shelf
from bench.surroundings import Maker
from monitor.errors import ConfigError
from tests import tapes
from tests.bench import sets

_HERE = all((townsfolk.SHARE / where).is_dir() for where in (*townsfolk.BESIDE, *(p.where for p in townsfolk.PEOPLE)))
needs_packages = pytest.mark.skipif(not _HERE, reason="packages are not here (sh tools/deps.sh bench)")
NOISES = [pytest.param(maker, id=name) for name, maker in uptown.MADE.noises.items()]


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
    sets.dies_away(earshot._answer, rt60_ms)


@needs_packages
def test_the_level_stays() -> None:
    sets.keeps_the_level(earshot.overheard)


@needs_packages
def test_an_ear_hears_more_from_its_own_side() -> None:
    left, right = (earshot._ears()[:, ear] for ear in (0, 1))
    strength = [[tapes.level(ear[degrees]) for degrees in (90, 270)] for ear in (left, right)]
    assert strength[0][0] > strength[0][1] + 5
    assert strength[1][1] > strength[1][0] + 5


@needs_packages
def test_hold_music_plays_on_for_as_long_as_asked() -> None:
    sets.plays_on(waiting.waited)


def test_pieces_are_in_no_other_set_and_of_three_packages() -> None:
    assert len({piece.split("/music")[0].split("/themes")[0] for piece in waiting.PIECES}) == 3
    assert len({*waiting.PIECES}) == len(waiting.PIECES) >= 6


def test_nobody_is_in_the_set_before_it_too() -> None:
    theirs = {(where, files) for where, files in settlers.PEOPLE}
    mine = [(person.where, files) for person in townsfolk.PEOPLE for files in person.files]
    assert len({*mine}) == len(mine)
    assert not theirs & {*mine}


@needs_packages
def test_everybody_says_something_that_can_be_taken() -> None:
    assert sets.can_be_taken(townsfolk.townsfolk()) == len(townsfolk.PEOPLE) + len(syllables.SPEAKERS) >= 20


def test_a_phrase_is_of_eight_to_twenty_syllables() -> None:
    for text in syllables.PHRASES:
        assert 8 <= sum(each != "，" for each in syllables.spelled(text)) <= 20
    assert len({*syllables.PHRASES}) == len(syllables.PHRASES)


def test_tones_beside_each_other_give_way() -> None:
    assert syllables.spelled("你好，好了") == ["ㄋㄧ2", "ㄏㄠ3", "，", "ㄏㄠ3", "ㄌㄜ1"]


@needs_packages
def test_every_syllable_of_the_phrases_was_recorded_by_both() -> None:
    for text in syllables.PHRASES:
        for syllable in syllables.spelled(text):
            if syllable != "，":
                for who in (syllables.MAN, syllables.WOMAN):
                    assert 400 < len(syllables._recorded(syllable, who)) < 6000


@needs_packages
def test_mandarin_is_said_as_fast_as_people_speak() -> None:
    for number, speaker in enumerate(syllables.SPEAKERS):
        said = syllables.mandarin(speaker, number)
        texts = [syllables.PHRASES[(number * 5 + k) % len(syllables.PHRASES)] for k in range(12)]
        count = sum(each != "，" for text in texts for each in syllables.spelled(text))
        assert 3.8 < count / ((len(said) - 12 * 5600) / 8000) < 5.6


def test_what_is_had_shorter_keeps_its_pitch() -> None:
    tone = tapes.sine(200, 400, -20)
    shorter = syllables.shorter(tone, 0.6)
    assert len(shorter) == pytest.approx(0.6 * len(tone), abs=2)
    spectrum = np.abs(np.fft.rfft(shorter * np.hanning(len(shorter)), 8000))
    assert int(np.argmax(spectrum)) == pytest.approx(200, abs=3)
    assert tapes.level(shorter) == pytest.approx(-20, abs=0.5)


def test_without_its_packages_the_set_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(townsfolk, "SHARE", tmp_path)
    with pytest.raises(ConfigError) as refused:
        next(townsfolk.townsfolk())
    assert str(refused.value) == (
        f"bench signal: the recordings {tmp_path}/gcin-voice/ogg are not installed. On Debian: "
        f"apt-get install --no-install-recommends {' '.join(packages.PACKAGES)}."
    )


@needs_packages
@pytest.mark.system
def test_every_call_can_be_made_and_made_again() -> None:
    sets.can_be_made_again(shelf(PARTS["uptown"]), PARTS["uptown"].seed)
