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

from bench import putonghua
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
# of a list: how long at least, and what is between its words
_LIST_S, _BETWEEN_S = 2.2, (0.07, 0.2)
_RATE, _PAUSE, _FRAME, _DBOV = 8000, 5600, 160, -26.0
_OWN_NOISE_DB, _EDGE_DB, _STILL_DB = 35, 25, 0.0
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
        if len(sound) >= _SHORTEST_S * _RATE and _clear(sound):
            said.append(sound)
    if not said:
        raise missing(f"the recordings {folder / files}")
    return _joined(said[:_MOST])


def _acted(path: Path) -> Signal:
    samples = np.frombuffer(path.read_bytes()[_SILENT:-_SILENT], np.uint8).astype(np.float64) - _AROUND
    return np.asarray(soxr.resample(128 * samples, _ACTED_HZ, _RATE))


def _spells(files: str, random: np.random.Generator) -> Signal:
    found = sorted((SHARE / "klettres").glob(files))[:_TRIED]
    heard = [sound for sound in map(tapes.recorded, found) if len(sound) > 5 * _FRAME and _clear(sound)]
    if not heard:
        raise missing(f"the recordings {SHARE / 'klettres' / files}")
    return _joined([_list(heard, random) for _ in range(_MOST)])


def _joined(said: list[Signal]) -> Signal:
    return np.concatenate([np.pad(tapes.at_level(each, _DBOV), (0, _PAUSE)) for each in said])


def _loudness(sound: Signal) -> Signal:
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    return np.asarray(10 * np.log10((frames**2).mean(axis=1) + 1e-3))


def _clear(sound: Signal) -> bool:
    """Whether its own noise is far enough under it, where it was not cut to silence."""
    loud = _loudness(sound)
    live = loud[loud > _STILL_DB]
    return len(live) > 0 and bool(np.percentile(loud, 95) - np.percentile(live, 5) >= _OWN_NOISE_DB)


def _list(words: list[Signal], random: np.random.Generator) -> Signal:
    """Some of these in a row."""
    parts: list[Signal] = []
    for which in random.permutation(len(words)):
        if sum(map(len, parts)) >= _LIST_S * _RATE:
            break
        word = words[int(which)]
        loud = _loudness(word)
        heard = np.flatnonzero(loud > np.percentile(loud, 95) - _EDGE_DB)
        sound = tapes.at_level(word[heard[0] * _FRAME : (heard[-1] + 1) * _FRAME], _DBOV)
        sound[:40] *= np.linspace(0, 1, 40)
        sound[-40:] *= np.linspace(1, 0, 40)
        parts += [sound, np.zeros(int(_RATE * random.uniform(*_BETWEEN_S)))]
    return np.concatenate(parts[:-1])
