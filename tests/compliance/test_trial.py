# ruff: noqa: E501 -- a story is one string
from __future__ import annotations

import pytest

from monitor.compliance.trial import read_tsv, try_text
from monitor.errors import ConfigError
from tests.playbook import packs

BOOK = packs()
TABLE = "dialog\tturn\trole\ttext\nd1\t0\tcustomer\t我要查话费\nd1\t1\tagent\t这不关我的事\nd2\t0\tagent\t您好\n"


def test_hits_name_dialogue_turn_rule_and_quote() -> None:
    skipped, hits = try_text(BOOK, read_tsv("t.tsv", TABLE))
    (hit,) = [one for one in hits if one["rule_id"] == "B1.not-my-business"]
    assert hit == {
        "dialog": "d1", "turn": "1", "rule_id": "B1.not-my-business", "kind": "forbidden", "severity": "major",
        "quote": "不关我的事", "certainty": "certain",
    }  # fmt: skip
    assert {"A4.silent-call", "A1.greeting", "D1.dead-air"} <= set(skipped)


def test_columns_may_stand_in_any_order_among_others() -> None:
    table = "text\tnote\trole\tturn\tdialog\n您好\tx\tagent\t7\td\n"
    assert read_tsv("t.tsv", table) == [("d", "7", "agent", "您好")]


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [("", "t.tsv:1", "no column"), ("dialog\tturn\ttext\n", "t.tsv:1", "role"), (TABLE + "d\t1\n", "t.tsv:5", "too few"),
     (TABLE + "d\t1\tboss\tx\n", "t.tsv:5", "agent or customer")],
)  # fmt: skip
def test_a_table_with_a_mistake_names_its_line(text: str, where: str, what: str) -> None:
    with pytest.raises(ConfigError, match=what) as caught:
        read_tsv("t.tsv", text)
    assert caught.value.where == where
