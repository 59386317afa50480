"""Speech runs on frames given by hand: S is a frame judged speech in which a voice is held, s one without."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import SpeechEnded, SpeechStarted
from monitor.signal.moment import Moment
from monitor.signal.runs import SpeechRuns
from monitor.signal.settings import SignalSettings


def run(text: str, sure: bool = True) -> tuple[list[tuple[int, int]], list[int], int]:
    """Runs as (since, end), the times they were said to start at, and how much they grew in all."""
    runs, starts, ends, grown = SpeechRuns(SignalSettings()), [], [], 0
    for k, letter in enumerate(text):
        now = moment(20 * (k + 1), letter in "Ss", sure, letter == "S")
        runs.step(
            now, np.full((1, 2), letter == "m"), np.array([[40 if letter == "S" and text[k - 1] == "m" else 0, 0]])
        )
        grown += int(now.runs.grown_ms[0, 0])
        for _, event in now.events:
            if isinstance(event.body, SpeechStarted):
                starts.append(event.at_ms)
            elif isinstance(event.body, SpeechEnded):
                ends.append((event.body.since_ms, event.body.end_ms))
    ends += [
        (e.body.since_ms, e.body.end_ms) for e in runs.finish(0, 20 * len(text)) if isinstance(e.body, SpeechEnded)
    ]
    return ends, starts, grown


def moment(at_ms: int, speech: bool, sure: bool, voiced: bool = True) -> Moment:
    none = np.zeros((1, 2), np.bool_)
    now = Moment(
        lines=np.array([0]), rows=np.array([[0, 1]]), sel=slice(0, 1), groups=np.zeros(1, np.int64),
        at_ms=np.array([at_ms]), present=~none,
        missing=none, power=none.astype(np.int64), level_dbov=none.astype(np.float64), held=np.zeros(1, np.int8),
        muted=none, pcm=np.zeros((1, 2, 160), np.int16), music_before=none,
        music_since_ms=none.astype(np.int64),
    )  # fmt: skip
    now.speech = np.array([[speech, False]])
    now.sure = now.speech & sure
    now.voiced = now.speech & voiced
    return now


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
    assert run("ssssssssSS" + "." * 20)[:2] == ([(0, 200)], [200])
    assert run("Ssssssssss" + "." * 20)[:2] == ([], [])


def test_without_one_it_counts_once_it_lasts() -> None:
    assert run("s" * 24 + "." * 20)[:2] == ([], [])
    assert run("s" * 30 + "." * 20)[:2] == ([(0, 600)], [500])


def test_a_voice_held_in_an_earlier_run_tells_nothing_of_the_next() -> None:
    assert run("SSSSS" + "." * 20 + "s" * 10 + "." * 20)[0] == [(0, 100)]


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
