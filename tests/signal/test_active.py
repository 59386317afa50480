"""Which frames are active: loud speech and 240 ms after it, and what goes on as loud right behind a run."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.signal.active import Active
from monitor.signal.columns import State
from monitor.signal.moment import Block, Runs
from tests.signal.test_runs import both, made

FLOOR = -60.0


def block(at: int, letters: str, levels: list[float]) -> Block:
    """S: speech in a certain run, s: in one not certain yet, r: the gap of a run, .: nothing (the last run ended at
    200 ms), all from frame `at` on."""
    found = made(20 * (at + 1), letters)
    level = np.full(found.present.shape, -100.0)
    level[..., 0] = np.array(levels)[:, None]
    found.tell(level_dbov=level, voice_dbov=level, floor_dbov=np.full(level.shape, FLOOR))
    since = both(100 if letter in "Ssr" else -1 for letter in letters)
    last = both(20 * (at + k + 1) if letter in "Ssr" else -1 for k, letter in enumerate(letters))
    since[..., 1] = last[..., 1] = -1
    none = np.zeros_like(found.present)
    ended = both(200 for _ in letters)
    is_open = both(letter in "Sr" for letter in letters) > 0
    found.runs = Runs(since, last, is_open, none, none, none, ended, none)
    return found


def active(
    letters: str, levels: list[float], most: int = 50, at: int = 10, noise_dbov: float = np.nan,
    voices: list[float] | None = None,
) -> str:  # fmt: skip
    """voices: of these levels, what is the voice's own."""
    state, out = Active(State()), ""
    for begin in range(0, len(letters), most):
        some = slice(begin, begin + most)
        now = block(at + begin, letters[some], levels[some])
        noise = np.full(now.present.shape, noise_dbov)
        now.tell(voice_dbov=block(at + begin, letters[some], (voices or levels)[some]).level_dbov)
        found = state.frames(now, now.speech, state.goes_on(now, noise))
        state.keep(now.sel, found)
        out += "".join("a" if each else "-" for each in found.active[:, 0, 0])
    return out


def test_twelve_frames_after_speech_are_active() -> None:
    assert active("SSS" + "r" * 20, [-26.0] * 3 + [-70.0] * 20) == "aaa" + "a" * 12 + "-" * 8


def test_speech_far_under_what_was_said_is_not() -> None:
    levels = [-26.0] * 5 + [-50.0] * 20
    assert active("S" * 25, levels) == "a" * 17 + "-" * 8


def test_what_is_mostly_noise_is_active_only_behind_the_voice() -> None:
    levels = [-26.0] * 25
    assert active("S" * 25, levels) == "a" * 25
    assert active("S" * 25, levels, voices=[-26.0] * 5 + [-45.0] * 20) == "a" * 17 + "-" * 8


def test_a_party_who_goes_on_more_quietly_is_heard_again_after_a_while() -> None:
    found = active("S" * 300, [-20.0] * 5 + [-43.0] * 295, most=50)
    assert found.endswith("a" * 130)


def test_what_goes_on_as_loud_counts_for_half_a_second_after_a_run() -> None:
    """The run ended at 200 ms, this begins there."""
    found = active("." * 60, [-26.0] * 60, at=10)
    assert found.startswith("a" * 25)
    assert not found[25 + 13 :].count("a")


def test_but_not_near_the_floor_nor_while_the_other_party_speaks() -> None:
    assert active("." * 20, [FLOOR + 7.0] * 20) == "-" * 20
    assert active("." * 20, [-30.0] * 20, noise_dbov=-37.0) == "-" * 20
    now = block(10, "." * 20, [-26.0] * 20)
    now.runs.last_ms[..., 1] = 300
    assert not Active(State()).goes_on(now, np.full(now.present.shape, np.nan))[..., 0].any()


@given(st.lists(st.tuples(st.sampled_from("Ssr."), st.integers(-90, -10)), min_size=1, max_size=120),
       st.integers(1, 50))  # fmt: skip
def test_however_the_frames_are_cut_into_blocks(frames: list[tuple[str, int]], most: int) -> None:
    letters, levels = "".join(letter for letter, _ in frames), [float(level) for _, level in frames]
    assert active(letters, levels, most) == active(letters, levels, 1)
