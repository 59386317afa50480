"""The documentation of rules is true: its examples run, and both pages know every kind and every key."""

from __future__ import annotations

import re

import pytest

from monitor.compliance import KINDS
from monitor.compliance.check import check
from monitor.compliance.rule import Rule
from monitor.compliance.rulebook import Rulebook, kind_of
from tests.playbook import RULES

PAGES = {name: (RULES.parent / "docs" / name).read_text("utf-8") for name in ("rules.md", "rules.zh-CN.md")}
TOML = re.compile(r"```toml\n(.*?)```", re.DOTALL)
BLOCKS = [block for page in PAGES.values() for block in TOML.findall(page) if "[[rule]]" in block]


def section(page: str, kind: str) -> str:
    return PAGES[page].split(f"### {kind}\n")[1].split("\n### ")[0].split("\n## ")[0]


@pytest.mark.parametrize("text", BLOCKS)
def test_an_example_of_the_docs_runs(text: str) -> None:
    book = Rulebook.parse([("docs.toml", text)])
    assert book.rules
    assert [str(one) for one in check(book) if one.level != "note"] == []


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_an_example_that_fires_and_passes(kind: str, page: str) -> None:
    (block,) = [block for block in TOML.findall(section(page, kind)) if "[[rule]]" in block]
    shown = [rule for rule in Rulebook.parse([("docs.toml", block)]).rules if rule.kind == kind]
    assert shown
    assert all(rule.fires and rule.passes for rule in shown)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_key_of_a_kind_is_explained(kind: str, page: str) -> None:
    text = section(page, kind)
    keys = set(kind_of(kind).model_fields) - set(Rule.model_fields) - {"kind", "channel", "words"}
    assert [key for key in sorted(keys) if f"`{key}" not in text] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_key_that_all_rules_have_is_named(page: str) -> None:
    assert [key for key in Rule.model_fields if not re.search(rf"\b{key}\b( =|`)", PAGES[page])] == []
