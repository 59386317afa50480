"""Who speaks in the set `uptown`: people as they were recorded, by packages of Debian that no other set has them from,
and the Mandarin of two more (`syllables.py`).

A woman who says in French what a telephone switch asks; a man who calls cards to a recognizer, and one who says how the
name of his operating system is said; some by whom voice codecs are compared, in English; and who says in a drawing game
and a stamp album what is on them, in Ukrainian, Norwegian, Lithuanian, Walloon, Slovenian and Belarusian. Where they
have no more than words to say, these are told one after the other, as somebody does who reads a list out. Not quite
half of all is Mandarin.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import syllables, told
from bench.packages import missing
from tests import tapes
from tests.tapes import Signal

SHARE = Path("/usr/share")
_DRAWING, _LANGUAGES = "ktuberling/sounds", ("lt", "nn", "sl", "uk", "wa")
# where the set has its other voices, noises, rooms and music from: without those nobody need be heard
BESIDE = (
    "gcin-voice/ogg", "buckle/wav", "qabcs/abcs/all/noises", "psychtoolbox-3/PsychDemos/SoundFiles",
    "games/etr/music", "games/minetest/games/minetest_game/mods/env_sounds/sounds", "games/searchandrescue/sounds",
    "games/etr/sounds", "games/enigma/music", "pushover/themes", "ssr/impulse_responses/hrirs",
)  # fmt: skip


@dataclass(frozen=True)
class Person:
    """where: a folder, and which of its files. words: whether they are no more than that, to be told in a row."""

    where: str
    files: tuple[str, ...]
    words: bool = False


PEOPLE = (
    Person("asterisk/sounds/fr", ("*.gsm",)),
    Person("pocketsphinx/test/data/cards", ("*.wav",), words=True),
    Person("doc/sfront/examples/torvalds", ("*.wav",)),
    Person("codec2/wav", ("hts1a.wav", "hts2a.wav", "forig.wav", "morig.wav", "big_dog.wav", "cross.wav")),
    Person("tuxpaint/stamps", ("**/*_desc_be.ogg",), words=True),
    Person("tuxpaint/stamps", ("**/*_desc_lt.ogg",), words=True),
    *(Person(f"{_DRAWING}/{language}", ("*.ogg", "*.opus"), words=True) for language in _LANGUAGES),
)
_MOST, _TRIED = 12, 160
# of a list: how many words at least, how long at least
_FEWEST, _SHORTEST_S = 3, 2.2
_OWN_NOISE_DB = 35


def townsfolk() -> Iterator[Signal]:
    """All that each of them says, a pause after each sentence. A ConfigError where anything of the set is missing."""
    for where in BESIDE:
        if not (SHARE / where).is_dir():
            raise missing(f"the recordings {SHARE / where}")
    for number, person in enumerate(PEOPLE):
        yield _person(person, np.random.default_rng(700 + number))
    for number, speaker in enumerate(syllables.SPEAKERS):
        yield syllables.mandarin(speaker, number)


def _person(person: Person, random: np.random.Generator) -> Signal:
    found = [path for files in person.files for path in (SHARE / person.where).glob(files)]
    found.sort(key=lambda path: (-path.stat().st_size, path.name))
    heard = [sound for sound in map(tapes.recorded, found[:_TRIED]) if _clear(sound)]
    said = (
        [told.in_a_row(heard, random, _SHORTEST_S, _FEWEST) for _ in range(_MOST)]
        if person.words and heard
        else heard[:_MOST]
    )
    if not said:
        raise missing(f"the recordings {SHARE / person.where / person.files[0]}")
    return told.joined(said)


def _clear(sound: Signal) -> bool:
    """Whether its own noise is far enough under it; as in `shelves.py`, but of each recording by itself."""
    loud = told.loudness(sound)
    return bool(np.percentile(loud, 95) - np.percentile(loud, 5) >= _OWN_NOISE_DB)
