"""Named sets of words: `<name>` in a phrase stands for any one of them.

A pack defines them once under `[sets]`, so that a rule says what is meant (`我{*4}<挂断>`) and not every way to say it.
A set may be made of others. Names are looked up in the pack itself first, then in the other packs read with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from monitor.compliance.phrases import expanded
from monitor.core.mistakes import nearest

Sets = Mapping[str, tuple[str, ...]]
_NAME = re.compile(r"<([^<>\[\]{}|]*)>")
_PLAIN = frozenset(
    ("id", "kind", "title", "title_en", "clause", "message", "prompt", "waiting", "fires", "passes", "regex", "not_regex", "when")  # noqa: E501
)  # fmt: skip
"""Keys of a rule that hold no phrases."""


def resolved(raw: Mapping[str, tuple[str, ...]], others: Sets) -> dict[str, tuple[str, ...]]:
    """Every set with its words spelt out: no brackets, no other sets. others: of other packs, spelt out.

    Raises ValueError for a set that is empty, holds a gap, names one that is not there, or holds itself.
    """
    done: dict[str, tuple[str, ...]] = {}

    def words(name: str, above: tuple[str, ...]) -> tuple[str, ...]:
        if name in above:
            raise ValueError(f"set <{name}> is made of itself: {' in '.join(f'<{one}>' for one in (*above, name))}")
        if name not in done:
            if name not in raw:
                return _known(name, others, raw)
            found: dict[str, None] = {}
            for word in raw[name]:
                if "{" in word:
                    raise ValueError(f'set <{name}> holds a gap ("{word}"); gaps belong into phrases')
                inner = {one: words(one, (*above, name)) for one in _NAME.findall(word)}
                found |= dict.fromkeys(expanded(_filled(word, inner)))
            done[name] = tuple(word for word in found if word)
            if not done[name]:
                raise ValueError(f"set <{name}> holds no words")
        return done[name]

    for name in raw:
        if not name or not _NAME.fullmatch(f"<{name}>"):
            raise ValueError(f'"{name}" cannot name a set: no brackets, bars or angles')
        words(name, ())
    return done


def filled(value: Any, sets: Sets) -> Any:
    """A rule's keys with the words of sets in place of their names. Raises ValueError for a set that is not there."""
    if isinstance(value, dict):
        return {key: one if key in _PLAIN else filled(one, sets) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, sets) for one in value]
    if isinstance(value, str) and "<" in value:
        return _filled(value, {name: _known(name, sets, {}) for name in _NAME.findall(value)})
    return value


def _known(name: str, sets: Sets, more: Mapping[str, Any]) -> tuple[str, ...]:
    if name in sets:
        return sets[name]
    meant = nearest(name, [*sets, *more])
    raise ValueError(f"there is no set <{name}>{f'; did you mean <{meant}>?' if meant else ' under [sets]'}")


def _filled(text: str, sets: Sets) -> str:
    """In a choice the words join it, elsewhere they are a choice of their own."""

    def spelt(found: re.Match[str]) -> str:
        either = "|".join(sets[found[1]])
        at = found.start()
        inside = any(text.count(opening, 0, at) > text.count(closing, 0, at) for opening, closing in ("[]", "{}"))
        return either if inside else f"[{either}]"

    return _NAME.sub(spelt, text)
