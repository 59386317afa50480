"""Hold music for the set `coastal`: pieces from the menus and scenes of three games (Neverball, Globulation 2,
Hex-a-hop), as Debian has them; all without words."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.excerpts import excerpt, recorded
from bench.mobile import through
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

_GAMES = Path("/usr/share/games")
PIECES = (
    *(f"neverball/bgm/{name}" for name in ("inter", "title", "track1", "track2", "track3", "track4", "track5")),
    *(f"glob2/data/zik/{name}" for name in ("a1", "intro", "menu")),
    *(f"hex-a-hop/hex-a-hop/{name}" for name in ("music-ending", "music-game", "music-game-1")),
)
# what is left of it behind a switch's input
_LINE = ((150, -22), (270, -5), (420, 0), (2500, 0), (3150, -2), (3550, -13), (3900, -40))


def whiled(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: some piece, from anywhere in it."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    piece = recorded(_GAMES / f"{PIECES[int(random.integers(len(PIECES)))]}.ogg")
    cut = excerpt(piece, samples, random, even_db=14, tries=40)
    return tapes.at_level(tapes.band(through(cut, *_LINE)), dbov)
