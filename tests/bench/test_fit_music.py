"""Recorded music that the weights are fitted on: what of a piece is kept, and what is said where there is none."""

from __future__ import annotations

import tempfile
import wave
from pathlib import Path

import numpy as np
import pytest

from bench import fit_music
from bench.on_hold import _FISH, _SWITCH
from monitor.errors import ConfigError
from tests import tapes


@pytest.fixture(autouse=True)
def shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A place for music of which nothing is there yet."""
    place = tmp_path / "music"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(fit_music, "_PLACES", ((place, "*.wav"),))
    monkeypatch.setattr(fit_music, "_FURTHER", ((place, "further/*.wav"),))
    monkeypatch.setattr(fit_music, "_INSTRUMENTS", place)
    fit_music._pieces.cache_clear()
    return place


def record(path: Path, seconds: list[float]) -> None:
    """Each second as loud as it is said."""
    sound = np.concatenate([tapes.music(1000, dbov) for dbov in seconds])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(tapes.pcm(sound).tobytes())


def test_a_minute_of_the_middle_is_kept_and_jingles_are_left_out(shelf: Path) -> None:
    record(shelf / "long.wav", [-60.0] * 10 + [-20.0] * 60 + [-60.0] * 10)
    record(shelf / "jingle.wav", [-30.0] * 3)
    for seed in range(5):
        some = fit_music.played(16_000, np.random.default_rng(seed))
        assert len(some) == 16_000
        assert tapes.level(some) == pytest.approx(-20, abs=1)
    (shelf / "long.wav").write_bytes((shelf / "long.wav").read_bytes()[::-1])
    fit_music._pieces.cache_clear()
    assert tapes.level(fit_music.played(16_000, np.random.default_rng(9))) == pytest.approx(-20, abs=1), "it is kept"


def test_its_rests_are_not_played(shelf: Path) -> None:
    record(shelf / "rests.wav", [-90.0] * 5 + [-20.0] * 5)
    for seed in range(20):
        assert tapes.level(fit_music.played(16_000, np.random.default_rng(seed))) == pytest.approx(-20, abs=3)


def test_what_only_music_is_fitted_on_is_played_where_that_is_asked_for(shelf: Path) -> None:
    (shelf / "further").mkdir()
    record(shelf / "one.wav", [-20.0] * 10)
    record(shelf / "further" / "other.wav", [-30.0] * 10)
    for further, dbov in ((False, -20), (True, -30)):
        assert tapes.level(fit_music.played(16_000, np.random.default_rng(1), further)) == pytest.approx(dbov, abs=1)


def test_where_there_is_none_it_says_which_and_what_to_install() -> None:
    with pytest.raises(ConfigError, match=r"there is no music .*wesnoth-1\.16-music supertux-data"):
        fit_music.played(8000, np.random.default_rng(1))


def test_no_set_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    used = {str(place) for place, _ in fit_music._PLACES + fit_music._FURTHER}
    assert used.isdisjoint({str(_FISH), str(_SWITCH)})
