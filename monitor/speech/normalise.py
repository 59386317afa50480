"""One script, one form: what `utterance.text` holds (`normalise`) and what rules are matched on (`fold`).

`normalise` follows Unicode NFKC and OpenCC's t2s tables (Traditional to Simplified). `fold` drops what the ear cannot
hear, so that a rule never depends on punctuation, spacing, case or the way a number is written.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad]")
_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇"
_SPACE = re.compile(r"\s+")
_SPACE_AT_CJK = re.compile(rf"(?<=[{_CJK}，。！？；：、]) | (?=[{_CJK}，。！？；：、])")
_POINT_AT_CJK = re.compile(rf"(?<=[{_CJK}])[,!?;:]")
_WIDE = {",": "，", "!": "！", "?": "？", ";": "；", ":": "："}

_DIGITS = {char: str(value) for value, char in enumerate("零一二三四五六七八九")} | {"〇": "0", "两": "2", "幺": "1"}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_FIGURE = "0-9零〇一二两三四五六七八九幺"
_NUMBER = re.compile(f"[{_FIGURE}][{_FIGURE}十百千万亿]*|十[{_FIGURE}万亿]*")
# words in which 十 is no number: 十分抱歉 is "very sorry", 十分钟 is ten minutes
_NOT_TEN = re.compile(r"十(分(?!钟)|足|全)")


@dataclass(frozen=True, slots=True)
class Folded:
    """text: letters, digits and characters only. origin[i]: index in the normalised text of text[i]; never falls."""

    text: str
    origin: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the normalised text under text[start:end]; (0, 0) for an empty one."""
        if start >= end:
            return (0, 0)
        return self.origin[start], self.origin[end - 1] + 1


@lru_cache(maxsize=1)
def _simplifier() -> OpenCC:
    return OpenCC("t2s")


def normalise(text: str) -> str:
    """Simplified Chinese, NFKC, no invisible marks, full-width points and no spaces beside Chinese. Idempotent."""
    for _ in range(4):  # each step may open the way for another; two rounds do for all but odd mixtures
        tidy = _tidy(text)
        if tidy == text:
            break
        text = tidy
    return text


def _tidy(text: str) -> str:
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = unicodedata.normalize("NFKC", _simplifier().convert(text))
    text = _POINT_AT_CJK.sub(lambda found: _WIDE[found[0]], text)
    return _SPACE_AT_CJK.sub("", _SPACE.sub(" ", text)).strip()


def fold(text: str) -> Folded:
    """For matching: letters and digits only, lower case, every number as Arabic digits (一百二 and 120 are equal).

    text: as `normalise` returns it.
    """
    chars: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        for part in char.lower():
            if part.isalnum():
                chars.append(part)
                origin.append(at)
    return _numbers("".join(chars), origin)


def _numbers(text: str, origin: list[int]) -> Folded:
    out: list[str] = []
    where: list[int] = []
    done = 0
    for found in _NUMBER.finditer(text):
        start, end = found.span()
        written = None if _NOT_TEN.match(text, start) else digits(found[0])
        if written is None:
            continue
        out.append(text[done:start])
        where += origin[done:start]
        out.append(written)
        last = len(written) - 1
        where += [origin[start + (at * (end - 1 - start) // last if last else 0)] for at in range(last + 1)]
        done = end
    out.append(text[done:])
    where += origin[done:]
    return Folded("".join(out), tuple(where))


def digits(number: str) -> str:
    """一百二 -> 120, 两千零五 -> 2005, 一三八 -> 138, 3千 -> 3000; what is no well-formed number, figure by figure."""
    if not any(char in _UNITS or char in _BIG for char in number):
        return "".join(_DIGITS.get(char, char) for char in number)
    value = _value(number)
    return str(value) if value is not None else "".join(_DIGITS.get(char, char) for char in number)


def _value(number: str) -> int | None:
    total = part = 0
    last_unit = 1
    figure = ""
    last_big: int | None = None
    for char in number:
        if char in _DIGITS or char.isdecimal():
            if figure and not (figure.isdecimal() and char.isdecimal()) and figure not in "零〇":
                return None
            figure = figure + char if figure.isdecimal() and char.isdecimal() else char
            continue
        value = _figure(figure)
        figure = ""
        if char in _UNITS:
            part += (1 if value is None else value) * _UNITS[char]
            last_unit = _UNITS[char]
        else:
            part += value or 0
            bigger = last_big is not None and _BIG[char] > last_big
            total = (total + part) * _BIG[char] if bigger else total + part * _BIG[char]
            part, last_unit, last_big = 0, _BIG[char], _BIG[char]
    rest = _figure(figure)
    if rest is None:
        return total + part
    # 一百二 is 120, 一百零二 is 102: a lone last figure takes the next lower place
    spoken_short = len(figure) == 1 and last_unit >= 100 and number[-2] not in "零〇0"
    return total + part + (rest * last_unit // 10 if spoken_short else rest)


def _figure(figure: str) -> int | None:
    if not figure:
        return None
    return int(figure) if figure.isdecimal() else int(_DIGITS[figure])
