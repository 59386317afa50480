"""Regular expressions of rules: run on short texts only, and refused where even those could take for ever."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

from monitor.compliance.matcher import Hit
from monitor.compliance.phrases import Heard, as_meant
from monitor.speech.normalise import fold, normalise

MAX_CHARS = 400
"""An utterance is at most ten seconds; more text than this is cut before a pattern sees it."""
_FEW = 16
_LOOPS = 2
_MOST_WAYS = 400_000
"""To match one stretch of text; two free loops over MAX_CHARS have 160,000."""
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT)
_NUMERALS = frozenset("零二两三四五六七八九十百千万亿")


@lru_cache(maxsize=4096)
def safe(pattern: str) -> re.Pattern[str]:
    """Compiled. Raises ValueError for a mistake, for what no text can hold, for a loop in a loop, for more than two
    loops without a limit, and for more than _MOST_WAYS ways to match: on MAX_CHARS characters what is left takes
    milliseconds, a second at the very worst."""
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
    if _ways(tree) > _MOST_WAYS:
        raise ValueError(f'"{pattern}" can match in more than {_MOST_WAYS} ways, which can take for ever; repeat less')
    if tree.getwidth()[1] == 0:
        raise ValueError(f'"{pattern}" holds nothing that can be heard')
    for char in _needed(tree):
        if char not in _NUMERALS and (read := as_meant(fold(normalise(char))).text) != char:
            write = f'write "{read}"' if read else "leave it out"
            raise ValueError(f'"{pattern}" can never match: rules read texts without "{char}"; {write}')
    return re.compile(pattern)


def _ways(tree: Any, inside: bool = False) -> float:
    """In how many ways a stretch of text could be matched, at most. inside: of a repetition, where choices multiply."""
    ways = 1.0
    for name, value in tree:
        if name is op.BRANCH:
            branches = [_ways(one, inside) for one in value[1]]
            ways *= sum(branches) if inside else max(branches)
        elif name in _REPEATS:
            low, high = int(value[0]), min(int(value[1]), MAX_CHARS)
            body = _ways(value[2], inside or high > 1)
            each = (min(body**count, 2 * _MOST_WAYS) for count in range(low, high + 1))
            ways *= high - low + 1 if body <= 1 else sum(each)
        else:
            for inner in _inner(value):
                ways *= _ways(inner, inside)
        ways = min(ways, 2.0 * _MOST_WAYS)
    return ways


def _needed(tree: Any) -> Iterator[str]:
    """Characters that every match holds."""
    for name, value in tree:
        if name is op.LITERAL:
            yield chr(value)
        elif name is op.SUBPATTERN:
            yield from _needed(value[3])
        elif name in _REPEATS and value[0]:
            yield from _needed(value[2])


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
