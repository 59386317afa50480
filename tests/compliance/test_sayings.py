# ruff: noqa: E501 -- a story is one string
from __future__ import annotations

from monitor.compliance.phrases import listen
from monitor.compliance.sayings import Saying
from monitor.compliance.words import Words
from tests.playbook import packs, play, score

RULES = packs("phone-script").only("A4.silent-call")


def test_what_is_said_in_pieces_is_one_saying() -> None:
    saying = Saying(0, 1000)
    saying.add(Words("agent", 0, 1000, "1", 1000, 0.9, listen("您好"), "您好"), ())
    saying.add(Words("agent", 1200, 2000, "2", 800, None, None), ())
    assert (saying.end_ms, saying.unheard) == (2000, True)
    assert [proof.quote for proof in saying.evidence()] == ["您好"]


def test_a_script_kept_is_passed_and_one_in_doubt_is_not_judged() -> None:
    talk = "0.5-3 agent: 您好！请问有什么可以帮助您？\n8.2-10.5 agent{how}: 您好，请问有什么可以帮助您？\n13 hangup customer"
    assert score(play(RULES, talk.replace("{how}", ""))).not_judged == ()
    assert score(play(RULES, talk.replace("{how}", " (lost)"))).not_judged == ("A4.silent-call",)


def test_a_fault_is_an_alert_that_says_what_was_wrong() -> None:
    events = play(RULES, "0.5-3 agent: 您好！请问有什么可以帮助您？\n5 hangup agent")
    messages = [one.body.message for one in events if one.type == "alert.raised"]  # type: ignore[attr-defined]
    assert any("挂机过早" in message for message in messages)
    linked = [one.body.alert_id for one in events if one.type == "script.step" and one.body.verdict == "early"]  # type: ignore[attr-defined]
    assert linked[0] in {one.body.alert_id for one in events if one.type == "alert.raised"}  # type: ignore[attr-defined]
