"""What a rule author writes as a phrase, made ready for matching.

`[a|b]` stands for either, `[a|]` for an optional part. `{company}`, `{agent}`, `{surname}` and `{*}` stand for anything
short, `{*12}` for at most twelve characters. Punctuation, spaces, case, script and hesitations do not matter, nor does
what people say in other words without meaning anything else: 你 and 您, 啥 for 什么, 咋 for 怎么, 甭 for 不用, and
the 儿 of 一点儿, 事儿, 这儿.
"""

from __future__ import annotations

import itertools
import re
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
MAX_SYLLABLES = 80
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\*\d{0,2}|[a-z]+)\}")
_CODES: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch said without a gap. gap: most characters between the part before it and this one."""

    chars: str
    sounds: tuple[str, ...]
    codes: str
    gap: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """One form of a phrase. text: as written by the author."""

    text: str
    parts: tuple[Part, ...]

    @property
    def length(self) -> int:
        return sum(len(part.chars) for part in self.parts)


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
        if char in HESITATIONS or at in coloured:
            continue
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


@lru_cache(maxsize=65536)
def compiled(text: str, fh: bool = False) -> tuple[Phrase, ...]:
    """Every form of a phrase. Raises ValueError, saying why, for one that can never match or has too many forms."""
    forms = expanded(text)
    either = dict.fromkeys(one for form in forms for one in (form, _addressed(form, "你"), _addressed(form, "您")))
    phrases = tuple(dict.fromkeys(_phrase(text, form, fh) for form in either))
    for phrase in phrases:
        if not phrase.parts:
            raise ValueError(f'"{text}" holds nothing that can be heard')
        if phrase.length > MAX_SYLLABLES:
            raise ValueError(f'"{text[:20]}…" is longer than {MAX_SYLLABLES} syllables')
    return phrases


def _addressed(form: str, you: str) -> str:
    """The same, said to one who is addressed as 你 or 您."""
    return form.replace("您" if you == "你" else "你", you)


def expanded(text: str) -> list[str]:
    """Raises ValueError for unbalanced brackets or more than MAX_FORMS forms."""
    pieces = _CHOICE.split(text)
    if any(mark in piece for piece in pieces for mark in "[]"):
        raise ValueError(f'"{text}" has brackets that do not close or lie inside each other')
    choices = [piece.split("|") if at % 2 else [piece] for at, piece in enumerate(pieces)]
    count = 1
    for options in choices:
        count *= len(options)
        if count > MAX_FORMS:
            raise ValueError(f'"{text[:20]}…" has more than {MAX_FORMS} forms; write several phrases')
    return ["".join(form) for form in itertools.product(*choices)]


def _phrase(text: str, form: str, fh: bool) -> Phrase:
    parts: list[Part] = []
    gap = 0
    for at, piece in enumerate(_SLOT.split(form)):
        if at % 2:
            gap += _slot(piece)
            continue
        if set(piece) & set("{}"):
            raise ValueError(f'"{text}" has an unknown slot; known: {", ".join(f"{{{name}}}" for name in SLOTS)}')
        part = _part(piece, gap if parts else 0, fh)
        if part.chars:
            parts.append(part)
            gap = 0
    return Phrase(text, tuple(parts))


@lru_cache(maxsize=65536)
def _part(piece: str, gap: int, fh: bool) -> Part:
    """Kept, since the forms of a phrase are made of the same few pieces. chars: empty where nothing is heard."""
    plain = as_meant(fold(normalise(piece))).text
    sounds = tuple(map(syllable, plain))
    return Part(plain, sounds, coded(sounds, fh), gap)


def _slot(name: str) -> int:
    if name.startswith("*") and len(name) > 1:
        return int(name[1:])
    if name not in SLOTS:
        raise ValueError(f'unknown slot "{{{name}}}"; known: {", ".join(f"{{{known}}}" for known in SLOTS)}')
    return SLOTS[name]
