"""What may begin a run, on frames of one channel given by hand: a level, and how sure it is that they are speech."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.signal.columns import State
from monitor.signal.faint import Faint
from tests.signal.test_runs import both, made

SURE = 260.0
Frames = list[tuple[float, float]]
WORD, PAUSE, CLATTER = (-26.0, 800.0), (-50.0, -500.0), (-44.0, 100.0)


def firm(frames: Frames, cuts: Sequence[int] = ()) -> list[bool]:
    """Which of these (dBov, log-odds) are firm; cuts: where blocks end."""
    faint, out = Faint(State()), []
    for first, end in pairwise(sorted({0, *cuts, len(frames)})):
        some = frames[first:end]
        block = made(20 * (first + 1), "." * len(some))
        block.level_dbov = both(level for level, _ in some)
        score = both(odds for _, odds in some)
        out += faint.firm(block, score > 0, score, SURE)[:, 0, 0].tolist()
    return out


def test_a_doubtful_sound_far_under_the_words_is_not() -> None:
    call = [PAUSE] * 100 + [WORD] * 50 + [PAUSE] * 20 + [CLATTER] * 3
    assert firm(call)[100:150] == [True] * 50
    assert firm(call)[-3:] == [False] * 3


@pytest.mark.parametrize("sound", [(-44.0, 900.0), (-33.0, 100.0)])
def test_one_without_a_doubt_or_nearly_as_loud_is(sound: tuple[float, float]) -> None:
    assert firm([PAUSE] * 100 + [WORD] * 50 + [PAUSE] * 20 + [sound] * 3)[-3:] == [True] * 3


def test_nothing_is_too_faint_before_anything_clear_was_said() -> None:
    assert firm([PAUSE] * 100 + [CLATTER] * 3)[-3:] == [True] * 3
    assert firm([(-20.0, 200.0)] * 50 + [PAUSE] * 100 + [CLATTER] * 3)[-3:] == [True] * 3


def test_on_a_quiet_line_a_faint_syllable_is_heard() -> None:
    idle = (-66.0, -500.0)
    assert firm([idle] * 100 + [WORD] * 50 + [idle] * 20 + [(-39.0, 50.0)] * 3)[-3:] == [True] * 3


def test_of_a_faint_voice_nothing_is_spared() -> None:
    assert firm([(-60.0, -500.0)] * 100 + [(-45.0, 800.0)] * 50 + [(-60.0, 50.0)] * 3)[-3:] == [True] * 3


def test_who_goes_on_more_quietly_soon_is_what_is_usual() -> None:
    quieter = [(-44.0, 800.0)] * 100 + [PAUSE] * 20 + [CLATTER] * 3
    assert firm([PAUSE] * 100 + [WORD] * 50 + quieter)[-3:] == [True] * 3


@given(
    st.lists(st.tuples(st.sampled_from([-80.0, -60.0, -44.0, -33.0, -26.0]), st.integers(-300, 900)), min_size=1),
    st.sets(st.integers(0, 60)),
)
def test_it_is_the_same_however_the_frames_are_cut(frames: Frames, cuts: set[int]) -> None:
    assert firm(frames, [cut for cut in cuts if cut < len(frames)]) == firm(frames, range(len(frames)))
