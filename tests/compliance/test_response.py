# ruff: noqa: E501 -- a story is one string
from __future__ import annotations

import pytest

from tests.playbook import alerts, book, fired, play, prompts, score

AFTER = """kind = "response"
{extra}
after = { channel = "customer", words = { phrases = ["我要投诉"] } }
words = { phrases = ["非常抱歉"] }"""


def rule(extra: str) -> str:
    return AFTER.replace("{extra}", extra)


COMPLAINT = "1-2 agent: 您好\n3-5 customer: 我要投诉\n"


def test_answered_in_time() -> None:
    assert fired(play(book(rule("within_ms = 5000")), COMPLAINT + "6-7 agent: 非常抱歉\n30 end")) == []


def test_the_alert_is_stamped_with_the_deadline() -> None:
    events = play(book(rule("within_ms = 5000")), COMPLAINT + "6-7 agent: 哦\n12-13 agent: 非常抱歉\n30 end")
    assert alerts(events) == [("r0", 3000, 10000, "missing")]


@pytest.mark.parametrize(("turns", "found"), [(1, ["r0"]), (2, [])])
def test_within_turns(turns: int, found: list[str]) -> None:
    talk = (
        COMPLAINT
        + "6-7 agent: 哦\n7.5-8 agent: 这样\n9-10 customer: 是的\n11-12 agent: 非常抱歉\n13-14 customer: 嗯\n15-16 agent: 好"
    )
    assert fired(play(book(rule(f"within_turns = {turns}")), talk)) == found


@pytest.mark.parametrize(("sentences", "found"), [(2, ["r0"]), (3, [])])
def test_within_sentences(sentences: int, found: list[str]) -> None:
    talk = COMPLAINT + "6-7 agent: 哦\n7.5-8 agent: 这样\n8.5-9 agent: 非常抱歉\n10-11 agent: 好"
    assert fired(play(book(rule(f"within_sentences = {sentences}")), talk)) == found


def test_before_the_anchor() -> None:
    rules = book(rule('side = "before"\nwithin_ms = 5000'))
    assert fired(play(rules, "1-2 agent: 非常抱歉\n3-5 customer: 我要投诉\n9 end")) == []
    assert fired(play(rules, "1-2 agent: 非常抱歉\n13-15 customer: 我要投诉\n19 end")) == ["r0"]
    assert alerts(play(rules, "3-5 customer: 我要投诉\n6-7 agent: 非常抱歉\n9 end")) == [("r0", 3000, 5000, "missing")]


def test_around_the_anchor() -> None:
    rules = book(rule('side = "around"\nwithin_ms = 5000'))
    assert fired(play(rules, "1-2 agent: 非常抱歉\n3-5 customer: 我要投诉\n19 end")) == []
    assert fired(play(rules, COMPLAINT + "6-7 agent: 非常抱歉\n19 end")) == []
    assert fired(play(rules, COMPLAINT + "19 end")) == ["r0"]


def test_unheard_speech_in_the_window_and_an_early_end_are_not_judged() -> None:
    rules = book(rule("within_ms = 8000"))
    assert score(play(rules, COMPLAINT + "6-8 agent (lost): …\n30 end")).not_judged == ("r0",)
    assert score(play(rules, COMPLAINT + "7 hangup customer")).not_judged == ("r0",)


def test_each_anchor_or_only_the_first() -> None:
    talk = COMPLAINT + "6-7 agent: 非常抱歉\n20-22 customer: 我要投诉\n40 end"
    assert fired(play(book(rule("within_ms = 5000")), talk)) == []
    assert fired(play(book(rule("within_ms = 5000\neach = true")), talk)) == ["r0"]


def test_an_anchor_does_not_count_once_something_was_said() -> None:
    rules = book(rule('within_ms = 5000\nunless_said = { phrases = ["您好"] }'))
    assert fired(play(rules, COMPLAINT + "30 end")) == []
    assert fired(play(rules, "3-5 customer: 我要投诉\n30 end")) == ["r0"]


def test_a_condition_or_an_event_may_be_the_anchor() -> None:
    line = book(
        'kind = "response"\nwithin_ms = 5000\nprompt = "请大声"\nafter = { line = { condition = "noise" } }\nwords = { phrases = ["杂音太大"] }'
    )
    events = play(line, "1-2 agent: 您好\n4-20 noise customer alarm\n30 end")
    assert alerts(events) == [("r0", 4000, 9000, "missing")]
    assert prompts(events) == [(4000, "请大声", None), (9000, "", None)]
    held = book('kind = "response"\nwithin_ms = 5000\nafter = { event = "unhold" }\nwords = { phrases = ["久等了"] }')
    assert fired(play(held, "1-2 agent: 您好\n3 hold on\n9 hold off\n10-11 agent: 让您久等了\n30 end")) == []
    assert fired(play(held, "1-2 agent: 您好\n3 hold on\n9 hold off\n10-11 agent: 嗯\n30 end")) == ["r0"]


def test_the_agents_own_anchor_may_hold_the_answer_when_it_is_looked_for_around() -> None:
    rules = book(
        'kind = "response"\nside = "around"\nwithin_turns = 1\nafter = { channel = "agent", words = { phrases = ["听不懂"] } }\nwords = { phrases = ["普通话"] }'
    )
    assert fired(play(rules, "1-4 agent: 我听不懂请您讲普通话\n5-6 customer: 哦\n7-8 agent: 好")) == []
    assert fired(
        play(rules, "1-4 agent: 我听不懂\n5-6 customer: 哦\n7-8 agent: 好\n9-10 customer: 嗯\n11-12 agent: 好")
    ) == ["r0"]
