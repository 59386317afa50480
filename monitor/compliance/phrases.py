"""What a rule author writes as a phrase, made ready for matching.

`[a|b]` stands for either, `[a|]` for an optional part. `{company}`, `{agent}`, `{surname}` and `{*}` stand for anything
short, `{*12}` for at most twelve characters, `{*12!a|b}` for at most twelve that hold neither a nor b; before the first
or after the last part it looks that far around the phrase. Punctuation, spaces, case, script and hesitations do not
matter, nor does what people say in other words without meaning anything else: 你 and 您, 啥 for 什么, 咋 for 怎么, 甭
for 不用, 干嘛 for 干什么, and the 儿 of 一点儿, 事儿, 这儿.

Between two gaps a phrase is a segment: every way to say it is spelt out, each way may be misheard by itself. Segments
are not multiplied with each other, so a phrase of four segments with thirty ways each costs 120 forms, not 810,000.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.speech.normalise import Folded, fold, normalise
from monitor.speech.pinyin import alike, syllable

SLOTS = {"company": 14, "agent": 10, "surname": 2, "*": 6}
HESITATIONS = frozenset("嗯呃啊呀哎诶欸哦噢喔嘛哈呐")
SPOKEN = {"啥": "什么", "咋": "怎么", "甭": "不用"}
# the 儿 that only colours the word before it; not in 那儿子, 事儿童
_COLOUR = re.compile("(?<=[点事会这那哪块样味])儿(?![子童女科歌])")
MAX_FORMS = 1024
"""Of one segment."""
MAX_CHAINS = 64
MAX_SYLLABLES = 80
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\*\d{0,2}(?:![^{}\[\]]+)?|[a-z]+)\}")
_CODES: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """One way to say a segment."""

    chars: str
    sounds: tuple[str, ...]
    codes: str


@dataclass(frozen=True, slots=True)
class Gap:
    """most: characters. without: none of these may stand in it."""

    most: int = 0
    without: tuple[str, ...] = ()

    def __add__(self, other: Gap) -> Gap:
        return Gap(self.most + other.most, self.without + other.without)

    def holds(self, chars: str) -> bool:
        return len(chars) <= self.most and not any(word in chars for word in self.without)


NO_GAP = Gap()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch said without a gap, in any of these ways. gap: what may stand between the segment before and it."""

    ways: tuple[Part, ...]
    gap: Gap = NO_GAP


