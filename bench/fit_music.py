"""Music as people play and record it, among what the VAD's weights are fitted on, `fit_clips.py`: it is no speech.

Hold music that is made by rule has neither a bow nor a breath, and weights fitted on that alone took near half of what
is recorded for speech. These pieces are of games, as Debian has them, most of them without words; and scores of one
more, played by sampled instruments (FluidSynth). Of further games only the net for music learns. The sets have none of
them. Nothing is kept but in the temporary folder.
"""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.fit_noises import RATE
from monitor.errors import ConfigError
from tests import tapes
from tests.tapes import Signal

PACKAGES = (
    "wesnoth-1.16-music", "supertux-data", "singularity-music", "xmoto-data", "flare-game", "hedgewars-data",
    "openttd-openmsx", "fluidsynth", "fluid-soundfont-gm",
    "asc-music", "hyperrogue-music", "warzone2100-music", "unknown-horizons", "warmux-data", "marsshooter-data",
    "amoebax-data", "btanks-data", "plee-the-bear-data", "trackballs-data", "zaz-data", "lordsawar-data",
)  # fmt: skip
_GAMES = Path("/usr/share/games")
_PLACES = (
    (_GAMES / "wesnoth/1.16/data/core/music", "*.ogg"),
    (_GAMES / "supertux2/music", "**/*.ogg"),
    (_GAMES / "singularity/music", "**/*.ogg"),
    (_GAMES / "xmoto", "**/*.ogg"),
    (_GAMES / "flare", "**/music/*.ogg"),
    (_GAMES / "hedgewars/Data/Music", "**/*.ogg"),
    (_GAMES / "openttd/baseset/openmsx", "*.mid"),
)
_FURTHER = (
    (_GAMES / "asc/music", "*.mp3"),
    (Path("/usr/share/hyperrogue/music"), "*.ogg"),
    (_GAMES / "warzone2100/music/albums", "*/*.opus"),
    (Path("/usr/share/unknown-horizons/content/audio/music"), "**/*.ogg"),
    (_GAMES / "warmux/music", "**/*.ogg"),
    (_GAMES / "marsshooter/audio/music", "*.ogg"),
    (_GAMES / "amoebax/music", "*.ogg"),
    (_GAMES / "btanks/data/tunes", "*.ogg"),
    (_GAMES / "plee-the-bear/music", "**/*.ogg"),
    (_GAMES / "trackballs/music", "*.ogg"),
    (_GAMES / "zaz", "*.ogg"),
    (_GAMES / "lordsawar/music", "*.ogg"),
)
_INSTRUMENTS = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
_MOST_S, _LEAST_S, _PLAYED_HZ = 60, 8, 22_050
# no second of what is played is so much fainter than the piece, where that can be had
_EVEN_DB, _TRIES = 30, 20
# two streams in one file, the second one damaged; and others that FFmpeg or their titles in Latin-1 cannot be read
_UNREADABLE = ("christmas_theme", "hr-savino-caribbean", "hr-savino-ivory", "hr-savino-ocean", "Olivier_Militon")


def played(samples: int, random: np.random.Generator, further: bool = False) -> Signal:
    """Some of a piece, from anywhere in it, as loud as it is; further: of those that only the net for music is fitted
    on. A ConfigError where there is none."""
    pieces = _pieces(further)
    for _ in range(_TRIES):
        piece = pieces[int(random.integers(len(pieces)))]
        some = np.resize(np.roll(piece, -int(random.integers(len(piece)))), samples).astype(np.float64)
        seconds = (some[: samples // RATE * RATE].reshape(-1, RATE) ** 2).mean(axis=1)
        if seconds.min() > np.mean(piece.astype(np.float64) ** 2) * 10 ** (-_EVEN_DB / 10):
            break
    return some


def paths(further: bool) -> list[Path]:
    """Recordings and scores; a ConfigError naming what is missing."""
    found = []
    for place, pattern in _FURTHER if further else _PLACES:
        here = sorted(path for path in place.glob(pattern) if not path.name.startswith(_UNREADABLE))
        if not here or not _INSTRUMENTS.exists():
            raise ConfigError(
                "bench.fit_vad", f"there is no music {place}/{pattern} or no {_INSTRUMENTS}",
                do=f"On Debian: apt-get install --no-install-recommends {' '.join(PACKAGES)}",
            )  # fmt: skip
        found += here
    return found


@lru_cache(maxsize=2)
def _pieces(further: bool) -> tuple[NDArray[np.int16], ...]:
    """A minute of each, from its middle; of what is longer than a jingle."""
    return tuple(piece for path in paths(further) if len(piece := _kept(path)) >= _LEAST_S * RATE)


def _kept(path: Path) -> NDArray[np.int16]:
    size = f"{path} {path.stat().st_size} {_MOST_S}"
    kept = Path(tempfile.gettempdir()) / "linewatch-music" / f"{hashlib.sha256(size.encode()).hexdigest()[:24]}.npy"
    if not kept.exists():
        kept.parent.mkdir(exist_ok=True)
        whole = _scored(path) if path.suffix == ".mid" else tapes.recorded(path)
        most = _MOST_S * RATE
        middle = max(len(whole) - most, 0) // 2
        with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as fresh:
            np.save(fresh, tapes.pcm(whole[middle : middle + most]))
        Path(fresh.name).rename(kept)
    return np.asarray(np.load(kept))


def _scored(path: Path) -> Signal:
    """A score as it is played."""
    with tempfile.NamedTemporaryFile(suffix=".wav") as wave:
        subprocess.run(
            ["fluidsynth", "-n", "-i", "-q", "-F", wave.name, "-r", str(_PLAYED_HZ), str(_INSTRUMENTS), str(path)],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        return tapes.recorded(Path(wave.name))
