from __future__ import annotations

import numpy as np
import pytest

from monitor.core.events import ConditionStarted
from tests import tapes
from tests.signal.scenes import conditions, heard
from tests.tapes import tape


def overlaps(agent: str, customer: str) -> list[tuple[int, int, int]]:
    found = conditions(heard(tape("a: " + agent, "c: " + customer)))
    return [(side, body.since_ms, body.end_ms) for side, body in found if body.condition == "talk_over"]


@pytest.mark.parametrize("first_is_agent", [True, False])
def test_who_came_second_talks_over(first_is_agent: bool) -> None:
    first, second = "SSSSSSSSSSSSSSSSSSSS..........", "..........FFFFFFFFFFFFFFF....."
    found = overlaps(first, second) if first_is_agent else overlaps(second, first)
    assert found == [(1 if first_is_agent else 0, 1000, 2000)]


def test_it_is_said_at_600_ms_of_overlap() -> None:
    events = heard(tape("a: " + "S" * 30, "c: " + "." * 10 + "F" * 20))
    start = next(e for e in events if getattr(e.body, "condition", "") == "talk_over")
    assert isinstance(start.body, ConditionStarted)
    assert (start.at_ms, start.body.since_ms, start.body.value) == (1600, 1000, 600)


def test_a_short_backchannel_is_none() -> None:
    assert overlaps("S" * 40, "." * 20 + "FFFFF" + "." * 15) == []


def test_two_who_begin_together_do_not_talk_over_each_other() -> None:
    assert overlaps("." * 5 + "S" * 30, "." * 8 + "F" * 27) == []


def test_a_hang_up_ends_it_with_the_last_frame_of_both() -> None:
    assert overlaps("S" * 30, "." * 10 + "F" * 18 + "..") == [(1, 1000, 2800)]


@pytest.mark.parametrize("dbov", [-26, -38])
def test_dishes_beside_one_party_take_nobodys_turn(dbov: float) -> None:
    for seed in range(900, 906):
        agent = tapes.speech(10_000) + tapes.white(10_000, -66)
        line = tapes.line(agent, tapes.clatter(10_000, dbov, seed=seed) + tapes.white(10_000, -66, seed=3))
        assert [body for _, body in conditions(heard(line)) if body.condition == "talk_over"] == []


def test_who_speaks_once_the_other_has_stopped_has_not_talked_over() -> None:
    """Dishes while the agent speaks; the customer begins 60 ms after the agent's last word."""
    for seed in range(900, 906):
        agent = np.concatenate((tapes.speech(4000), np.zeros(8 * 3000))) + tapes.white(7000, -66)
        customer = np.concatenate((np.zeros(8 * 4060), tapes.speech(2500, seed=7), np.zeros(8 * 440)))
        line = tapes.line(agent, customer + tapes.clatter(7000, -34, seed=seed) + tapes.white(7000, -66, seed=3))
        assert [body for _, body in conditions(heard(line)) if body.condition == "talk_over"] == []


@pytest.mark.parametrize("length", [2, 3, 4, 5])
def test_a_word_of_assent_is_none_wherever_it_falls(length: int) -> None:
    """嗯, 好的: up to half a second, now and then, while the other goes on."""
    assents = ("." * 12 + "F" * length + "." * (13 - length)) * 3
    assert overlaps("S" * 80, assents) == []


def test_who_comes_back_into_the_others_turn_has_come_second() -> None:
    """The customer takes the turn, the agent stops, and then speaks into what the customer says."""
    found = overlaps("S" * 20 + "." * 10 + "S" * 20, "." * 10 + "F" * 35 + "." * 5)
    assert found == [(1, 1000, 2000), (0, 3000, 4500)]


def test_its_value_is_its_length_also_at_the_hang_up() -> None:
    for hang_up in (30, 28):
        found = conditions(heard(tape("a: " + "S" * hang_up, "c: " + "." * 10 + "F" * 18 + "." * (hang_up - 28))))
        ((_, ended),) = [each for each in found if each[1].condition == "talk_over"]
        assert ended.value == ended.end_ms - ended.since_ms == 1800


@pytest.mark.parametrize("kind", ["N", "H", "M", "R", "B", "D", "K"])
def test_what_is_no_voice_takes_no_turn(kind: str) -> None:
    assert overlaps("S" * 60, "." * 20 + kind * 40) == []


def test_what_is_said_in_the_others_pauses_counts_once_the_other_goes_on() -> None:
    """Both go on with pauses of 0.2 s, and each speaks into those of the other."""
    assert overlaps("S" * 10 + "SS.." * 5, "." * 10 + "..FF" * 5) == [(1, 1200, 2800)]
