from __future__ import annotations

from monitor.compliance.lint import remarks
from tests.playbook import book, packs

RULE = 'kind = "forbidden"\nwords = { phrases = ["不关我[的|]事"] }\n'


def test_rules_that_overlap_are_named_unless_they_never_meet() -> None:
    other = 'kind = "forbidden"\nwords = { phrases = ["不关我事", "随便你"] }\n'
    assert [(rule, level) for rule, level, _ in remarks(book(RULE, other))] == [("r1", "warning")]
    apart = ('scope = { teams = ["a"] }\n' + RULE, 'scope = { teams = ["b"] }\n' + other)
    assert list(remarks(book(*apart))) == []


def test_a_phrase_that_can_never_count_is_named() -> None:
    found = list(remarks(book('unless = ["我"]\n' + RULE)))
    assert "can never count" in found[0][2]


def test_rules_judged_only_after_the_call_are_noted() -> None:
    noted = {rule for rule, level, _ in remarks(packs()) if level == "note"}
    assert {"A12.closing", "A11.hang-up", "A3.uses-name", "C4.courtesies"} <= noted
    assert "A1.greeting" not in noted
