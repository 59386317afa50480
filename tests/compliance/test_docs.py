"""The documentation of rules is true: its examples run, and it knows every kind and every key."""

from __future__ import annotations

import re

import pytest

from monitor.compliance import KINDS
from monitor.compliance.check import check
from monitor.compliance.rule import Rule
from monitor.compliance.rulebook import Rulebook, kind_of
from tests.playbook import RULES

ENGLISH, CHINESE = ((RULES.parent / "docs" / name).read_text("utf-8") for name in ("rules.md", "rules.zh-CN.md"))
BLOCKS = [block for block in re.findall(r"```toml\n(.*?)```", ENGLISH + CHINESE, re.DOTALL) if "[[rule]]" in block]


@pytest.mark.parametrize("text", BLOCKS)
def test_an_example_of_the_docs_runs(text: str) -> None:
    book = Rulebook.parse([("docs.toml", text)])
    assert book.rules
    assert [str(one) for one in check(book) if one.level != "note"] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_and_its_keys_are_explained(kind: str) -> None:
    assert f"### {kind}\n" in ENGLISH
    assert f"`{kind}`" in CHINESE
    section = ENGLISH.split(f"### {kind}\n")[1].split("\n### ")[0]
    keys = set(kind_of(kind).model_fields) - set(Rule.model_fields) - {"kind", "channel", "words", "waiting", "title"}
    hidden = {"excuse_ms", "waiting_to_hang_up", "early_ms", "min_voiced_ms", "titles"}
    assert [key for key in sorted(keys - hidden) if f"`{key}" not in section and f"{key} =" not in section] == []