@dataclass(frozen=True, slots=True)
class Phrase:
    """One chain of segments. text: as written by the author. before, after: what must not stand around it."""

    text: str
    segments: tuple[Segment, ...]
    before: Gap = NO_GAP
    after: Gap = NO_GAP

    @property
    def shortest(self) -> int:
        return sum(min(len(part.chars) for part in segment.ways) for segment in self.segments)

    @property
    def longest(self) -> int:
        """With its gaps."""
        return sum(max(len(part.chars) for part in one.ways) + one.gap.most for one in self.segments)

    @property
    def wholes(self) -> tuple[Part, ...]:
        """Every way to say it, where it has no gap."""
        return self.segments[0].ways if len(self.segments) == 1 else ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A text ready to be searched: characters without hesitations, their sounds, and where they stand."""

    text: str
    chars: str
    origin: tuple[int, ...]
    sounds: tuple[str, ...]
    codes: str

    def quote(self, start: int, end: int) -> str:
        return self.text[self.origin[start] : self.origin[end - 1] + 1] if start < end else ""


def listen(text: str, fh: bool = False) -> Heard:
    """text: as `normalise` returns it."""
    plain = as_meant(fold(text))
    sounds = tuple(map(syllable, plain.text))
    return Heard(text, plain.text, plain.origin, sounds, coded(sounds, fh))


_AS_SAID = HESITATIONS.union(SPOKEN, "儿")


def as_meant(folded: Folded) -> Folded:
    """Without hesitations and colouring, with contractions written out."""
    if _AS_SAID.isdisjoint(folded.text):
        return folded
    coloured = {found.start() for found in _COLOUR.finditer(folded.text)}
    chars, origin = [], []
    for at, char in enumerate(folded.text):
        if char == "嘛" and folded.text[at - 1 : at] == "干":
            meant = "什么"
        elif char in HESITATIONS or at in coloured:
            continue
        else:
            meant = SPOKEN.get(char, char)
        chars.append(meant)
        origin += [folded.origin[at]] * len(meant)
    return Folded("".join(chars), tuple(origin))


def coded(sounds: tuple[str, ...], fh: bool = False) -> str:
    """One character for each sound, the same for sounds that are alike: what the automaton and RapidFuzz read."""
    return "".join([_code(sound, fh) for sound in sounds])


@lru_cache(maxsize=8192)
def _code(sound: str, fh: bool) -> str:
    name = alike(sound, fh)
    if len(name) == 1:
        return name
    return _CODES.setdefault(name, chr(0xF0000 + len(_CODES)))


@lru_cache(maxsize=16384)
def compiled(text: str, fh: bool = False) -> tuple[Phrase, ...]:
    """A chain of segments; more than one where a segment between two gaps may be left out.

    Raises ValueError, saying why, for a phrase that can never match or has too many forms.
    """
    phrases = tuple(dict.fromkeys(one for plain in _spread(text) for one in _chains(text, plain, fh)))
    for phrase in phrases:
        if not phrase.segments:
            raise ValueError(f'"{_short(text)}" holds nothing that can be heard')
        if phrase.longest > MAX_SYLLABLES + sum(segment.gap.most for segment in phrase.segments):
            raise ValueError(f'"{_short(text)}" is longer than {MAX_SYLLABLES} syllables')
    return phrases


def _spread(text: str) -> list[str]:
    """Choices between things with gaps are written out: they are several phrases."""
    pieces = _CHOICE.split(text)
    choices = [
        (piece.split("|") if "{" in piece else [f"[{piece}]"]) if at % 2 else [piece] for at, piece in enumerate(pieces)
    ]
    return _product(choices, text)


def _chains(text: str, plain: str, fh: bool) -> Iterator[Phrase]:
    pieces, gaps = _cut(plain)
    chains: list[tuple[tuple[Segment, ...], Gap, Gap]] = [((), NO_GAP, NO_GAP)]
    for at, piece in enumerate(pieces):
        ways, optional = _ways(text, piece, fh)
        gap = gaps[at - 1] if at else NO_GAP
        grown = []
        for segments, before, waiting in chains:
            waiting = waiting + gap
            if optional or not ways:
                grown.append((segments, before, waiting))
            if ways and segments:
                grown.append(((*segments, Segment(ways, waiting)), before, NO_GAP))
            elif ways:
                grown.append(((Segment(ways),), waiting, NO_GAP))
        chains = list(dict.fromkeys(grown))
        if len(chains) > MAX_CHAINS:
            raise ValueError(f'"{_short(text)}" has more than {MAX_CHAINS} ways to leave something out')
    for chain in chains:
        yield Phrase(text, *_bounded(*chain))


def _bounded(segments: tuple[Segment, ...], before: Gap, after: Gap) -> tuple[tuple[Segment, ...], Gap, Gap]:
    """A gap at an end says nothing but what it must not hold."""
    return segments, before if before.without else NO_GAP, after if after.without else NO_GAP


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:60]}…"


def _cut(text: str) -> tuple[list[str], list[Gap]]:
    """The pieces between gaps, and the gaps."""
    slots = _SLOT.split(text)
    if any(mark in piece for piece in slots[::2] for mark in "{}"):
        raise ValueError(f'"{_short(text)}" has an unknown slot; known: {", ".join(f"{{{name}}}" for name in SLOTS)}')
    return slots[::2], [_gap(name) for name in slots[1::2]]


@lru_cache(maxsize=16384)
def _ways(text: str, piece: str, fh: bool) -> tuple[tuple[Part, ...], bool]:
    """Every way to say a piece without gaps, and whether it may be left out."""
    forms = expanded(piece, text)
    either = dict.fromkeys(one for form in forms for one in (form, form.replace("您", "你"), form.replace("你", "您")))
    ways = tuple(dict.fromkeys(part for form in either if (part := _part(form, fh)).chars))
    return ways, len(forms) > 1 and "" in forms


def expanded(piece: str, text: str = "") -> list[str]:
    """The forms of a piece without gaps. Raises ValueError for unbalanced brackets or more than MAX_FORMS forms."""
    pieces = _CHOICE.split(piece)
    whole = _short(text or piece)
    if any(mark in piece for piece in pieces for mark in "[]"):
        raise ValueError(f'"{whole}" has brackets that do not close, lie inside each other or hold a gap')
    return _product([piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)], whole)


def _product(choices: list[list[str]], text: str) -> list[str]:
    if math.prod(map(len, choices)) > MAX_FORMS:
        raise ValueError(f'"{_short(text)}" has more than {MAX_FORMS} forms without a gap; write several phrases')
    return ["".join(form) for form in itertools.product(*choices)]


def readable(text: str) -> str:
    """A pattern as people write it: the first of each choice, gaps left out, named slots as dots."""
    first = _CHOICE.sub(lambda found: found[1].split("|")[0], text)
    return re.sub(r"\{\w+\}", "…", re.sub(r"\{\*[^{}]*\}", "", first))


@lru_cache(maxsize=16384)
def _part(piece: str, fh: bool) -> Part:
    """Kept, since phrases are made of the same few pieces. chars: empty where nothing is heard."""
    plain = as_heard(piece)
    sounds = tuple(map(syllable, plain))
    return Part(plain, sounds, coded(sounds, fh))


def as_heard(piece: str) -> str:
    """The characters of a piece as `listen` gives them."""
    return as_meant(fold(normalise(piece))).text


@lru_cache(maxsize=1024)
def _gap(name: str) -> Gap:
    if not name.startswith("*"):
        if name not in SLOTS:
            raise ValueError(f'unknown slot "{{{name}}}"; known: {", ".join(f"{{{known}}}" for known in SLOTS)}')
        return Gap(SLOTS[name])
    most, _, words = name[1:].partition("!")
    without = tuple(as_heard(word) for word in words.split("|")) if words else ()
    return Gap(int(most) if most else SLOTS["*"], tuple(word for word in without if word))
