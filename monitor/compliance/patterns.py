"""Regular expressions of rules: run on short texts only, and refused where even those could take for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from monitor.compliance.matcher import Hit
from monitor.compliance.phrases import Heard

MAX_CHARS = 400
"""An utterance is at most ten seconds; more text than this is cut before a pattern sees it."""
_FEW = 16
_LOOPS = 2


@lru_cache(maxsize=4096)
def safe(pattern: str) -> re.Pattern[str]:
    """Compiled. Raises ValueError for a mistake, for a loop in a loop, and for more than two loops without a limit:
    on MAX_CHARS characters what is left takes milliseconds at worst."""
    try:
        tree = parser.parse(pattern)
    except (re.error, RecursionError) as error:
        raise ValueError(f'"{pattern}" is no regular expression: {error}') from None
    loops = list(_loops(tree, 0))
    if any(depth > 1 for depth in loops):
        raise ValueError(f'"{pattern}" repeats a repetition, which can take for ever; give the inner one a limit')
    if len(loops) > _LOOPS:
        raise ValueError(f'"{pattern}" has {len(loops)} repetitions without a limit; write .{{0,9}} instead of .*')
    if any(name is op.GROUPREF for name, _ in _walk(tree)):
        raise ValueError(f'"{pattern}" refers back to a group, which can take for ever')
    return re.compile(pattern)


def _walk(tree: Any) -> Iterator[tuple[Any, Any]]:
    for name, value in tree:
        yield name, value
        for inner in _inner(value):
            yield from _walk(inner)


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, parser.SubPattern):
        yield value
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _inner(one)


def _loops(tree: Any, depth: int) -> Iterator[int]:
    """The depth of each long repetition; one that holds choices counts as nested, since choices multiply."""
    for name, value in tree:
        looping = name in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and value[1] > _FEW
        if looping:
            choices = any(inner is op.BRANCH for inner, _ in _walk(value[2]))
            yield depth + 1 + choices
        elif name in (op.MAX_REPEAT, op.MIN_REPEAT) and value[1] > 1 and depth:
            yield depth + 1
        for inner in _inner(value):
            yield from _loops(inner, depth + 1 if looping else depth)


class Pattern:
    """The expressions of one wording."""

    def __init__(self, owner: int, regex: tuple[str, ...], not_regex: tuple[str, ...]) -> None:
        self._owner = owner
        self._regex = [safe(one) for one in regex]
        self._not = [safe(one) for one in not_regex]

    def find(self, heard: Heard) -> list[Hit]:
        text = heard.chars[:MAX_CHARS]
        if any(one.search(text) for one in self._not):
            return []
        return [
            Hit(self._owner, one.pattern, found.start(), found.end(), "certain", 100)
            for one in self._regex
            for found in one.finditer(text)
            if found.end() > found.start()
        ]
