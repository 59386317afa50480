"""Who speaks in the set `coastal`: people as they were recorded, whom no other set has, and the Mandarin of one more
(`putonghua.py`).

Five who act in English and three in Spanish in an adventure game (Drascula), five who say letters and syllables for
children that learn them (KLettres): where they have no more than that, some are told one after the other, as somebody
does who spells. A good two fifths of all is Mandarin. `LINEWATCH_COASTAL` names the folder into which
`tools/coastal.sh` has put what need not, or cannot, be installed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from bench import putonghua, told
from bench.packages import missing
from monitor.errors import ConfigError
from tests import tapes
from tests.tapes import Signal

SHARE = Path("/usr/share")
VARIABLE = "LINEWATCH_COASTAL"
_GAME = "usr/share/scummvm/drascula"
# where the set has its other voices, noises, rooms and music from: without those nobody need be heard
BESIDE = (
    "scratch/Media/Sounds/Effects", "games/scorched3d/data/globalmods/none/data/wav/misc", "games/dustracing2d/sounds",
    "games/neverball/bgm", "games/glob2/data/zik", "games/hex-a-hop", "jconvolver/config-files/demo-reverbs",
)  # fmt: skip


@dataclass(frozen=True)
class Actor:
    """tongue: the folder of the language. files: what begins the names of this one's."""

    tongue: str
    files: str


ACTORS = (
    Actor("en", ""), Actor("en", "BJ"), Actor("en", "D"), Actor("en", "T"), Actor("en", "VB"),
    Actor("es", ""), Actor("es", "BJ"), Actor("es", "D"),
)  # fmt: skip
# who says letters, and by which files
SPELLERS = ("en_GB/*/*.ogg", "nl/*/*.ogg", "ru/*/*.ogg", "fr/*/*.ogg", "de/syllab/*.ogg")
_MOST, _TRIED, _SHORTEST_S = 12, 160, 1.8
# of a list: how long at least
_LIST_S = 2.2
# the game's recordings: bytes around zero at this rate, between a head and a tail that are none
_ACTED_HZ, _AROUND, _SILENT = 11_025, 128, 32


def home() -> Path:
    """Where `tools/coastal.sh` has put what it fetches; a ConfigError where that is not there."""
    named = Path(os.environ.get(VARIABLE, ""))
    needed = (named / putonghua.FOLDER, *(named / _GAME / actor.tongue for actor in ACTORS))
    if not all(each.is_dir() for each in needed):
        raise ConfigError(
            "bench signal", f"{VARIABLE} names no folder that has the voices of the set coastal",
            do="Make one: sh tools/coastal.sh FOLDER",
        )  # fmt: skip
    return named


def islanders() -> Iterator[Signal]:
    """All that each of them says, a pause after each sentence. A ConfigError where anything of the set is missing."""
    for where in BESIDE:
        if not (SHARE / where).is_dir():
            raise missing(f"the recordings {SHARE / where}")
    named = home()
    for number, actor in enumerate(ACTORS):
        yield _acts(named / _GAME / actor.tongue, actor.files, np.random.default_rng(800 + number))
    for number, files in enumerate(SPELLERS):
        yield _spells(files, np.random.default_rng(850 + number))
    for number, speaker in enumerate(putonghua.SPEAKERS):
        yield putonghua.mandarin(named, speaker, number)


def _acts(folder: Path, files: str, random: np.random.Generator) -> Signal:
    found = sorted(folder.glob(f"{files}[0-9]*.ALS"))
    said: list[Signal] = []
    for which in random.permutation(len(found)):
        sound = _acted(found[int(which)])
        if len(sound) >= _SHORTEST_S * told.RATE and told.clear(sound):
            said.append(sound)
    if not said:
        raise missing(f"the recordings {folder / files}")
    return told.joined(said[:_MOST])


def _acted(path: Path) -> Signal:
    samples = np.frombuffer(path.read_bytes()[_SILENT:-_SILENT], np.uint8).astype(np.float64) - _AROUND
    return np.asarray(soxr.resample(128 * samples, _ACTED_HZ, told.RATE))


def _spells(files: str, random: np.random.Generator) -> Signal:
    found = sorted((SHARE / "klettres").glob(files))[:_TRIED]
    heard = [sound for sound in map(tapes.recorded, found) if len(sound) > 5 * told.FRAME and told.clear(sound)]
    if not heard:
        raise missing(f"the recordings {SHARE / 'klettres' / files}")
    return told.joined([told.in_a_row(heard, random, _LIST_S) for _ in range(_MOST)])
