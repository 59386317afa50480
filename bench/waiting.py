"""Hold music for the set `uptown`: pieces from the menus and calmer scenes of games (Enigma, Pushover, Extreme Tux
Racer), as Debian has them; all without words, and none that is mostly drums."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bench.excerpts import excerpt, recorded
from bench.mobile import through
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

_SHARE = Path("/usr/share")
PIECES = (
    *(f"games/enigma/music/game/{name}" for name in ("across_the_ice", "meditation", "on_the_water")),
    *(f"games/enigma/music/{name}" for name in ("game/puzzle", "game/swamp", "menu/enigma_rag", "menu/esprit")),
    *(f"pushover/themes/{name}" for name in ("castle", "greek", "japanese")),
    *(f"games/etr/music/{name}" for name in ("credits1-cp", "options1-jt", "start1-jt")),
)
# what is left of it behind a switch's input
_LINE = ((150, -24), (260, -6), (400, 0), (2400, 0), (3100, -2), (3500, -12), (3900, -40))


def waited(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: some piece, from anywhere in it."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    piece = recorded(_SHARE / f"{PIECES[int(random.integers(len(PIECES)))]}.ogg")
    cut = excerpt(piece, samples, random, even_db=14, tries=40)
    return tapes.at_level(tapes.band(through(cut, *_LINE)), dbov)
