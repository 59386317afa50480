"""What a model can tell of the language it hears, which is less than it says.

A model trained or tuned on one language finds that one in everything: demo-zh says zh with a probability of 1.0 to
Cantonese, English and noise alike. Whisper's models before large-v3 have no token for Cantonese and call it zh. So a
guess is passed on only where it can mean something.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from monitor.asr.folder import VOCABULARIES
from monitor.asr.registry import load_registry

CANTONESE = "<|yue|>"
Tells = Literal["nothing", "languages", "cantonese"]
"""nothing; other languages than Chinese; those, and Cantonese from Mandarin. No model tells the other dialects."""


def vocabulary(model_dir: Path) -> list[str]:
    path = model_dir / VOCABULARIES[0]
    if path.is_file():
        tokens: list[str] = json.loads(path.read_text(encoding="utf-8"))
        return tokens
    return (model_dir / VOCABULARIES[1]).read_text(encoding="utf-8").split("\n")


def tells(model_dir: Path, tokens: Sequence[str] | None = None) -> Tells:
    """By what models.toml says of a model of that name, and by its vocabulary. tokens: that, if already read."""
    known = {entry.name: entry.languages for entry in load_registry()}
    if len(known.get(model_dir.name, ())) == 1 and known[model_dir.name] != ("multilingual",):
        return "nothing"
    tokens = vocabulary(model_dir) if tokens is None else tokens
    if "<|zh|>" not in tokens:
        return "nothing"
    return "cantonese" if CANTONESE in tokens else "languages"


def believed(found: tuple[str, float], can: Tells) -> tuple[str | None, float | None]:
    """A detected token and its probability as an answer's language; (None, None) where it means nothing."""
    language = found[0].strip("<|>")
    if can == "nothing" or (can == "languages" and language == "zh"):
        return None, None
    return language, round(found[1], 4)
