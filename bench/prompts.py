"""Recordings of people that telephone switches play, as Debian has them (Asterisk's prompts), for the set `inland`.

Four women and a man whose trade it is, in English, Spanish, French, Italian and Russian; one woman speaks two of them.
They are whole sentences at 8 kHz, as a line carries them; nothing is cut or modelled.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.packages import missing
from tests import tapes
from tests.tapes import Signal

SOUNDS = Path("/usr/share/asterisk/sounds")
SPEAKERS = (
    "en_US_f_Allison", "es_MX_f_Allison", "fr_CA_f_June", "it_IT_f_Menardi", "it_IT_m_Carlo", "ru_RU_f_IvrvoiceRU",
)  # fmt: skip
# so many of the longest, in which most is said; one of them is animals
_MOST, _NOBODY = 16, "tt-monkeys.wav"


def prompts(speaker: str) -> Iterator[Signal]:
    """What somebody says, a recording at a time. A ConfigError where there is none."""
    found = sorted((SOUNDS / speaker).glob("*.wav"), key=lambda path: (-path.stat().st_size, path.name))
    if not found:
        raise missing(f"the recordings of {speaker}")
    yield from map(tapes.recorded, [path for path in found if path.name != _NOBODY][:_MOST])
