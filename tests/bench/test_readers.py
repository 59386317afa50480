"""Voices of other synthesizers and of switches: whose they are, what is wrong with some, and what is said where they
are not there."""

from __future__ import annotations

import tempfile
import unicodedata
import wave
from pathlib import Path

import numpy as np
import pytest

from bench import detection, errands, packages, prompts, readers, settlers, shelves, signal, townsfolk
from monitor.errors import ConfigError
from tests import tapes


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without these voices."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(prompts, "SOUNDS", tmp_path)
    monkeypatch.setattr(settlers, "SHARE", tmp_path)
    monkeypatch.setattr(townsfolk, "SHARE", tmp_path)
    return tmp_path


SETS = {"yonder": readers.READERS, "afield": readers.AFIELD}


def test_nobody_reads_twice_and_nobody_is_in_another_set() -> None:
    names = [(reader.voice, reader.smaller) for read_by in SETS.values() for reader in read_by]
    voices = [{reader.voice for reader in read_by} for read_by in SETS.values()]
    assert len({*names}) == len(names) >= 20
    assert not voices[0] & voices[1]
    assert {name: part.read_by for name, part in shelves.PARTS.items() if part.read_by} == SETS
    spoken = [voice for part in shelves.PARTS.values() for voice, _ in part.spoken]
    assert not voices[0].union(voices[1]) & {voice.split("+")[1] for voice in spoken}
    assert not any(shelves.PARTS[name].spoken for name in SETS)


@pytest.mark.parametrize("reader", [*readers.READERS, *readers.AFIELD])
def test_every_text_can_be_handed_to_its_synthesizer(reader: readers.Reader) -> None:
    assert len({*reader.texts}) >= 10
    assert all(text.encode(readers.ENCODINGS[reader.language]) for text in reader.texts)


def test_the_sets_say_nothing_alike() -> None:
    first, then = ({text for reader in read_by for text in reader.texts} for read_by in SETS.values())
    assert not first & then


def test_no_text_has_what_its_voice_falls_silent_at() -> None:
    for language in ("hi", "mr", "te"):
        for text in errands.TEXTS[language]:
            assert not {*",:;.?।"} & {*text[:-1]}
    assert "\N{DEVANAGARI SIGN NUKTA}" not in unicodedata.normalize("NFD", "".join(errands.TEXTS["hi"]))


def test_the_script_installs_what_the_message_asks_for() -> None:
    script = (Path(__file__).parents[2] / "tools" / "deps.sh").read_text("utf-8")
    listed = script.split('bench) need="')[1].split('"')[0].split()
    assert (*listed,) == packages.PACKAGES


@pytest.mark.parametrize("reader", [readers.READERS[0], readers.AFIELD[-1]])
def test_a_voice_that_is_not_there_is_one_clear_line(bare: Path, reader: readers.Reader) -> None:
    with pytest.raises(ConfigError) as refused:
        readers.read(reader)
    assert str(refused.value) == (
        f"bench signal: the voice {reader.voice} of {reader.tool} is not installed. On Debian: "
        f"apt-get install --no-install-recommends {' '.join(packages.PACKAGES)}."
    )
    assert not [*bare.rglob("*.npy")]


def test_prompts_that_are_not_there_are_one_clear_line(bare: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        [*prompts.prompts("it_IT_m_Carlo")]
    assert str(refused.value) == (
        "bench signal: the recordings of it_IT_m_Carlo are not installed. On Debian: "
        f"apt-get install --no-install-recommends {' '.join(packages.PACKAGES)}."
    )


def test_the_longest_prompts_are_taken_and_no_animals(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(prompts, "SOUNDS", tmp_path)
    (tmp_path / "somebody").mkdir()
    lasts_ms = {"tt-monkeys": 900, **{f"prompt-{number}": 100 + 20 * number for number in range(20)}}
    for name, ms in lasts_ms.items():
        with wave.open(str(tmp_path / "somebody" / f"{name}.wav"), "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(tapes.pcm(tapes.white(ms, -30)).tobytes())
    assert [len(said) // 8 for said in prompts.prompts("somebody")] == [480 - 20 * number for number in range(16)]


@pytest.mark.parametrize("name", [*SETS, "inland", "settled", "uptown"])
def test_without_the_voices_the_set_is_left_out_aloud(
    name: str, bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(detection, "DATA", bare)
    assert signal.main(["--detection", "--sets", name]) == 0
    said = capsys.readouterr().err
    assert f"{name} left out" in said
    assert "apt-get install" in said


@pytest.mark.parametrize("rate_hz", [16_000, 32_000, 44_100])
def test_what_left_sixteen_bits_is_put_where_it_was_going(rate_hz: int) -> None:
    """A loud sound of which a synthesizer kept the lower sixteen bits."""
    loud = 42_000 * np.hanning(rate_hz) * np.sin(2 * np.pi * 400 * np.arange(rate_hz) / rate_hz)
    kept = (np.rint(loud) + 32_768) % 65_536 - 32_768
    assert np.abs(np.diff(kept)).max() > 60_000
    whole = readers._whole(kept, rate_hz)
    assert len(whole) == 8000
    assert tapes.level(whole) == pytest.approx(tapes.level(loud), abs=0.1)
    assert np.abs(np.diff(whole)).max() < 15_000


def test_a_sentence_at_which_a_filter_ran_away_is_known() -> None:
    said = tapes.speech(3000)
    assert not readers._ran_away(said)
    said[5000] = 40 * said.std()
    assert readers._ran_away(said)
