"""What of a recorded piece somebody on hold hears, for the sets from `settled` on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.packages import missing
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal


def excerpt(piece: NDArray[np.int16], samples: int, random: np.random.Generator, even_db: float, tries: int) -> Signal:
    """From anywhere in it. even_db: no second is so much fainter than the loudest one, where that can be had in so many
    tries: the piece neither begins nor ends."""
    for _ in range(tries):
        # what is shorter than is waited begins anew
        cut = np.resize(np.roll(piece, -int(random.integers(len(piece)))), samples).astype(np.float64)
        seconds = 10 * np.log10(np.mean(cut[: samples // RATE * RATE].reshape(-1, RATE) ** 2, axis=1) + 1e-3)
        if np.ptp(seconds) < even_db:
            break
    return cut


@lru_cache(maxsize=32)
def recorded(path: Path) -> NDArray[np.int16]:
    """A piece from its first sound to its last."""
    if not path.exists():
        raise missing(f"the music {path}", "is")
    sound = tapes.recorded(path)
    heard = np.flatnonzero(np.abs(sound) > 0.03 * np.abs(sound).max())
    return tapes.pcm(sound[heard[0] : heard[-1]])
