"""Hold music for the set `settled`: pieces that people played and recorded, as Debian has them. Five that come with a
telephone switch for this (Asterisk's), and a dozen of a game about fish; all without words."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.excerpts import excerpt
from bench.mobile import through
from bench.packages import missing
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

_SWITCH, _FISH = Path("/usr/share/asterisk/moh"), Path("/usr/share/games/fillets-ng/music")
_PIECES = (
    ("macroform-cold_day", "macroform-robot_dity", "macroform-the_simplicity", "manolo_camp-morning_coffee",
     "reno_project-system"),
    tuple(f"rybky{number:02d}" for number in (1, 2, 3, 4, 5, 6, 7, 9, 13, 14, 15)),
)  # fmt: skip
# what is left of it behind a switch's input
_LINE = ((150, -20), (280, -4), (450, 0), (2600, 0), (3200, -2), (3600, -14), (3900, -40))


def played(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: some piece, from anywhere in it."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    which = int(random.integers(2))
    folder, pieces = (_SWITCH, _FISH)[which], _PIECES[which]
    piece = _piece(folder, pieces[int(random.integers(len(pieces)))])
    cut = excerpt(piece, samples, random, even_db=20, tries=30)
    return tapes.at_level(tapes.band(through(cut, *_LINE)), dbov)


@lru_cache(maxsize=16)
def _piece(folder: Path, name: str) -> NDArray[np.int16]:
    for path in folder.glob(f"{name}.*"):
        if path.suffix in (".wav", ".ogg"):
            return tapes.pcm(tapes.recorded(path))
    raise missing(f"the music {folder}/{name}", "is")
