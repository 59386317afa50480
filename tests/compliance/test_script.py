from __future__ import annotations

import pytest

from monitor.compliance.script import Script
from monitor.errors import RuleError
from tests.playbook import book, packs

STEPS = 'kind = "script"\nsteps = [{ id = "a", words = { phrases = ["您好"] } }, { id = "end", wait_ms = 2000 }]'


def test_a_step_without_words_is_the_hang_up() -> None:
    (rule,) = book(STEPS).rules
    assert isinstance(rule, Script)
    assert [step.hang_up for step in rule.steps] == [False, True]
    assert (rule.shown(0), rule.shown(1)) == ("您好", "请挂机")
    assert rule.shown_while_waiting(1) == "请等待2秒后挂机"


def test_the_wait_names_its_seconds_and_the_next_words() -> None:
    rule = packs("phone-script").rule("A4.silent-call")
    assert isinstance(rule, Script)
    assert rule.shown_while_waiting(1) == "请等待5秒，若仍无声，再说：您好，请问有什么可以帮助您？"


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        (STEPS.replace('id = "end"', 'id = "a"'), "same id"),
        (
            'kind = "script"\nsteps = [{ id = "end" }, { id = "a", words = { phrases = ["您好"] } }]',
            "only the last step",
        ),
        (STEPS + '\non = "line"', "goes with"),
        (STEPS + '\nline = [{ condition = "noise" }]', "goes with"),
        ('kind = "script"\nsteps = []', "at least 1"),
    ],
)
def test_steps_that_make_no_sense_are_refused(rule: str, why: str) -> None:
    with pytest.raises(RuleError, match=why):
        book(rule)
