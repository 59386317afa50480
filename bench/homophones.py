"""How many phrases survive a recogniser's homophones, by length: one character in ten, at least one, is replaced by
another that sounds the same or nearly so, or (rows `homophones_same`) exactly the same but for the tone. The phrases
are the shipped packs' own, those without a gap.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from bench.rows import Row, row
from monitor.compliance.matcher import Matcher, PhraseSet
from monitor.compliance.phrases import compiled, listen
from monitor.compliance.rulebook import Rulebook
from monitor.speech.pinyin import alike, syllable

BUCKETS = ((2, 2), (3, 3), (4, 4), (5, 6), (7, 9), (10, 80))
SIMILARITY = 80
Sounding = Callable[[str], str]


def sounds_alike(char: str) -> str:
    return alike(syllable(char))


def common_characters(key: Sounding = sounds_alike) -> dict[str, list[str]]:
    """GB 2312 level 1, by sound: what a recogniser would write instead."""
    by_sound: dict[str, list[str]] = defaultdict(list)
    for code in range(0xB0A1, 0xD7FA):
        try:
            char = code.to_bytes(2, "big").decode("gb2312")
        except UnicodeDecodeError:
            continue
        by_sound[key(char)].append(char)
    return by_sound


def misheard(
    text: str, by_sound: Mapping[str, Sequence[str]], chance: random.Random, key: Sounding = sounds_alike
) -> str:
    """One character in ten, at least one, as another of the same key; the text itself where none has any."""
    chars = list(text)
    where = [at for at, char in enumerate(chars) if len(by_sound.get(key(char), ())) > 1]
    for at in chance.sample(where, min(len(where), max(1, round(len(chars) / 10)))):
        chars[at] = chance.choice([one for one in by_sound[key(chars[at])] if one != chars[at]])
    return "".join(chars)


def whole_phrases(book: Rulebook) -> list[str]:
    """Every form without a gap, of every rule that listens for sounds, once."""
    found = {
        way.chars
        for rule in book.rules
        if rule.sound == "near"
        for listening in rule.listening()
        for phrase in listening.phrases
        for form in compiled(phrase)
        for way in form.wholes
    }
    return sorted(found)


def survived(
    phrases: Sequence[str], tries: int, seed: int = 7, most: int = 150, key: Sounding = sounds_alike
) -> dict[tuple[int, int], list[bool]]:
    """Found or not, of at most `most` phrases of each length (a bucket of BUCKETS), each misheard `tries` times."""
    by_sound, chance = common_characters(key), random.Random(seed)
    out: dict[tuple[int, int], list[bool]] = {}
    for low, high in BUCKETS:
        mine = [phrase for phrase in phrases if low <= len(phrase) <= high]
        for phrase in chance.sample(mine, min(most, len(mine))):
            matcher = Matcher([PhraseSet(0, compiled(phrase), "near", SIMILARITY)])
            for _ in range(tries):
                text = misheard(phrase, by_sound, chance, key)
                out.setdefault((low, high), []).append(bool(matcher.find(listen(text))))
    return out


def rows(book: Rulebook, tries: int = 5) -> list[Row]:
    """percent found, by syllables."""
    phrases = whole_phrases(book)
    return [
        row("rules", f"{name}.{low}-{high}", 100 * sum(found) / len(found), "%", len(found))
        for name, key in (("homophones_found", sounds_alike), ("homophones_same", syllable))
        for (low, high), found in survived(phrases, tries, key=key).items()
    ]
