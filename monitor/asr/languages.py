"""What a model can tell of the language it hears, which is less than it says.

A model trained or tuned on one language finds that one in everything: demo-zh says zh with a probability of 1.0 to
Cantonese, English and noise alike. Whisper's models before large-v3 have no token for Cantonese and call it zh. So a
guess is passed on only where it can mean something.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from monitor.asr.folder import VOCABULARIES
from monitor.asr.registry import load_registry
from monitor.errors import ModelError

CANTONESE = "<|yue|>"
LANGUAGE = re.compile(r"<\|[a-z]{2,3}\|>")
Tells = Literal["nothing", "languages", "cantonese"]
"""nothing; other languages than Chinese; those, and Cantonese from Mandarin. No model tells the other dialects."""


def vocabulary(model_dir: Path) -> list[str]:
    path = model_dir / VOCABULARIES[0]
    if path.is_file():
        tokens: list[str] = json.loads(path.read_text(encoding="utf-8"))
        return tokens
    return (model_dir / VOCABULARIES[1]).read_text(encoding="utf-8").split("\n")


def check_language(language: str, tokens: Sequence[str]) -> None:
    """Raises ModelError where a model with this vocabulary cannot be asked for the language."""
    known = [token[2:-2] for token in tokens if LANGUAGE.fullmatch(token)]
    if language == "auto" or language in known or not known:  # with none, it is the vocabulary that is wrong
        return
    near = get_close_matches(language.lower(), known, n=3, cutoff=0.5)
    offered = [*near, *(each for each in ("zh", "yue", "en") if each in known and each not in near)]
    raise ModelError(
        "[asr] language", "is none that this model knows", repr(language),
        f"Set a code such as {', '.join(offered)}, or auto (of {len(known)} languages)",
    )  # fmt: skip


def tells(model_dir: Path, tokens: Sequence[str] | None = None) -> Tells:
    """By what models.toml says of a model of that name, and by its vocabulary. tokens: that, if already read."""
    known = {entry.name: entry.languages for entry in load_registry()}
    if len(known.get(model_dir.name, ())) == 1 and known[model_dir.name] != ("multilingual",):
        return "nothing"
    tokens = vocabulary(model_dir) if tokens is None else tokens
    if "<|zh|>" not in tokens or not _detects(model_dir):
        return "nothing"
    return "cantonese" if CANTONESE in tokens else "languages"


def _detects(model_dir: Path) -> bool:
    """Whether the model was converted with its list of languages; else it has none to choose from."""
    ids: object = json.loads((model_dir / "config.json").read_text(encoding="utf-8"))["lang_ids"]
    return bool(ids)


def believed(found: tuple[str, float], can: Tells) -> tuple[str | None, float | None]:
    """A detected token and its probability as an answer's language; (None, None) where it means nothing."""
    language = found[0].strip("<|>")
    if can == "nothing" or (can == "languages" and language == "zh"):
        return None, None
    return language, round(found[1], 4)
