"""Sounds that were recorded, some seconds each, and what goes on for longer made of them, for the sets from `settled`
on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import soxr

from bench.mobile import through
from bench.packages import missing
from bench.places import put
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal


@dataclass(frozen=True)
class Sounds:
    """Those of one folder. speeds: how much slower each is had, beside as it is. fade_s: how slowly one piece goes over
    into the next. suffix: what every file's name ends with that is not told."""

    folder: Path
    speeds: tuple[float, ...]
    fade_s: float
    suffix: str = ""

    def heard(self, name: str, speed: float) -> Signal:
        return _heard(self.folder / f"{name}{self.suffix}", speed)

    def goes_on(
        self, samples: int, random: np.random.Generator, names: tuple[str, ...], piece_s: tuple[float, float],
        uneven_db: float,
    ) -> Signal:  # fmt: skip
        """Piece after piece of these, each from anywhere in it, at some speed and some strength."""
        out, fade = np.zeros(samples), int(RATE * self.fade_s)
        at = -int(RATE * random.uniform(0, piece_s[0]))
        while at < samples:
            sound = self.heard(names[int(random.integers(len(names)))], float(random.choice(self.speeds)))
            lasts = min(int(RATE * random.uniform(*piece_s)), len(sound))
            start = int(random.integers(len(sound) - lasts + 1))
            ends = np.sin(np.pi / 2 * np.minimum(1, np.minimum(np.arange(lasts), np.arange(lasts)[::-1]) / fade))
            put(out, at, sound[start : start + lasts] * ends * 10 ** (random.normal(0, uneven_db) / 20))
            at += max(lasts - fade, fade)
        return out


@lru_cache(maxsize=512)
def _heard(path: Path, speed: float) -> Signal:
    """What was recorded, at -26 dBov, where it is not all but still at its ends."""
    if not path.exists():
        raise missing(f"the sounds {path.parent}")
    sound = through(tapes.recorded(path), (60, -40), (120, 0), (3900, 0))
    loud = np.flatnonzero(np.abs(sound) > 0.02 * np.abs(sound).max())
    return tapes.at_level(soxr.resample(sound[loud[0] : loud[-1]], RATE * speed, RATE), -26)
