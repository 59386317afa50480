from __future__ import annotations

import pytest

from tests.playbook import alerts, packs, play, score

RULES = packs("phone-script").only("A11.hang-up", "A4.silent-call", "A7.noise")
TALK = "1-3 agent: 您好\n4-6 customer: 我要投诉\n"


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("7-8 agent: 不知道\n9 hangup agent", ["no_goodbye"]),
        ("7-8 agent: 再见\n8.4 hangup agent", ["early"]),
        ("7-8 agent: 再见\n10.2 hangup agent", []),
        ("7-8 agent: 再见\n40 hangup agent", ["no_goodbye"]),
        ("7-8 customer: 再见\n8.2 hangup agent", []),
        ("7 transfer\n8.2 hangup agent", []),
        ("8.2 hangup customer", []),
        ("8.2 hangup system", []),
    ],
)
def test_when_the_agent_may_end_the_call(text: str, verdicts: list[str]) -> None:
    assert [one[3] for one in alerts(play(RULES, TALK + text))] == verdicts


def test_who_hung_up_unknown_is_not_judged() -> None:
    assert score(play(RULES, TALK + "9 hangup unknown")).not_judged == ("A11.hang-up",)


def test_a_goodbye_that_may_have_been_said_is_not_judged() -> None:
    assert score(play(RULES, TALK + "7-9 agent (lost): …\n11.5 hangup agent")).not_judged == ("A11.hang-up",)


@pytest.mark.parametrize("how", ["lost", "suppressed", "0.1"])
def test_a_farewell_that_the_customer_may_have_said_is_not_judged(how: str) -> None:
    events = play(RULES, TALK + f"7-8 customer ({how}): 呜呜\n8.2 hangup agent")
    assert (alerts(events), score(events).not_judged) == ([], ("A11.hang-up",))


def test_a_script_that_judged_the_hang_up_is_not_judged_again() -> None:
    found = alerts(play(RULES, "0.5-3 agent: 您好！请问有什么可以帮助您？\n5 hangup agent"))
    assert {one[0] for one in found} == {"A4.silent-call"}
