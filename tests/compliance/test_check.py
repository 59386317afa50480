from __future__ import annotations

import pytest

from monitor.compliance.check import check
from tests.playbook import book

RULE = 'kind = "forbidden"\nwords = { phrases = ["不关我的事"] }\n'


def said(*rules: str) -> list[str]:
    return [one.what for one in check(book(*rules)) if one.level != "note"]


def test_examples_that_hold_say_nothing() -> None:
    assert said('fires = ["这不关我的事"]\npasses = ["我来办"]\n' + RULE) == []


@pytest.mark.parametrize(
    ("examples", "what"),
    [
        ('fires = ["我来办"]', "example fires[1] raises no alert: 「我来办」"),
        ('fires = ["不关我的事"]\npasses = ["好的", "这不关我的事"]', "example passes[2] raises an alert"),
        ('fires = ["3 dance"]', 'example fires[1] cannot be read ("3 dance" is not understood)'),
        ("", "no example in fires"),
    ],
)
def test_an_example_that_fails_is_named(examples: str, what: str) -> None:
    (found,) = check(book(examples + "\n" + RULE))
    assert what in found.what
    assert str(found).startswith('test.toml:1: rule "r0": ')


def test_examples_are_played_in_a_call_the_rule_is_for() -> None:
    assert said('scope = { teams = ["red"], directions = ["outbound"] }\nfires = ["不关我的事"]\n' + RULE) == []
