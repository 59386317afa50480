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

from monitor.compliance.phrases import NO_GAP, Gap, Heard, Part, Phrase
from monitor.core.events import Certainty

Sound = Literal["chars", "same", "near"]
EDITS_FROM = 5
ALIKE_FROM = 4
SHORT = 2
WHOLE_FROM = 6
"""Of a phrase in several parts, parts of SHORT syllables may be heard by sound only where all parts together have so
many: two syllables that sound right turn up everywhere (周边的 for 编的)."""
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
    """syllables: of its parts, without gaps. by_sound: whether a short part of it only sounds right."""

    start: int
    end: int
    certainty: Certainty
    score: int
    syllables: int = 0
    by_sound: bool = False

    def as_part(self) -> _Found:
        """As the beginning of several parts."""
        length = self.end - self.start
        short = self.score < 100 and length <= SHORT
        return _Found(self.start, self.end, self.certainty, self.score, length, short)

    @property
    def enough(self) -> bool:
        return not self.by_sound or self.syllables >= WHOLE_FROM


@dataclass(frozen=True, slots=True)
class _End:
    owner: int
    phrase: str
    before: Gap
    after: Gap


@dataclass(slots=True)
class _Link:
    """What may follow a segment: phrases with the same beginning share their links. next: segment -> gap -> link."""

    ends: list[_End] = field(default_factory=list)
    next: dict[int, dict[Gap, _Link]] = field(default_factory=dict)

    def then(self, number: int, gap: Gap) -> _Link:
        return self.next.setdefault(number, {}).setdefault(gap, _Link())


class Matcher:
    """Built once for a rulebook, shared by all calls; holds no state of any call."""

    def __init__(self, sets: Iterable[PhraseSet]) -> None:
        self._parts: list[tuple[Part, Sound, int]] = []
        self._part_ids: dict[tuple[str, Sound, int], int] = {}
        self._segment_ids: dict[tuple[int, ...], int] = {}
        self._segments_of: dict[int, list[int]] = {}
        self._first = _Link()
        self._proposals: dict[str, list[tuple[int, int, bool]]] = {}
        self.longest = 0
        for phrase_set in sets:
            for phrase in phrase_set.phrases:
                self._add(phrase_set, phrase)
        self._automaton = self._built()

    def _add(self, phrase_set: PhraseSet, phrase: Phrase) -> None:
        self.longest = max(self.longest, phrase.longest)
        link = self._first
        for segment in phrase.segments:
            gap = segment.gap if link is not self._first else NO_GAP
            link = link.then(self._segment_id(phrase_set, segment.ways), gap)
        link.ends.append(_End(phrase_set.owner, phrase.text, phrase.before, phrase.after))

    def _segment_id(self, phrase_set: PhraseSet, ways: tuple[Part, ...]) -> int:
        parts = tuple(sorted({self._part_id(part, phrase_set.sound, phrase_set.similarity) for part in ways}))
        known = self._segment_ids.get(parts)
        if known is None:
            known = self._segment_ids[parts] = len(self._segment_ids)
            for part in parts:
                self._segments_of.setdefault(part, []).append(known)
        return known

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
        found = self._segments_in(heard)
        return _best(
            [
                hit
                for number in self._first.next.keys() & found.keys()
                for link in self._first.next[number].values()
                for hit in _followed(link, found[number], found, heard.chars)
            ]
        )

    def _segments_in(self, heard: Heard) -> dict[int, list[_Found]]:
        """Of every segment where one of its ways is heard, in no order."""
        found: dict[int, list[_Found]] = {}
        for part, ones in self._parts_in(heard).items():
            for number in self._segments_of[part]:
                found.setdefault(number, []).extend(ones)
        return found

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
        return {number: list(ones.values()) for number, ones in found.items()}


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


def _followed(
    link: _Link, chains: list[_Found], found: Mapping[int, list[_Found]], chars: str
) -> Iterator[Hit]:
    """Every phrase that goes on after one of these chains. Of the chains that end in the same words only the best is
    followed, so the work grows with the places where segments are heard, never with the ways to combine them."""
    for end in link.ends:
        closest: dict[int, _Found] = {}
        for chain in chains:
            known = closest.get(chain.start)
            if chain.enough and (known is None or _better(chain, known)) and _clear(end, chain, chars):
                closest[chain.start] = chain
        for one in closest.values():
            yield Hit(end.owner, end.phrase, one.start, one.end, one.certainty, one.score)
    if not link.next:
        return
    chains = [chain if chain.syllables else chain.as_part() for chain in chains if _holds(chain)]
    for number in link.next.keys() & found.keys() if chains else ():
        for gap, following in link.next[number].items():
            longer = list(_linked(chains, gap, found[number], chars))
            if longer:
                yield from _followed(following, longer, found, chars)


def _linked(chains: list[_Found], gap: Gap, ones: list[_Found], chars: str) -> Iterator[_Found]:
    for one in ones:
        if not _holds(one):
            continue
        best: _Found | None = None
        for chain in chains:
            between = one.start - chain.end
            near = 0 <= between <= gap.most and (not gap.without or gap.holds(chars[chain.end : one.start]))
            if near and (best is None or _better(chain, best)):
                best = chain
        if best is not None:
            certain: Certainty = "certain" if best.certainty == one.certainty == "certain" else "probable"
            part = one.as_part()
            yield _Found(
                best.start, one.end, certain, min(best.score, one.score),
                best.syllables + part.syllables, best.by_sound or part.by_sound,
            )  # fmt: skip


def _better(one: _Found, other: _Found) -> bool:
    if one.certainty != other.certainty:
        return one.certainty == "certain"
    return (one.score, -one.end, -one.start) > (other.score, -other.end, -other.start)


def _clear(end: _End, chain: _Found, chars: str) -> bool:
    """Whether nothing stands around it that must not."""
    before, after = end.before, end.after
    return not (
        any(word in chars[max(0, chain.start - before.most) : chain.start] for word in before.without)
        or any(word in chars[chain.end : chain.end + after.most] for word in after.without)
    )


def _holds(one: _Found) -> bool:
    """Whether it may be one of several parts of a phrase: a single syllable that only sounds right is no evidence."""
    return one.score == 100 or one.end - one.start > 1


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
