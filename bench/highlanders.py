"""Who speaks in the set `upland`: people as they were recorded, by packages of PyPI, and the Mandarin of `recital.py`.

Ten who read aloud in English, some sentences each, which a synthesizer has as voices to imitate (tortoise-tts; of its
voices those that are not called after actors and characters of films, and have little noise of their own), and one who
says a line of a tale in Mandarin (f5-tts). What is recorded louder or fainter than the rest is made even. Eight of
eighteen speak Mandarin.
"""

from __future__ import annotations

from collections.abc import Iterator

from bench import told
from bench.recital import VOICES, recited
from bench.registries import PACKAGES, lies, missing
from tests import tapes
from tests.tapes import Signal

_READERS = "tortoise-tts"
# a package, and which of its files
PEOPLE = (
    *((_READERS, f"{name}/*") for name in ("lj", "mol", "snakes", "tim_reynolds")),
    *((_READERS, f"train_{name}/*") for name in ("atkins", "daws", "dotrice", "dreams", "grace", "kennard")),
    ("f5-tts", "basic_ref_zh.wav"),
)
_SHORT = 8000


def highlanders() -> Iterator[Signal]:
    """All that each of them says, a pause after each recording. A ConfigError where anything of the set is missing."""
    for package in PACKAGES:
        lies(package.folder)
    for where, files in PEOPLE:
        found = [tapes.recorded(path) for path in sorted(lies(where).glob(files)) if path.suffix in (".wav", ".mp3")]
        said = [tapes.band(sound) for sound in found if len(sound) > _SHORT]
        if not said:
            raise missing(lies(where) / files)
        yield told.joined(said)
    for number, voice in enumerate(VOICES):
        yield recited(voice, number)
