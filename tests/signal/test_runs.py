"""Speech runs on frames given by hand: S is a frame judged speech in which a voice is held, s one without, d one
without that is doubtful, f one too faint to begin a run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.core.events import SpeechEnded, SpeechStarted
from monitor.signal.moment import Block
from monitor.signal.runs import SpeechRuns
from monitor.signal.settings import SignalSettings


def run(
    text: str, sure: bool = True, cuts: Sequence[int] | None = None
) -> tuple[list[tuple[int, int]], list[int], int]:
    """Runs as (since, end), the times they were said to start at, and how much they grew in all. cuts: where blocks
    end; else every frame is one."""
    runs, starts, ends, grown = SpeechRuns(SignalSettings()), [], [], 0
    edges = range(len(text) + 1) if cuts is None else sorted({0, *cuts, len(text)})
    for first, end in pairwise(edges):
        block = made(20 * (first + 1), text[first:end], sure)
        back_ms = [40 if text[k] == "S" and text[k - 1] == "m" else 0 for k in range(first, end)]
        runs.step(block, both(letter == "m" for letter in text[first:end]), both(back_ms))
        grown += int(block.runs.grown_ms[:, 0, 0].sum())
        for _, event in (each for now in block.frames for each in now.events):
            if isinstance(event.body, SpeechStarted):
                starts.append(event.at_ms)
            elif isinstance(event.body, SpeechEnded):
                ends.append((event.body.since_ms, event.body.end_ms))
    ends += [
        (e.body.since_ms, e.body.end_ms) for e in runs.finish(0, 20 * len(text)) if isinstance(e.body, SpeechEnded)
    ]
    return ends, starts, grown


def both(agent: Iterable[int]) -> NDArray[Any]:
    """[t, 1, 2]: these of the agent, nothing of the customer."""
    column = np.array(list(agent))[:, None, None]
    return np.concatenate((column, np.zeros_like(column)), axis=2)


def made(at_ms: int, letters: str, sure: bool = True) -> Block:
    """Frames of one line, the first of which ends at at_ms."""
    none = np.zeros((len(letters), 1, 2), np.bool_)
    block = Block(
        lines=np.array([0]), rows=np.array([[0, 1]]), sel=slice(0, 1), groups=np.zeros(1, np.int64),
        held=np.zeros(1, np.int8), muted=none[:1], at_ms=at_ms + 20 * np.arange(len(letters))[:, None], present=~none,
        missing=none, power=none.astype(np.int64), level_dbov=none.astype(np.float64),
        pcm=np.zeros((len(letters), 1, 2, 160), np.int16), music_before=none, music_since_ms=none.astype(np.int64),
        music_last_ms=none.astype(np.int64),
    )  # fmt: skip
    block.part()
    speech, firm = both(letter in "Ssdf" for letter in letters), both(letter in "Ssd" for letter in letters)
    clear = both(sure and letter in "Ss" for letter in letters)
    block.tell(speech=speech, firm=firm, sure=clear, voiced=both(letter == "S" for letter in letters))
    return block


def test_a_run_is_certain_at_100_ms() -> None:
    assert run("...SSSSS") == ([(60, 160)], [160], 100)


def test_shorter_ones_are_none() -> None:
    assert run("...SSSS" + "." * 20) == ([], [], 80)


def test_gaps_under_300_ms_are_bridged_and_300_ms_are_not() -> None:
    assert run("SSSSS" + "." * 14 + "SSSSS" + "." * 15)[0] == [(0, 480)]
    assert run("SSSSS" + "." * 15 + "SSSSS" + "." * 15)[0] == [(0, 100), (400, 500)]


def test_its_end_is_said_when_the_gap_is_full_and_is_not_moved() -> None:
    runs, _, _ = run("SSSSSSSSSS" + "." * 40)
    assert runs == [(0, 200)]


def test_a_run_that_was_never_surely_speech_is_none() -> None:
    assert run("S" * 30 + "." * 20, sure=False)[:2] == ([], [])


def test_a_run_waits_for_two_frames_of_a_held_voice_and_begins_where_it_began() -> None:
    assert run("sssssssSS" + "." * 20)[:2] == ([(0, 180)], [180])
    assert run("Sssssssss" + "." * 20)[:2] == ([], [])


def test_without_one_it_counts_once_it_was_clear_for_200_ms() -> None:
    """A fourth tone glides so fast that it does not repeat itself."""
    assert run("ssssssssss" + "." * 20)[:2] == ([(0, 200)], [200])
    assert run("ssdssdssdssdssd" + "." * 20)[:2] == ([(0, 300)], [280])


def test_less_clear_it_counts_once_it_lasts() -> None:
    assert run("sd" * 12 + "." * 20)[:2] == ([], [])
    assert run("sd" * 15 + "." * 20)[:2] == ([(0, 600)], [500])


def test_what_lasts_and_stays_doubtful_is_none() -> None:
    assert run("sdd" * 60 + "." * 20)[:2] == ([], [])
    assert run("sd" * 30 + "." * 20)[:2] == ([(0, 1200)], [500])


def test_a_word_after_what_stayed_doubtful_takes_little_of_that_with_it() -> None:
    assert run("sdddd." * 5 + "SSSSSSSS" + "." * 20)[:2] == ([(460, 760)], [640])
    assert run("sdddd." * 50 + "SSSSSSSS" + "." * 20)[0] == [(5740, 6160)]


def test_what_stays_doubtful_does_not_keep_a_silence_from_being_stated() -> None:
    runs, at = SpeechRuns(SignalSettings()), 0
    waits = []
    for letter in "sdddd." * 20:
        block = made(at := at + 20, letter)
        runs.step(block, both([False]), both([0]))
        waits.append(bool(block.runs.pending[0, 0, 0]))
    assert not all(waits[:60])
    assert max(len(part) for part in "".join("x" if wait else " " for wait in waits).split()) < 30


def test_doubtful_sounds_behind_a_word_are_not_of_it() -> None:
    assert run("SSSSSSSS.dddddddd" + "." * 40)[0] == [(0, 160)]
    assert run("SSSSSSSS.ddddddds" + "." * 40)[0] == [(0, 340)]


def test_a_voice_held_in_an_earlier_run_tells_nothing_of_the_next() -> None:
    assert run("SSSSS" + "." * 20 + "s" * 9 + "." * 20)[0] == [(0, 100)]


def test_sounds_before_it_are_given_back() -> None:
    assert run("....mmSSSSS" + "." * 20)[0] == [(80, 220)]


@given(st.text(alphabet="S.", max_size=120))
def test_runs_follow_their_definition(text: str) -> None:
    spans: list[list[int]] = []
    for k, letter in enumerate(text):
        if letter == "S":
            if spans and 20 * k - spans[-1][1] < 300:
                spans[-1][1] = 20 * (k + 1)
            else:
                spans.append([20 * k, 20 * (k + 1)])
    assert run(text)[0] == [(a, b) for a, b in spans if b - a >= 100]
    assert run(text)[2] == sum(b - a for a, b in spans)


@given(st.text(alphabet="Ssdmf.", max_size=50), st.text(alphabet="Sdf.", max_size=50), st.sets(st.integers(0, 100)))
def test_runs_are_the_same_however_the_frames_are_cut(text: str, more: str, cuts: set[int]) -> None:
    whole = text + more
    edges = sorted({cut for cut in (*cuts, 50) if cut < len(whole)})
    assert run(whole, cuts=edges) == run(whole)


def test_strokes_beside_a_word_leave_its_edges_where_they_are() -> None:
    assert run("s...ss...sss...SSSSSSSS..ss...s...sss" + "." * 40)[0] == [(300, 460)]


def test_a_short_sound_just_before_is_how_a_word_begins() -> None:
    assert run("ss..SSSSSSSS" + "." * 20)[0] == [(0, 240)]
    assert run("ss...SSSSSSSS" + "." * 20)[0] == [(100, 260)]
    assert run("s.s.SSSSSSSS" + "." * 20)[0] == [(40, 240)]  # one, not a row of them


def test_strokes_alone_are_no_run_however_many() -> None:
    assert run("sss..ss...s.." * 20 + "." * 20) == ([], [], 0)


def test_strokes_between_two_sounds_of_a_run_bridge_up_to_600_ms() -> None:
    assert run("SSSSSSSS" + "....s" * 5 + "..SSSSSSSS" + "." * 40)[0] == [(0, 860)]
    assert run("SSSSSSSS" + "....s" * 5 + "......SSSSSSSS" + "." * 40)[0] == [(0, 160), (780, 940)]


def test_a_gap_that_was_full_is_not_bridged_by_a_stroke_behind_it() -> None:
    assert run("SSSSSSSS" + "." * 15 + "s" + "..." + "SSSSSSSS" + "." * 40)[0] == [(0, 160), (540, 700)]


def test_what_is_too_faint_only_bridges() -> None:
    assert run("ffffffSSSSSSSSffffffffff" + "." * 40)[0] == [(120, 280)]
    assert run("SSSSSSSS" + "f" * 25 + "SSSSSSSS" + "." * 40)[0] == [(0, 820)]
    assert run("f" * 60 + "." * 20) == ([], [], 0)
