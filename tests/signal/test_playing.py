"""Page's test over what every frame says of music."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from monitor.core.types import FRAME_MS
from monitor.signal.columns import State
from monitor.signal.playing import Playing, Weighed
from monitor.signal.settings import MusicSettings

OWN = MusicSettings()
VOICE, REST, MUSIC = -400.0, -150.0, 300.0


def heard(*stretches: tuple[float, int], alike: float = 0.3, moved: float = 0.5) -> list[Playing]:
    """What is said after each frame of stretches of so many hundredths of log-odds and ms, whose lines are so."""
    weighed, found = Weighed(State()), []
    odds = [each for each, ms in stretches for _ in range(ms // FRAME_MS)]
    for number, each in enumerate(odds, 1):
        both = np.array([[each, VOICE]])
        now = SimpleNamespace(at_ms=np.array([number * FRAME_MS]), sel=np.array([0]), music_odds=both)
        found.append(weighed.step(cast(Any, now), OWN, np.array([[alike, alike]]), np.array([[moved, moved]])))
    return found


def plays(found: list[Playing]) -> list[tuple[int, int]]:
    """From when to when it is said to play on the first channel, and on the other one not at all."""
    assert not any(each.plays[0, 1] for each in found)
    flags = np.array([False, *(bool(each.plays[0, 0]) for each in found), False])
    edges = np.nonzero(flags[1:] != flags[:-1])[0].tolist()
    return [(begins * FRAME_MS, ends * FRAME_MS) for begins, ends in zip(edges[::2], edges[1::2], strict=True)]


def test_it_began_where_the_sum_last_was_nothing_and_was_over_after_its_last_frame() -> None:
    found = heard((VOICE, 2000), (MUSIC, 6000), (VOICE, 3000))
    ((said, over),) = plays(found)
    assert (said, over) == (4480, 8840)
    at_start = found[said // FRAME_MS]
    assert (at_start.since_ms[0, 0], at_start.last_ms[0, 0]) == (2000, said + FRAME_MS)
    assert at_start.certainty[0, 0] == pytest.approx(1 / (1 + np.exp(-3.5)))
    assert found[over // FRAME_MS - 1].last_ms[0, 0] == 8000


def test_a_rest_is_no_end_and_a_voice_between_is() -> None:
    assert len(plays(heard((MUSIC, 5000), (REST, 2000), (MUSIC, 5000)))) == 1
    assert len(plays(heard((MUSIC, 5000), (VOICE, 2000), (MUSIC, 5000)))) == 2


def test_what_is_like_music_for_a_moment_and_what_is_not_for_long_do_not_play() -> None:
    assert plays(heard(*((VOICE, 1000), (MUSIC, 600)) * 5)) == []
    assert plays(heard((-45.0, 20_000))) == []


def test_a_little_for_long_is_enough_and_the_start_is_known() -> None:
    found = heard((VOICE, 1000), (0.0, 20_000))
    ((said, _),) = plays(found)
    assert said == pytest.approx(1000 + 400 * FRAME_MS, abs=100)
    assert found[said // FRAME_MS].since_ms[0, 0] == 1000


def test_an_engine_whose_lines_do_not_stand_and_a_hum_whose_lines_do_not_move_are_no_music() -> None:
    for lines in ({"alike": 0.1}, {"moved": 0.1}):
        found = heard((VOICE, 1000), (MUSIC, 10_000), **lines)
        assert plays(found) == []
        assert not found[-1].likely.any()
    assert len(plays(heard((VOICE, 1000), (MUSIC, 10_000), alike=0.2, moved=0.2))) == 1


def test_it_may_play_before_it_is_said_to() -> None:
    found = heard((VOICE, 1000), (MUSIC, 400))
    assert found[-1].likely.tolist() == [[True, False]]
    assert found[49].likely.tolist() == [[False, False]]
