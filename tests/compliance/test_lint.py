# ruff: noqa: E501 -- a rule is one string
from __future__ import annotations

from monitor.compliance.lint import remarks
from tests.playbook import book, packs

RULE = 'kind = "forbidden"\nwords = { phrases = ["不关我[的|]事"] }\n'


def test_rules_that_overlap_are_named_unless_they_never_meet() -> None:
    other = 'kind = "forbidden"\nwords = { phrases = ["不关我事", "随便你"] }\n'
    assert [(rule, level) for rule, level, _ in remarks(book(RULE, other))] == [("r1", "warning")]
    apart = ('scope = { teams = ["a"] }\n' + RULE, 'scope = { teams = ["b"] }\n' + other)
    assert list(remarks(book(*apart))) == []
    for one, other_scope, meet in (
        ('lines = ["gsm-*"]', 'lines = ["gsm-7"]', True),
        ('lines = ["gsm-*"]', 'lines = ["sip-7"]', False),
        ('groups = ["a"]', 'groups = ["b"]', False),
        ('trunks = ["t1"]', 'lines = ["x"]', True),
    ):
        pair = (f"scope = {{ {one} }}\n" + RULE, f"scope = {{ {other_scope} }}\n" + other)
        assert bool(list(remarks(book(*pair)))) is meet, (one, other_scope)


def test_a_phrase_that_another_rule_hears_inside_a_longer_one_is_noted() -> None:
    longer = 'kind = "forbidden"\nwords = { phrases = ["这真的不关我的事啊，您别说了"] }\n'
    ((rule, level, what),) = remarks(book(RULE, longer))
    assert (rule, level) == ("r1", "note")
    assert "「不关我的事」" in what


def test_a_phrase_that_can_never_count_is_named() -> None:
    found = list(remarks(book('unless = ["我"]\n' + RULE)))
    assert "can never count" in found[0][2]


def test_the_shipped_packs_hold_no_rule_that_cannot_fire() -> None:
    assert [what for _, level, what in remarks(packs()) if level != "note" and "overlaps" not in what] == []


def test_a_sequence_without_a_limit_is_judged_at_the_end() -> None:
    rule = 'kind = "sequence"\n{}after = {{ words = {{ phrases = ["不信"] }} }}\nsteps = [{{ id = "a", words = {{ phrases = ["理解"] }} }}]'
    levels = [[level for _, level, _ in remarks(book(rule.format(more)))] for more in ("", "within_turns = 2\n")]
    assert levels == [["note"], []]


def test_rules_judged_only_after_the_call_are_noted() -> None:
    noted = {rule for rule, level, _ in remarks(packs()) if level == "note"}
    assert {"A12.closing", "A11.hang-up", "A3.uses-name", "C4.courtesies"} <= noted
    assert "A1.greeting" not in noted
