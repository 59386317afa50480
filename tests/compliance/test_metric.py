from __future__ import annotations

import pytest

from monitor.core.events import Metric
from tests.playbook import alerts, book, fired, play, score

TALK = "1-3 agent: 您好请问您有什么事\n4-8 customer: 我想问一下话费的问题\n10-13 agent: 请您稍等好吗谢谢\n14 end"


def value(measure: str, more: str = "", talk: str = TALK) -> float | None:
    events = play(book(f'kind = "metric"\nmeasure = "{measure}"\n{more}'), talk)
    (metric,) = [one.body for one in events if isinstance(one.body, Metric)]
    return metric.value


@pytest.mark.parametrize(
    ("measure", "more", "expected"),
    [
        ("speech_rate", "", 60_000 * 17 / 5000),
        ("talk_share", "", 100 * 5 / 9),
        ("count", 'words = { phrases = ["请", "谢谢"] }', 3),
        ("density", 'words = { phrases = ["谢谢"] }', 100 / 17),
        ("longest_turn", "", 3000),
        ("longest_turn", 'channel = "customer"', 4000),
        ("response_delay", "", 2000),
        ("sentence_length", "", 8.5),
        ("interruptions", "", 0),
    ],
)
def test_what_is_measured(measure: str, more: str, expected: float) -> None:
    assert value(measure, more) == pytest.approx(expected, abs=0.01)


def test_talk_overs_of_the_channel_are_counted() -> None:
    assert (
        value("interruptions", "", TALK.replace("14 end", "4-5 talk_over agent\n6-7 talk_over customer\n14 end")) == 1
    )


def test_nothing_said_has_no_figure() -> None:
    assert value("speech_rate", "", "1-2 customer: 喂\n4 end") is None


def test_an_alert_only_where_the_rule_wants_one_and_there_was_enough_speech() -> None:
    outside = 'kind = "metric"\nmeasure = "speech_rate"\nhigh = 100.0\npoints = -1\n'
    assert fired(play(book(outside), TALK)) == []
    assert [one[3] for one in alerts(play(book(outside + "alert = true\nmin_speech_ms = 4000"), TALK))] == ["high"]
    (said,) = [
        one.body.message
        for one in play(book(outside + "alert = true\nmin_speech_ms = 0"), TALK)
        if one.type == "alert.raised"
    ]
    assert said.endswith("（204 字/分，高于 100）")
    little = play(book(outside + "alert = true\nmin_speech_ms = 9000"), TALK)
    assert (fired(little), score(little).not_judged) == ([], ("r0",))


def test_a_floor_that_may_have_been_reached_unheard_is_not_judged() -> None:
    rule = (
        'kind = "metric"\nmeasure = "count"\nlow = 9.0\nalert = true\nmin_speech_ms = 0\nwords = { phrases = ["谢谢"] }'
    )
    assert [one[3] for one in alerts(play(book(rule), TALK))] == ["low"]
    assert fired(play(book(rule), "1-3 agent (lost): …\n" + TALK.replace("1-3", "5-7").replace("4-8", "8-9"))) == []
