"""The spoken shards as one list of clips with what training needs of each: samples, syllable times and classes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pypinyin import Style, lazy_pinyin

INITIALS = ("zh", "ch", "sh", *"bpmfdtnlgkhjqxrzcsyw")


@dataclass(frozen=True)
class Clip:
    audio: np.ndarray  # int16, 16 kHz
    text: str
    starts: np.ndarray  # first sample of every character's syllable
    ends: np.ndarray
    kind: str


class Clips:
    """Shards found so far; `refresh` takes up new ones while they are being made."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: list[tuple[np.ndarray, Any]] = []
        self.seen: set[str] = set()
        self.refresh()

    def refresh(self) -> int:
        for path in sorted(self.folder.glob("*.json")):
            if path.name not in self.seen:
                self.seen.add(path.name)
                audio = np.load(path.with_suffix(".npy"), mmap_mode="r")
                self.rows += [(audio, row) for row in json.loads(path.read_text(encoding="utf-8"))]
        return len(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, i: int) -> Clip:
        audio, (kind, text, at, length, starts) = self.rows[i]
        begin = np.asarray(starts)
        ends = np.append(begin[1:], length)
        return Clip(np.asarray(audio[at : at + length]), text, begin, ends, kind)


@cache
def syllable(written: str) -> tuple[int, str, int]:
    """(initial 0-23, final, tone 1-5) of a tone-numbered syllable."""
    tone = int(written[-1]) if written[-1].isdigit() else 5
    body = written.rstrip("12345")
    for i, initial in enumerate(INITIALS):
        if body.startswith(initial):
            return i, body[len(initial) :], tone
    return len(INITIALS), body, tone


FINALS = {
    f: i
    for i, f in enumerate(
        [
            "?",
            "a",
            "o",
            "e",
            "i",
            "u",
            "v",
            "ai",
            "ei",
            "ui",
            "ao",
            "ou",
            "iu",
            "ie",
            "ve",
            "ue",
            "er",
            "an",
            "en",
            "in",
            "un",
            "vn",
            "ang",
            "eng",
            "ing",
            "ong",
            "ia",
            "ian",
            "iang",
            "iao",
            "iong",
            "ua",
            "uai",
            "uan",
            "uang",
            "uo",
            "van",
            "u:",
        ]
    )
}
COUNTS = (len(INITIALS) + 2, len(FINALS) + 1, 6)


def classes(text: str) -> np.ndarray:
    """int64 [characters, 3]: initial, final and tone class of every character (0 is kept for silence)."""
    rows = []
    for written in lazy_pinyin(text, style=Style.TONE3, neutral_tone_with_five=True):
        initial, final, tone = syllable(written)
        rows.append((initial + 1, FINALS.get(final, 0) + 1, tone))
    return np.asarray(rows, np.int64).reshape(-1, 3)
