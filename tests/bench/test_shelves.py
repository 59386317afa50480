"""Sets share nothing with those before them, where they say so."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from bench import fit_clips, shelves
from bench.recordings import DATA
from bench.shelves import PARTS
from tests.bench import sets

OWN = [name for name, part in PARTS.items() if part.makers]
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the recordings are not here (LINEWATCH_DATA)")


def files(name: str) -> set[str]:
    part = PARTS[name]
    return {*part.calls, *(str(path.relative_to(DATA)) for clips in part.voices for path in clips.paths())}


@pytest.mark.parametrize("name", OWN)
def test_noises_rooms_and_music_are_its_own(name: str) -> None:
    mine, fitted = PARTS[name].makers, {*fit_clips.UNDER_SPEECH, *fit_clips.ALONE}
    assert mine is not None
    assert not fitted & set(mine.noises)
    for other in OWN:
        theirs = PARTS[other].makers
        if other != name and theirs is not None:
            assert not {*mine.noises} & {*theirs.noises}
            assert mine.room is not theirs.room
            assert mine.music is None or mine.music is not theirs.music


def speakers(*names: str) -> list[str]:
    return [voice.split("+")[1] for name in names for voice, _ in PARTS[name].spoken]


def test_voices_by_rule_speak_one_language_each() -> None:
    voices = [voice.split("+") for part in PARTS.values() for voice, _ in part.spoken]
    assert len({language for language, _ in voices}) == len(voices)
    assert not {*speakers("unseen", "apart")} & {*speakers("beyond")}
    assert len({*speakers("beyond")}) == len(speakers("beyond"))
    assert not {*speakers("unseen", "apart", "beyond")} & {*speakers("farther")}


def test_a_voice_by_rule_speaks_as_fast_as_people_and_no_speaker_twice_at_one_pitch() -> None:
    last = PARTS["farther"]
    assert all(140 <= words_per_minute <= 185 for _, words_per_minute in last.spoken)
    assert len({*zip(speakers("farther"), last.pitches, strict=True)}) == len(last.spoken)


@needs_data
@pytest.mark.parametrize("name", OWN)
def test_no_other_set_has_its_recordings(name: str) -> None:
    part = PARTS[name]
    assert files(name) or part.spoken or part.read_by or part.people
    for other in PARTS:
        assert other == name or "inland" in (name, other) or not files(name) & files(other)


@needs_data
def test_inland_has_recordings_of_other_sets_but_none_that_something_was_set_by() -> None:
    others = {path for name in PARTS if name != "inland" for path in files(name)}
    assert files("inland") <= others | {str(path.relative_to(DATA)) for path in shelves.Clips(shelves.AGENT, 0).paths()}
    assert not files("inland") & (files("tuned") | files("once"))


def test_prompts_are_in_one_set() -> None:
    assert [name for name, part in PARTS.items() if part.prompts] == ["inland"]
    assert len({*PARTS["inland"].prompts}) == len(PARTS["inland"].prompts)


def test_people_are_in_one_set_each() -> None:
    people = [part.people for part in PARTS.values() if part.people]
    assert len({*people}) == len(people) == 5


def test_the_last_sets_have_no_folder_that_weights_are_fitted_on() -> None:
    assert {path.split("/")[0] for path in PARTS["beyond"].calls} == {"vad", "reference", "telephone"}
    assert not files("farther")
    assert not files("yonder")
    assert not files("afield")


def test_calls_of_two_sets_have_no_seed_in_common() -> None:
    for first, then in pairwise(sorted(part.seed for part in PARTS.values())):
        assert then - first > 10_000


@pytest.mark.system
@pytest.mark.parametrize(
    "name", [*(pytest.param(name, marks=needs_data) for name in ("beyond", "inland")), "farther", "yonder", "afield"]
)
def test_every_call_of_the_last_sets_can_be_made_and_made_again(name: str) -> None:
    part = PARTS[name]
    if part.read_by:
        # by voices that are here wherever the tests run
        last = PARTS["farther"]
        part = replace(part, read_by=(), spoken=last.spoken, in_a_row=last.in_a_row, pitches=last.pitches)
    sets.can_be_made_again(shelves.shelf(replace(part, prompts=())), part.seed)
