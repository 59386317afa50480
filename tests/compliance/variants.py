"""How many everyday variants the shipped packs find: `python -m tests.compliance.variants`, a line for each row.

The lists were written by readers who had the standard but not the rules; a list and a half can be named. Columns: half
(tuning: the rules were widened with it in sight; held-out: only ever counted, but often; fresh: counted once when the
rules were done, and never to be tuned on), id (row of the standard), kind (required, forbidden, or harmless: like a
forbidden one, but in order), original, variant.

forbidden: found when a forbidden rule of its own row counts it, denials and exceptions included, or a wording of a
figure of that row (officialese). required: found when it satisfies a wording of its row that the original satisfies;
where the original satisfies none by itself (one sentence of a script with several), when it is heard as one of the same
parts; where the original is none of them, as any part. harmless: falsely hit when any forbidden rule raises an alert.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import BaseModel

from monitor.compliance.forbidden import Forbidden
from monitor.compliance.matcher import Matcher, PhraseSet
from monitor.compliance.name import Name, captured
from monitor.compliance.patterns import Pattern
from monitor.compliance.phrases import Heard, compiled, listen
from monitor.compliance.rule import Rule, Wording
from monitor.compliance.rulebook import Rulebook
from monitor.compliance.runner import Found
from monitor.compliance.trial import try_text
from monitor.compliance.words import Words
from monitor.core.events import Evidence
from monitor.speech.normalise import normalise
from tests.playbook import packs

# the standard forbids hanging up in five rows, and prints the prohibitions of A8 and A9 crosswise: one rule each
ALSO = {"A6": ("A11",), "A7": ("A11",), "A8": ("A9", "A11"), "A9": ("A8", "A11"), "A10": ("A11",)}
FILE = Path(__file__).with_name("variants.tsv")


@dataclass(frozen=True)
class Row:
    id: str
    kind: str
    original: str
    variant: str
    half: str = ""


def rows(path: Path = FILE) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        table = csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t")
        return [Row(one["id"], one["kind"], one["original"], one["variant"], one.get("half") or "") for one in table]


class Ear:
    """One wording of one rule, by itself."""

    def __init__(self, rule: Rule, wording: Wording) -> None:
        self.wording = wording
        exact = set(wording.exact)
        self._matcher = Matcher(
            PhraseSet(at, compiled(phrase), "chars" if phrase in exact else rule.sound, rule.similarity)
            for at, group in enumerate(wording.groups)
            for phrase in group
        )
        self._pattern = Pattern(0, wording.regex, wording.not_regex) if wording.regex else None

    def parts(self, heard: Heard) -> set[int]:
        hits = self._matcher.find(heard) + (self._pattern.find(heard) if self._pattern else [])
        return {hit.owner for hit in hits}

    def hears(self, heard: Heard) -> bool:
        return self.wording.satisfied(self.parts(heard))


def wordings(model: BaseModel) -> Iterator[Wording]:
    for name in type(model).model_fields:
        value = getattr(model, name)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, Wording):
                yield from () if one.empty else (one,)
            elif isinstance(one, BaseModel):
                yield from wordings(one)


@cache
def ears(book: Rulebook, row: str) -> list[Ear]:
    rules = [rule for rule in book.rules if rule.id.split(".")[0] == row and not isinstance(rule, Forbidden)]
    return [Ear(rule, wording) for rule in rules for wording in wordings(rule)]


def uses_a_name(book: Rulebook, row: str, text: str) -> bool:
    titles = [
        title
        for rule in book.rules
        if isinstance(rule, Name) and rule.id.startswith(f"{row}.")
        for title in rule.titles
    ]
    said = re.findall(f"(..?)(?:{'|'.join(titles)})", text) if titles else []
    return any(captured(f"我姓{name[-1]}", True) or captured(f"我姓{name}", True) for name in said)


def forbids(book: Rulebook, row: str, text: str) -> bool:
    """Whether a forbidden rule of the row (any row for "") counts the text, said once."""
    heard = listen(normalise(text))
    words = Words("agent", 0, 5000, "1", 5000, None, heard, text)
    found: dict[str, list[Found]] = defaultdict(list)
    for hit in book.find("agent", heard):
        rule_id, key = book.owner(hit.owner)
        found[rule_id].append(Found(key, hit, Evidence(quote="", start_ms=0, end_ms=0)))
    rules = [
        rule for rule in book.rules if isinstance(rule, Forbidden) and rule.id.startswith(f"{row}." if row else "")
    ]
    return any(rule.counted(words, found[rule.id]) for rule in rules)


def is_found(book: Rulebook, row: Row) -> bool:
    original, heard = listen(normalise(row.original)), listen(normalise(row.variant))
    if row.kind == "forbidden":
        figures = [Ear(rule, wording) for rule in book.rules if rule.kind == "metric" and rule.id.startswith(f"{row.id}.")  # noqa: E501
                   for wording in wordings(rule)]  # fmt: skip
        own = any(forbids(book, one, row.variant) for one in (row.id, *ALSO.get(row.id, ())))
        return own or any(ear.hears(heard) for ear in figures)
    if uses_a_name(book, row.id, heard.chars):
        return True
    known = ears(book, row.id)
    meant = [ear for ear in known if ear.hears(original)]
    if meant:
        return any(ear.hears(heard) for ear in meant)
    shared = [(ear, ear.parts(original)) for ear in known if ear.parts(original)]
    if shared:
        return any(ear.parts(heard) & parts for ear, parts in shared)
    return any(ear.parts(heard) for ear in known)


def false_hits(book: Rulebook, harmless: Sequence[Row]) -> list[list[str]]:
    """Of each sentence the severities of the forbidden rules that raise an alert, by one book for all."""
    forbidden = book.only(*(rule.id for rule in book.rules if isinstance(rule, Forbidden)))
    hits = try_text(forbidden, [(str(at), "1", "agent", row.variant) for at, row in enumerate(harmless)])[1]
    return [[hit["severity"] for hit in hits if hit["dialog"] == str(at)] for at in range(len(harmless))]


def main() -> None:
    import sys

    book = packs()
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    found: dict[tuple[str, str], list[bool]] = defaultdict(list)
    anywhere = grave = wrong = 0
    only = sys.argv[2] if len(sys.argv) > 2 else ""
    wanted = [one for one in rows(path) if not only or one.half == only]
    harmless = [row for row in wanted if row.kind == "harmless"]
    for row, hits in zip(harmless, false_hits(book, harmless), strict=True):
        wrong += bool(hits)
        grave += any(severity in ("major", "critical") for severity in hits)
        found[row.id, row.kind].append(bool(hits))
    for row in (one for one in wanted if one.kind != "harmless"):
        one = is_found(book, row)
        found[row.id, row.kind].append(one)
        anywhere += one or (row.kind == "forbidden" and forbids(book, "", row.variant))
    for (row_id, kind), ones in sorted(
        found.items(), key=lambda item: (item[0][0][0], int(item[0][0][1:]), item[0][1])
    ):
        print(f"{row_id:4} {kind:10} {sum(ones):3} of {len(ones):3}")
    asked = [one for (_, kind), ones in found.items() if kind != "harmless" for one in ones]
    for kind in ("required", "forbidden"):
        ones = [one for (_, each), some in found.items() if each == kind for one in some]
        print(f"{kind}: {sum(ones)} of {len(ones)} ({100 * sum(ones) / len(ones):.1f} %)")
    share = 100 * sum(asked) / len(asked)
    print(f"found: {sum(asked)} of {len(asked)} ({share:.1f} %); by a rule of any row: {anywhere}")
    print(f"harmless: {wrong} falsely hit, {grave} of them by a rule of severity major or above")


if __name__ == "__main__":
    main()
