"""Kind `combination`: the second level of logic: other rules of the same call, put together at its end.

`when` is made of rule ids, `&&`, `||`, `!` and brackets: "B2.interrupts && (B1.no-idea || !B11.empathy)". An id is true
where that rule was violated. Nothing is said while one of its rules could not be judged and the outcome hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal

from pydantic import Field, field_validator

from monitor.compliance.rule import Rule
from monitor.compliance.runner import Lane, Runner
from monitor.core.events import Evidence

_TOKEN = re.compile(r"\s*(&&|\|\||!|\(|\)|[\w.\-]+)")
Tree = str | tuple[Any, ...]
"""A rule id, ("!", tree), or ("&&" or "||", tree, tree)."""


class Combination(Rule):
    kind: Literal["combination"]
    when: str = Field(min_length=1)

    @field_validator("when")
    @classmethod
    def _is_an_expression(cls, value: str) -> str:
        parse(value)
        return value

    def needs(self, rules: Iterable[Rule]) -> set[str]:
        return ids(parse(self.when))

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Combining(self, words)
        words.add(runner)
        return (runner,)


def parse(text: str) -> Tree:
    """Raises ValueError."""
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise ValueError(f'"{text}" is no expression of rule ids, &&, ||, ! and brackets')
    tree, rest = _either(tokens, text)
    if rest:
        raise ValueError(f'"{text}" has something left over at "{rest[0]}"')
    return tree


def _either(tokens: list[str], text: str) -> tuple[Tree, list[str]]:
    tree, rest = _both(tokens, text)
    while rest[:1] == ["||"]:
        other, rest = _both(rest[1:], text)
        tree = ("||", tree, other)
    return tree, rest


def _both(tokens: list[str], text: str) -> tuple[Tree, list[str]]:
    tree, rest = _one(tokens, text)
    while rest[:1] == ["&&"]:
        other, rest = _one(rest[1:], text)
        tree = ("&&", tree, other)
    return tree, rest


def _one(tokens: list[str], text: str) -> tuple[Tree, list[str]]:
    if not tokens:
        raise ValueError(f'"{text}" ends too early')
    first, rest = tokens[0], tokens[1:]
    if first == "!":
        tree, rest = _one(rest, text)
        return ("!", tree), rest
    if first == "(":
        tree, rest = _either(rest, text)
        if rest[:1] != [")"]:
            raise ValueError(f'"{text}" has a bracket that does not close')
        return tree, rest[1:]
    if first in ("&&", "||", ")"):
        raise ValueError(f'"{text}" has "{first}" where a rule id is wanted')
    return first, rest


def ids(tree: Tree) -> set[str]:
    return {tree} if isinstance(tree, str) else set().union(*(ids(part) for part in tree[1:]))


def holds(tree: Tree, violated: dict[str, bool | None]) -> bool | None:
    """None: not known, since a rule it hangs on was not judged."""
    if isinstance(tree, str):
        return violated.get(tree, False)
    values = [holds(part, violated) for part in tree[1:]]
    if tree[0] == "!":
        return None if values[0] is None else not values[0]
    settling: bool = tree[0] == "||"
    if settling in values:
        return settling
    return None if None in values else not settling


class _Combining(Runner):
    def __init__(self, rule: Combination, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._tree = parse(rule.when)

    def conclude(self, end_ms: int) -> None:
        rule, memory = self.rule, self.lane.memory
        if self.lane.state.answered_ms is None:
            return
        named = ids(self._tree)
        violated: dict[str, bool | None] = {}
        for one in named:
            open_one = one in memory.not_judged and one not in memory.passed
            violated[one] = True if one in memory.violations else None if open_one else False
        outcome = holds(self._tree, violated)
        if outcome is None:
            memory.not_judged.add(rule.id)
        elif outcome:
            starts = [memory.first_alert[one][0] for one in named if one in memory.first_alert]
            start_ms = min(starts, default=0)
            evidence = self._doubt(violated, start_ms, end_ms)
            memory.alert(rule, end_ms, "agent", start_ms, end_ms, evidence=evidence, verdict="combination")
        else:
            memory.passed.add(rule.id)

    def _doubt(self, violated: dict[str, bool | None], start_ms: int, end_ms: int) -> list[Evidence]:
        """What it hangs on that is only probable, so that a combination is no surer than its parts."""
        first = self.lane.memory.first_alert
        doubtful = sorted(one for one in violated if one in first and not first[one][2])
        if holds(self._tree, violated | dict.fromkeys(doubtful, None)):
            return []
        return [Evidence(quote="、".join(doubtful), start_ms=start_ms, end_ms=end_ms, certainty="probable")]
