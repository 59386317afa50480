"""How Chinese sounds, without tones: the ground on which a phrase survives a recogniser's homophones.

Every character has one reading, its commonest (pypinyin), whatever stands beside it: a rule's phrase and a transcript
then agree wherever their characters do. Figures are read out; other letters stand for themselves.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

_FIGURES = dict(zip("0123456789", ("ling", "yi", "er", "san", "si", "wu", "liu", "qi", "ba", "jiu"), strict=True))
# commonest in speech, where pypinyin's first reading is another
_SPOKEN = {"嗯": "en", "长": "chang", "谁": "shei", "地": "de", "着": "zhe", "两": "liang", "幺": "yi"}
_READ_ALIKE = (  # what speakers and recognisers mix up most
    (re.compile("^zh"), "z"),
    (re.compile("^ch"), "c"),
    (re.compile("^sh"), "s"),
    (re.compile("^n(?=.)"), "l"),
    (re.compile("ang$"), "an"),
    (re.compile("eng$"), "en"),
    (re.compile("ing$"), "in"),
)
_HU = re.compile("^hu(?=.)|^h(?=u$)")


@lru_cache(maxsize=65536)
def syllable(char: str) -> str:
    """Toneless pinyin of one character (ü as v); the character itself where it has none."""
    if char in _FIGURES:
        return _FIGURES[char]
    if char in _SPOKEN:
        return _SPOKEN[char]
    return "".join(lazy_pinyin(char, style=Style.NORMAL)) or char


def syllables(text: str) -> tuple[str, ...]:
    """Toneless, one per character."""
    return tuple(map(syllable, text))


@lru_cache(maxsize=4096)
def alike(sound: str, fh: bool = False) -> str:
    """One name for sounds often confused: zh/z, ch/c, sh/s, n/l, ang/an, eng/en, ing/in; with fh also f and hu."""
    if not sound.isascii() or len(sound) < 2:
        return sound
    for pattern, name in _READ_ALIKE:
        sound = pattern.sub(name, sound)
    return _HU.sub("f", sound) if fh else sound
