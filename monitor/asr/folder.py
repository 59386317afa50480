"""Is this folder a whole CTranslate2 Whisper model, whose files fit each other? Looked at without loading its weights.

What does not fit would not fail at the start but hear nonsense, or end the process at some decode.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tokenizers import Tokenizer

from monitor.asr import weights
from monitor.asr.weights import Weights
from monitor.errors import ModelError

WEIGHTS, TOKENIZER = "model.bin", "tokenizer.json"
FILES = (WEIGHTS, "config.json", TOKENIZER)
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
FEATURES = "preprocessor_config.json"
HEARS = {"sampling_rate": 16_000, "n_fft": 400, "hop_length": 160, "chunk_length": 30}
BINS = 80
"""What faster-whisper takes where nothing is said."""
MULTILINGUAL = 51865  # entries; English-only models have one less
AGAIN = "Copy, fetch or convert it again"


def check_folder(path: Path, again: str = AGAIN) -> None:
    """Raise ModelError naming the file, what was found and what to do, unless this is a whole multilingual model.

    again: how this very model is brought here once more, where that is known and helps.
    """
    try:
        with brought_by(again):
            _check(path)
    except OSError as error:
        what = str(error.filename or path)
        raise ModelError(what, "cannot be read", error.strerror or "", "Look at its disk and permissions") from error


@contextmanager
def brought_by(again: str) -> Iterator[None]:
    """Damage raised within says `again` in place of AGAIN."""
    try:
        yield
    except ModelError as error:
        if AGAIN not in error.do:
            raise
        raise ModelError(error.where, error.what, error.found, error.do.replace(AGAIN, again)) from error


def _check(path: Path) -> None:
    if not path.is_dir():
        raise ModelError(
            str(path), "the model folder is not there", "nothing" if not path.exists() else "a file", AGAIN
        )
    for name in FILES:
        if not (path / name).is_file():
            raise ModelError(str(path / name), "is missing", _seen(path), AGAIN)
    model = weights.read(path / WEIGHTS, AGAIN)
    _tokenizer(path / TOKENIZER)
    tokens = len(_vocabulary(path, model))
    _config(path / "config.json", model, tokens)
    _features(path / FEATURES, model)


def _seen(path: Path) -> str:
    names = sorted(p.name for p in path.iterdir())
    return ", ".join(names[:6]) + (" …" if len(names) > 6 else "") if names else "an empty folder"


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(str(path), "is not readable JSON", str(error).splitlines()[0], AGAIN) from error


def _tokenizer(path: Path) -> None:
    text = path.read_bytes()
    try:
        Tokenizer.from_buffer(text)
    except Exception as error:  # it raises no narrower kind
        raise ModelError(str(path), "is not a tokenizer", str(error).splitlines()[0], AGAIN) from error


def _config(path: Path, model: Weights, tokens: int) -> None:
    """CTranslate2 believes this file: a token or layer that the model lacks ends the whole process at some decode."""
    config = _json(path)
    if not isinstance(config, dict) or "lang_ids" not in config:
        raise ModelError(
            str(path), "is not a Whisper model's configuration in CTranslate2 form", "no lang_ids",
            "Convert the model with ct2-transformers-converter, or name another",
        )  # fmt: skip
    for name in ("lang_ids", "suppress_ids", "suppress_ids_begin"):
        # a fine-tuned model that suppresses nothing is converted to null
        ids = config.get(name) if name == "lang_ids" else config.get(name) or []
        if not (isinstance(ids, list) and all(type(i) is int and -1 <= i < tokens for i in ids)):
            raise ModelError(str(path), f"{name} is not a list of the vocabulary's tokens", _short(ids), AGAIN)
    heads = config.get("alignment_heads")
    if not (isinstance(heads, list) and heads and all(model.has(pair) for pair in heads)):
        what = "alignment_heads is not a list of [layer, head] of this model, without which words have no times"
        raise ModelError(str(path), what, _short(heads), AGAIN)


def _features(path: Path, model: Weights) -> None:
    """Every Whisper hears in the same way, but for the number of bins."""
    config = _json(path) if path.is_file() else {}
    if not isinstance(config, dict):
        raise ModelError(str(path), "is not a description of features", _short(config), AGAIN)
    wanted = HEARS if model.bins is None else HEARS | {"feature_size": model.bins}
    for name, value in wanted.items():
        found = config.get(name, BINS if name == "feature_size" else value)
        if found != value:
            raise ModelError(str(path), f"is not this model's, whose {name} is {value}", _short(found), AGAIN)


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:60] + " …"


def _vocabulary(path: Path, model: Weights) -> list[str]:
    found = next((path / name for name in VOCABULARIES if (path / name).is_file()), None)
    if found is None:
        raise ModelError(str(path / VOCABULARIES[0]), "is missing", _seen(path), AGAIN)
    tokens = _lines(found) if found.suffix == ".txt" else _json(found)
    if not (isinstance(tokens, list) and all(isinstance(token, str) for token in tokens)):
        raise ModelError(str(found), "is not a list of tokens", _short(tokens), AGAIN)
    if len(tokens) < MULTILINGUAL:
        what = "is for English only" if len(tokens) == MULTILINGUAL - 1 else "is not Whisper's vocabulary"
        raise ModelError(str(found), what, f"{len(tokens)} entries", "Name a multilingual model, such as small")
    if model.tokens not in (None, len(tokens)):
        what = f"is another model's: {WEIGHTS} has {model.tokens} tokens"
        raise ModelError(str(found), what, f"{len(tokens)} entries", AGAIN)
    return tokens


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except ValueError as error:
        raise ModelError(str(path), "is not readable UTF-8 text", str(error), AGAIN) from error
