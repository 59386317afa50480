from __future__ import annotations

import pytest

from tests.playbook import alerts, book, fired, play, score, steps

RULE = """kind = "sequence"
points = -4
{extra}
after = { channel = "customer", words = { phrases = ["我要投诉"] } }
steps = [
    { id = "sorry", title = "道歉", words = { phrases = ["非常抱歉"] } },
    { id = "why", title = "解释", optional = true, words = { phrases = ["是因为"] } },
    { id = "act", title = "办法", words = { phrases = ["马上处理"] } },
]"""
COMPLAINT = "1-2 customer: 我要投诉\n"


def rule(extra: str = "") -> str:
    return RULE.replace("{extra}", extra)


def test_all_in_order() -> None:
    events = play(book(rule()), COMPLAINT + "3-4 agent: 非常抱歉\n5-6 agent: 是因为升级\n7-8 agent: 马上处理\n9 end")
    assert fired(events) == []
    assert steps(events) == [("sorry", "in_time"), ("why", "in_time"), ("act", "in_time")]


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("3-4 agent: 是因为升级\n5-6 agent: 非常抱歉\n7-8 agent: 马上处理", "out_of_order"),
        ("3-4 agent: 非常抱歉\n5-6 agent: 嗯", "missing"),
        ("3-4 agent: 嗯", "missing"),
    ],
)
def test_missing_or_out_of_order(said: str, verdict: str) -> None:
    assert [one[3] for one in alerts(play(book(rule()), COMPLAINT + said + "\n12 end"))] == [verdict]


def test_the_order_may_not_matter() -> None:
    talk = COMPLAINT + "3-4 agent: 马上处理\n5-6 agent: 非常抱歉\n9 end"
    assert fired(play(book(rule()), talk)) == ["r0"]
    assert fired(play(book(rule("ordered = false")), talk)) == []


def test_enough_steps() -> None:
    assert fired(play(book(rule("need = 1")), COMPLAINT + "3-4 agent: 马上处理\n9 end")) == []


def test_the_window_is_bounded_by_time_or_turns() -> None:
    late = COMPLAINT + "3-4 agent: 非常抱歉\n20-21 agent: 马上处理\n30 end"
    assert [one[2] for one in alerts(play(book(rule("within_ms = 10000")), late))] == [12000]
    turns = COMPLAINT + "3-4 agent: 非常抱歉\n5-6 customer: 嗯\n7-8 agent: 马上处理\n9 end"
    assert fired(play(book(rule("within_turns = 1")), turns)) == ["r0"]
    assert fired(play(book(rule("within_turns = 2")), turns)) == []


def test_what_was_not_heard_is_not_judged() -> None:
    events = play(book(rule()), COMPLAINT + "3-4 agent: 非常抱歉\n5-9 agent (lost): …\n12 end")
    assert (fired(events), score(events).not_judged, score(events).base) == ([], ("r0",), 96)


def test_without_its_anchor_it_does_not_apply() -> None:
    assert steps(play(book(rule()), "3-4 agent: 马上处理\n9 end")) == []
