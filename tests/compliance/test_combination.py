# ruff: noqa: E501 -- a story is one string
from __future__ import annotations

import pytest

from monitor.compliance.check import check
from monitor.compliance.combination import holds, parse
from tests.playbook import book, fired, play, score

A = 'id = "a"\nkind = "forbidden"\nwords = { phrases = ["不关我的事"] }'
B = 'id = "b"\nkind = "required"\nwords = { phrases = ["非常抱歉"] }'
BOTH = 'id = "both"\nkind = "combination"\nwhen = "a && b"\npoints = -9'


def test_rules_together() -> None:
    rules = book(A, B, BOTH)
    assert "both" in fired(play(rules, "1-2 agent: 不关我的事\n9 end"))
    assert "both" not in fired(play(rules, "1-2 agent: 不关我的事\n4-5 agent: 非常抱歉\n9 end"))


def test_it_is_not_judged_while_it_hangs_on_a_rule_that_was_not() -> None:
    rules = book(A, B, BOTH)
    assert "both" in score(play(rules, "1-2 agent: 不关我的事\n4-6 agent (lost): …\n9 end")).not_judged
    assert "both" not in score(play(rules, "1-2 agent: 好的\n4-6 agent (lost): …\n9 end")).not_judged


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("a && b", False), ("a || b", True), ("a && !b", True), ("!(a && b)", True), ("a && c", None), ("a || c", True), ("b && c", False),
     ("!c", None), ("a && (b || !b)", True)],
)  # fmt: skip
def test_the_logic_knows_what_it_does_not_know(text: str, outcome: bool | None) -> None:
    assert holds(parse(text), {"a": True, "b": False, "c": None}) is outcome


@pytest.mark.parametrize("text", ["", "a &&", "a b", "(a", "a)", "&& a", "a & b", "a ! b"])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match='"'):
        parse(text)


def test_a_rule_that_is_not_there_is_an_error() -> None:
    findings = check(book(A, B.replace('"b"', '"bb"'), BOTH))
    assert any(one.level == "error" and '"b"' in one.what for one in findings)
