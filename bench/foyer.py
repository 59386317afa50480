"""Hold music for the set `lowland`: forty-one pieces as people played or produced them, as Debian and PyPI have them.

What two telephones play while one waits or before one is through (Linphone, Jami), tunes that mobiles ring with
(Lomiri), what a library of elevator music has (script-background-music), folk and strings, cocktail jazz, bolero,
guitars, a grand piano and electronic pieces from games and a maker of slide shows.
"""

from __future__ import annotations

import numpy as np

from bench.excerpts import excerpt, recorded
from bench.mobile import through
from bench.registries import lowland
from bench.surroundings import RATE
from tests import tapes
from tests.tapes import Signal

PIECES = (
    *(("linphone-common", f"{name}.mkv") for name in (
        "dont_wait_too_long", "rings/four_hands_together", "rings/house_keeping", "rings/its_a_game",
        "rings/notes_of_the_optimistic", "rings/soft_as_snow",
    )),
    *(("jami-daemon", f"{name}.opus") for name in (
        "01_AfroNigeria", "02_AfroNigeria", "03_AcousticGuitar", "04_ElectricGuitar", "05_AcousticIndia", "06_RingSoft",
        "09_ElectroCloud",
    )),
    *(("lomiri-sounds", f"{name}.ogg") for name in ("Entropy", "Latin", "Soul", "Time not Lost", "UBports")),
    *(("script-background-music", f"{name}.mp3") for name in ("local-forecast", "lofi", "overcast")),
    *(("freecol", f"{name}.ogg") for name in (
        "fearless-sailors", "founders", "musicbox", "settlers-routine", "sunrise", "tailwind",
    )),
    *(("openclonk-data", f"{name}.ogg") for name in (
        "@CrushedIceCocktail", "IslandDreams", "LucidDream", "Motorway", "Offshore", "TheSkylands", "UrbanBolero",
    )),
    ("nyquist", "demo.mp3"), ("photofilmstrip", "Lively Light.mp3"), ("raincat-data", "project_raincat.ogg"),
    ("pathological", "background.ogg"), ("hannah-data", "bgm1.ogg"),
    ("funnyboat", "JDruid-Trip_on_the_Funny_Boat.ogg"), ("lugaru-data", "Music1Snow.ogg"),
)  # fmt: skip
# what is left of it behind a switch's input
_LINE = ((150, -28), (280, -5), (430, 0), (2400, 0), (3000, -1), (3450, -12), (3900, -40))


def waited(ms: int, dbov: float, seed: int) -> Signal:
    """Telephone band: some piece, from anywhere in it."""
    random, samples = np.random.default_rng(seed), ms * RATE // 1000
    package, file = PIECES[int(random.integers(len(PIECES)))]
    cut = excerpt(recorded(lowland(package) / file), samples, random, even_db=14, tries=40)
    return tapes.at_level(tapes.band(through(cut, *_LINE)), dbov)
