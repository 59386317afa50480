from __future__ import annotations

import pytest

from monitor.compliance.anchor import LineState
from monitor.compliance.reach import parts, unreachable
from monitor.core.events import Condition
from tests.playbook import book, packs

FORBIDDEN = 'kind = "forbidden"\n{}words = {{ phrases = ["不关我的事"]{} }}'
CONDITION = 'kind = "condition"\n{}line = {{ condition = "{}", channel = "{}"{} }}'
METRIC = 'kind = "metric"\nmeasure = "{}"\nalert = true\n{}'


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (FORBIDDEN.format('unless = ["我的"]\n', ""), '"unless" takes every form of it away'),
        (FORBIDDEN.format("", ', none_of = ["我的"]'), '"none_of" takes every form of it away'),
        (FORBIDDEN.format("times = 3\nrange = { first_sentences = 2 }\n", ""), "3 times do not fit in 2 sentences"),
        (CONDITION.format("", "noise", "both", ""), 'never of "both"'),
        (CONDITION.format("", "silence", "both", ', levels = ["warn"]'), "silence has no levels"),
        (CONDITION.format("", "noise", "agent", ', causes = ["no_media"]'), "noise has no causes"),
        (CONDITION.format("", "tone", "agent", ', kinds = ["buzy"]'), "kinds of tone are busy, dtmf, ring-back"),
        (
            CONDITION.format('part = "opening"\nnear = { words = { phrases = ["喂"] } }\n', "silence", "agent", ""),
            "the customer has not been heard",
        ),
        (METRIC.format("talk_share", "high = 100.0"), "no figure lies outside"),
        (METRIC.format("interruptions", "low = 0.0"), "no figure lies outside"),
        (METRIC.format("speech_rate", "low = 300.0\nhigh = 200.0"), "every figure is outside"),
        ('kind = "combination"\nwhen = "(a || b) && !a && !b"', "never true"),
        ('kind = "combination"\nwhen = "a || !a"', "true of every call"),
    ],
)
def test_what_no_call_can_bring_to_an_alert_is_named(rule: str, why: str) -> None:
    (found,) = unreachable(book(rule).rules[0])
    assert why in found


@pytest.mark.parametrize(
    "rule",
    [
        FORBIDDEN.format('unless = ["我的房"]\n', ', none_of = ["玩笑"]'),
        FORBIDDEN.format("times = 2\nrange = { first_sentences = 2 }\n", ""),
        CONDITION.format("", "music", "both", ', kinds = ["hold"]'),
        CONDITION.format("", "noise", "agent", ', levels = ["alarm"], kinds = ["hum", "other"]'),
        METRIC.format("talk_share", "low = 20.0"),
        METRIC.format("interruptions", "high = 0.0"),
        'kind = "combination"\nwhen = "a && !b"',
    ],
)
def test_what_can_happen_is_let_pass(rule: str) -> None:
    assert list(unreachable(book(rule).rules[0])) == []


def test_states_are_found_wherever_a_rule_has_them() -> None:
    states: dict[Condition, int] = {}
    for rule in packs().rules:
        for state in parts(rule, LineState):
            states[state.condition] = states.get(state.condition, 0) + 1
    assert {"silence", "low_volume", "noise", "talk_over", "one_way"} <= set(states)
