"""Finds the phrases of all rules in one pass, in spite of homophones and slips of the recogniser.

One Aho-Corasick automaton over sounds (toneless pinyin, confusable sounds folded) holds every phrase whole, and the
pieces of those long enough to tolerate edits: with at most k edits one of k + 1 pieces is heard unharmed. What the
automaton proposes is then decided: equal characters, equal sounds, like sounds, or a RapidFuzz alignment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import ahocorasick
from rapidfuzz import fuzz

from monitor.compliance.phrases import Heard, Part, Phrase
from monitor.core.events import Certainty

Sound = Literal["chars", "same", "near"]
EDITS_FROM = 5
ALIKE_FROM = 4
_DENIALS = frozenset(("bu", "mei", "bie"))


@dataclass(frozen=True, slots=True)
class PhraseSet:
    """Phrases of one owner. sound: chars (characters only), same (and equal sounds), near (and like sounds, edits).
    similarity: least RapidFuzz ratio (0 to 100) of a phrase with edits."""

    owner: int
    phrases: tuple[Phrase, ...]
    sound: Sound = "near"
    similarity: int = 80


@dataclass(frozen=True, slots=True)
class Hit:
    """start, end: indices into `Heard.chars`. score: 100 for equal characters."""

    owner: int
    phrase: str
    start: int
    end: int
    certainty: Certainty
    score: int


@dataclass(frozen=True, slots=True)
class _Found:
    start: int
    end: int
    certainty: Certainty
    score: int


@dataclass(slots=True)
class _Link:
    """What may follow a part: phrases with the same beginning share their links. ends: (owner, phrase) that end here;
    next: part -> gap -> link."""

    ends: list[tuple[int, str]] = field(default_factory=list)
    next: dict[int, dict[int, _Link]] = field(default_factory=dict)

    def then(self, number: int, gap: int) -> _Link:
        links = self.next.setdefault(number, {})
        if gap not in links:
            links[gap] = _Link()
        return links[gap]


class Matcher:
    """Built once for a rulebook, shared by all calls; holds no state of any call."""

    def __init__(self, sets: Iterable[PhraseSet]) -> None:
        self._parts: list[tuple[Part, Sound, int]] = []
        self._part_ids: dict[tuple[str, Sound, int], int] = {}
        self._first = _Link()
        self._proposals: dict[str, list[tuple[int, int, bool]]] = {}
        self.longest = 0
        for phrase_set in sets:
            for phrase in phrase_set.phrases:
                self._add(phrase_set, phrase)
        self._automaton = self._built()

    def _add(self, phrase_set: PhraseSet, phrase: Phrase) -> None:
        ids = tuple(self._part_id(part, phrase_set.sound, phrase_set.similarity) for part in phrase.parts)
        self.longest = max(self.longest, phrase.length + sum(part.gap for part in phrase.parts))
        link = self._first
        for part, number in zip(phrase.parts, ids, strict=True):
            link = link.then(number, part.gap)
        link.ends.append((phrase_set.owner, phrase.text))

    def _part_id(self, part: Part, sound: Sound, similarity: int) -> int:
        key = (part.chars, sound, similarity)
        known = self._part_ids.get(key)
        if known is not None:
            return known
        number = self._part_ids[key] = len(self._parts)
        self._parts.append((part, sound, similarity))
        self._propose(part.codes, (number, 0, True))
        if sound == "near" and len(part.codes) >= EDITS_FROM:
            for start, end in _pieces(len(part.codes), similarity):
                self._propose(part.codes[start:end], (number, start, False))
        return number

    def _propose(self, codes: str, entry: tuple[int, int, bool]) -> None:
        self._proposals.setdefault(codes, []).append(entry)

    def _built(self) -> ahocorasick.Automaton | None:
        if not self._proposals:
            return None
        automaton = ahocorasick.Automaton()
        for codes, entries in self._proposals.items():
            automaton.add_word(codes, (len(codes), tuple(entries)))
        automaton.make_automaton()
        self._proposals = {}
        return automaton

    def find(self, heard: Heard) -> list[Hit]:
        """Every phrase heard, best first where two of one owner overlap; ordered by owner and start."""
        if self._automaton is None or not heard.codes:
            return []
        found = self._parts_in(heard)
        return _best(
            [
                hit
                for number in self._first.next.keys() & found.keys()
                for link in self._first.next[number].values()
                for one in found[number]
                for hit in _chained(link, [one], found)
            ]
        )

    def _parts_in(self, heard: Heard) -> dict[int, list[_Found]]:
        found: dict[int, dict[tuple[int, int], _Found]] = {}
        edits: set[tuple[int, int]] = set()
        assert self._automaton is not None
        for last, (length, entries) in self._automaton.iter(heard.codes):
            at = last + 1 - length
            for number, offset, whole in entries:
                if whole:
                    one = _judged(heard, at, *self._parts[number])
                    if one is not None:
                        found.setdefault(number, {})[(one.start, one.end)] = one
                else:
                    edits.add((number, at - offset))
        for number, start in edits:
            part, _, similarity = self._parts[number]
            if any(start <= one.end and one.start <= start + len(part.codes) for one in found.get(number, {}).values()):
                continue
            one = _aligned(heard, start, part, similarity)
            if one is not None:
                found.setdefault(number, {})[(one.start, one.end)] = one
        return {number: sorted(ones.values(), key=lambda one: one.start) for number, ones in found.items()}


def _pieces(length: int, similarity: int) -> list[tuple[int, int]]:
    """Cuts for the pigeonhole: a substitution costs as much as the ratio loses by it."""
    edits = length * (100 - similarity) // 100
    count = min(edits + 1, length // 2)
    return [(length * at // count, length * (at + 1) // count) for at in range(count)] if edits else []


def _judged(heard: Heard, at: int, part: Part, sound: Sound, _similarity: int) -> _Found | None:
    length = len(part.chars)
    end = at + length
    if heard.chars[at:end] == part.chars:
        return _Found(at, end, "certain", 100)
    if sound == "chars":
        return None
    if heard.sounds[at:end] == part.sounds:
        return _Found(at, end, "certain" if length >= EDITS_FROM else "probable", 99)
    if sound == "near" and length >= ALIKE_FROM:
        return _Found(at, end, "probable", 95)
    return None


def _aligned(heard: Heard, start: int, part: Part, similarity: int) -> _Found | None:
    length = len(part.codes)
    slack = max(1, length * (100 - similarity) // 100)
    low, high = max(0, start - slack), min(len(heard.codes), start + length + slack)
    window = heard.codes[low:high]
    if len(window) < length:
        score = fuzz.ratio(part.codes, window, score_cutoff=similarity)
        begin, end = low, high
    else:
        alignment = fuzz.partial_ratio_alignment(part.codes, window, score_cutoff=similarity)
        if alignment is None:
            return None
        score, begin, end = alignment.score, low + alignment.dest_start, low + alignment.dest_end
    if score < similarity or _denials(heard.sounds[begin:end]) != _denials(part.sounds):
        return None
    return _Found(begin, end, "probable", min(94, int(score)))


def _denials(sounds: Sequence[str]) -> int:
    """An edit may not add or take a 不, 没 or 别: it would turn the sense round."""
    return sum(sound in _DENIALS for sound in sounds)


def _chained(link: _Link, chain: list[_Found], found: Mapping[int, list[_Found]]) -> Iterator[Hit]:
    """Every phrase that goes on like this; of each further part the first that stands near enough."""
    if link.next and not _holds(chain[0]):
        link = _Link(link.ends)
    if link.ends:
        certainty: Certainty = "certain" if all(one.certainty == "certain" for one in chain) else "probable"
        score = min(one.score for one in chain)
        for owner, text in link.ends:
            yield Hit(owner, text, chain[0].start, chain[-1].end, certainty, score)
    end = chain[-1].end
    for number in link.next.keys() & found.keys():
        for gap, following in link.next[number].items():
            near = next((one for one in found[number] if 0 <= one.start - end <= gap and _holds(one)), None)
            if near is not None:
                yield from _chained(following, [*chain, near], found)


def _holds(one: _Found) -> bool:
    """Whether it may be one of several parts of a phrase: a single syllable that only sounds right is no evidence."""
    return one.end - one.start > 1 or one.score == 100


def _best(hits: list[Hit]) -> list[Hit]:
    """Of overlapping hits of one owner the best: certain before probable, then score, then length."""
    if len(hits) < 2:
        return hits
    hits.sort(key=lambda hit: (hit.owner, hit.certainty != "certain", -hit.score, hit.start - hit.end, hit.start))
    kept: list[Hit] = []
    for hit in hits:
        if not any(one.owner == hit.owner and hit.start < one.end and one.start < hit.end for one in reversed(kept)):
            kept.append(hit)
    return sorted(kept, key=lambda hit: (hit.owner, hit.start))
