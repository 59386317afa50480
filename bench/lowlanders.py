"""Who speaks in the set `lowland`: people as they were recorded, whom no other set has.

Twelve who act in English in an adventure game (Flight of the Amazon Queen), a sentence each time; three who say
in German what tiles are laid in mahjong (Kajongg), some in a row; and a man who says Mandarin numbers for a recognizer
to be tried with (alibabacloud-nls), which are had in other orders, at four paces and from larger and smaller throats,
as one gives a telephone's number. Nobody else's Mandarin that no set has was found in the registries.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Iterator
from functools import lru_cache

import av
import numpy as np
import soxr

from bench import told
from bench.registries import LOWLAND, LOWLAND_FOLDER, lowland, missing
from bench.syllables import shorter
from tests import tapes
from tests.tapes import Signal

_GAME, _TILES, _NUMBERS = "flight-of-the-amazon-queen", "kajongg", "alibabacloud-nls"
# by the numbers of their talks: the pilot himself, then those he talks to, men and women
ACTORS = (
    ("25J", "48J", "57J"), ("24P", "64P"), ("25P", "26P", "70P"), ("02P",), ("33P", "34P"), ("67P", "68P", "77P"),
    ("35P",), ("31P",), ("37P", "38P"), ("48P", "49P"), ("42P", "45P"), ("18P", "20P", "21P"),
)  # fmt: skip
TELLERS = ("female1", "female2", "male2")
# who is heard from afar, in noises
OTHERS = ("08P", "10P", "11P", "12P", "23P", "29P", "39P", "53P", "57P", "59P", "83P")
# how much smaller than the man's own is the throat, and how much shorter he is; women's are smaller by a sixth
VOICES = ((1.0, 1.0), (1.08, 0.95), (0.92, 0.9), (0.85, 1.0))
_MOST, _SHORTEST_S, _LIST_S, _TABLE, _ENTRY = 12, 1.7, 2.2, 13, ">12sBII"
# between numbers; the clip is of this rate
_STILL_DB, _BRIDGED, _SHORT, _NUMBERS_HZ = 25.0, 3, 6, 16_000


def lowlanders() -> Iterator[Signal]:
    """All that each of them says, a pause after each sentence. A ConfigError where anything of the set is missing."""
    for package in LOWLAND:
        lowland(package.folder)
    for number, talks in enumerate(ACTORS):
        said = [sound for talk in talks for sound in acted(talk) if told.clear(sound)]
        long = [sound for sound in said if len(sound) >= _SHORTEST_S * told.RATE]
        chosen = np.random.default_rng(900 + number).permutation(len(long))[:_MOST]
        yield told.joined([tapes.band(long[int(which)]) for which in chosen])
    for number, teller in enumerate(TELLERS):
        words = [tapes.band(tapes.recorded(path)) for path in sorted((lowland(_TILES) / teller).glob("*.ogg"))]
        yield _listed([word for word in words if told.clear(word)], 920 + number)
    for number, (smaller, lasts) in enumerate(VOICES):
        yield _listed([shorter(word, lasts) for word in numbers(smaller)], 940 + number)


@lru_cache(maxsize=64)
def acted(talk: str) -> list[Signal]:
    """What somebody says in a talk."""
    data, at = _game()
    said = []
    for name, (start, size) in at.items():
        if re.fullmatch(rf"{talk[:2]}\w{{4}}{talk[2]}\d\.SB", name):
            with av.open(io.BytesIO(data[start : start + size]), "r") as container:
                resampler = av.AudioResampler(format="s16", layout="mono", rate=told.RATE)
                frames = [out for frame in container.decode(audio=0) for out in resampler.resample(frame)]
                frames += resampler.resample(None)
            said.append(np.concatenate([frame.to_ndarray()[0] for frame in frames]).astype(np.float64))
    return said


@lru_cache(maxsize=1)
def _game() -> tuple[bytes, dict[str, tuple[int, int]]]:
    """All the game has, and where in it what is."""
    path = lowland(_GAME) / "queen.1c"
    if not path.exists():
        raise missing(path, LOWLAND_FOLDER)
    data = path.read_bytes()
    (files,), size = struct.unpack_from(">H", data, _TABLE), struct.calcsize(_ENTRY)
    entries = (struct.unpack_from(_ENTRY, data, _TABLE + 2 + size * k) for k in range(files))
    return data, {name.rstrip(b"\0").decode(): (start, length) for name, _, start, length in entries}


def numbers(smaller: float) -> list[Signal]:
    """Each number by itself."""
    samples = np.fromfile(lowland(_NUMBERS) / "test1.pcm", "<i2").astype(np.float64)
    clip = tapes.band(soxr.resample(samples, _NUMBERS_HZ, told.RATE))
    loud = told.loudness(clip)
    heard = np.flatnonzero(loud > np.percentile(loud, 95) - _STILL_DB)
    words = np.split(heard, np.flatnonzero(np.diff(heard) > _BRIDGED) + 1)
    said = [clip[word[0] * told.FRAME : (word[-1] + 1) * told.FRAME] for word in words if len(word) > _SHORT]
    return [soxr.resample(sound, told.RATE / smaller, told.RATE) for sound in said]


def _listed(words: list[Signal], seed: int) -> Signal:
    random = np.random.default_rng(seed)
    return told.joined([told.in_a_row(words, random, _LIST_S) for _ in range(_MOST)])
