from __future__ import annotations

import pytest

from monitor.core.events import AlertRaised
from tests.playbook import alerts, book, packs, play, prompts, score

NOISE = 'kind = "condition"\nafter_ms = 3000\nprompt = "杂音"\nline = { condition = "noise", channel = "customer" }'
LINE = packs("line")


def lives(text: str, rules: object = None) -> list[tuple[str, int, int, int]]:
    """(type, at, start, end) of every alert event."""
    events = play(rules or book(NOISE), text)  # type: ignore[arg-type]
    return [
        (one.type[6:], one.at_ms, one.body.start_ms, one.body.end_ms)
        for one in events
        if isinstance(one.body, AlertRaised)
    ]


def test_raised_at_the_deadline_and_cleared_when_it_ends() -> None:
    assert lives("4-10 noise customer warn\n20 end") == [("raised", 7000, 4000, 7000), ("cleared", 10000, 4000, 10000)]


def test_confirmed_when_it_lasts_until_the_end() -> None:
    found = [("raised", 7000, 4000, 7000), ("confirmed", 20000, 4000, 20000)]
    assert lives("4- noise customer warn\n20 hangup customer") == found
    # a state that ends on the last frame but one has ended
    assert [one[0] for one in lives("4-19.98 noise customer warn\n20 hangup customer")] == ["raised", "cleared"]


def test_a_silence_that_begins_to_end_before_the_hang_up_is_cleared() -> None:
    talk = "0.5-3 agent: 您好\n4-6 customer: 我要查话费\n"
    rules = LINE.only("D1.dead-air")
    kinds = [[one[0] for one in lives(talk + rest, rules)] for rest in ("40 hangup agent", "30-31 agent: 好\n40 end")]
    assert kinds == [["raised", "confirmed"], ["raised", "cleared", "raised", "confirmed"]]


def test_shorter_than_that_it_is_nothing() -> None:
    assert lives("4-6.9 noise customer warn\n20 end") == []


def test_a_change_of_level_is_one_alert() -> None:
    found = lives("4-8 noise customer warn\n8-12 noise customer alarm\n20 end")
    assert found == [("raised", 7000, 4000, 7000), ("cleared", 12000, 4000, 12000)]


def test_a_prompt_goes_with_the_alert() -> None:
    assert prompts(play(book(NOISE), "4-10 noise customer warn\n20 end")) == [(7000, "杂音", None), (10000, "", None)]


def test_levels_kinds_and_channels_are_told_apart() -> None:
    alarm = book(NOISE.replace("channel =", 'levels = ["alarm"], kinds = ["hiss"], channel ='))
    assert lives("4-10 noise customer warn\n12-18 noise customer alarm\n20 end", alarm) == []
    assert len(lives("12-18 noise customer alarm hiss\n20 end", alarm)) == 2
    assert lives("4-10 noise agent warn\n20 end") == []


def test_nothing_before_the_answer() -> None:
    assert lives("answered at 12\n4-10 noise customer warn\n20 end") == []


TALK = "0.5-3 agent: 您好\n4-6 customer: 我要查话费\n"


@pytest.mark.parametrize(
    ("middle", "start", "raised"),
    [
        ("40-41 agent: 查到了\n45 end", 6000, 14000),
        ("7-8 agent: 请稍等\n70-71 agent: 查到了\n75 end", 8000, 53000),
        ("7-8 agent: 哦\n70-71 agent: 查到了\n75 end", 8000, 16000),
    ],
)
def test_dead_air_is_excused_by_a_request_to_wait_for_a_bounded_time(middle: str, start: int, raised: int) -> None:
    found = [one for one in lives(TALK + middle, LINE.only("D1.dead-air")) if one[0] == "raised"]
    assert [one[1:3] for one in found] == [(raised, start)]


def test_dead_air_while_on_hold_is_none() -> None:
    assert lives(TALK + "7 hold on\n40 hold off\n41-42 agent: 久等了\n44 end", LINE.only("D1.dead-air")) == []


def test_a_silent_call_is_not_dead_air() -> None:
    events = play(LINE, "0.5-3 agent: 您好\n30 end")
    assert [one[0] for one in alerts(events)] == ["D1.silent-call"]


def test_only_near_an_anchor() -> None:
    rules = book(
        'kind = "condition"\nafter_ms = 500\nnear_ms = 10000\nline = { condition = "talk_over", channel = "agent" }\n'
        'near = { channel = "customer", words = { phrases = ["我要投诉"] } }'
    )
    assert len(lives("1-2 customer: 我要投诉\n5-7 talk_over agent\n20 end", rules)) == 2
    assert lives("1-2 customer: 我要投诉\n15-17 talk_over agent\n20 end", rules) == []
    assert lives("1-2 customer: 我要查话费\n5-7 talk_over agent\n20 end", rules) == []


LOW = """kind = "condition"
id = "low"
severity = "minor"
points = -2
line = { condition = "low_volume", channel = "agent" }
after_ms = 3000
excused_by = ["seat", "line"]
"""


@pytest.mark.parametrize(
    ("faults", "severity", "points", "said"),
    [
        ((), "minor", -2, ""),
        (("seat:low_volume:agent",), "info", 0, "已知座席 A-17 的耳麦或话机的问题"),
        (("line:low_volume:agent",), "info", 0, "已知线路 gsm-1 的问题"),
        (("seat:noise:agent", "seat:low_volume:customer", "trunk:low_volume:agent"), "minor", -2, ""),
    ],
)
def test_a_known_fault_of_seat_or_line_informs_and_costs_nobody_points(
    faults: tuple[str, ...], severity: str, points: int, said: str
) -> None:
    told = play(
        book(LOW), "1-2 agent: 您好\n4-10 low_volume agent warn\n12 end", faults=faults, seat="A-17", line="gsm-1"
    )
    alerts = [event.body for event in told if isinstance(event.body, AlertRaised)]
    assert len(alerts) == 2  # raised, and cleared when it ended
    assert {(one.severity, one.points) for one in alerts} == {(severity, points)}
    assert all(said in one.message for one in alerts)
    assert score(told).total == 100 + points
