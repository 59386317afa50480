"""Is this folder a whole CTranslate2 Whisper model? Looked at without loading it: names, JSON, and model.bin's own map.

model.bin (CTranslate2's serialisation, little-endian): u32 version, string spec, u32 revision, u32 count, then for each
variable string name, u8 rank, u32 dimensions, u8 type, u32 bytes and the bytes; at last the aliases. A string is u16
length (its zero included) and its bytes.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from monitor.errors import ModelError

WEIGHTS = "model.bin"
FILES = (WEIGHTS, "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
FEATURES = "preprocessor_config.json"
HEARS = {"sampling_rate": 16_000, "n_fft": 400, "hop_length": 160}
MULTILINGUAL = 51865  # entries; English-only models have one less
LAYER = re.compile(r"decoder/layer_(\d+)/")
AGAIN = "Copy, fetch or convert it again"


@dataclass(frozen=True, slots=True)
class _Decoder:
    """What model.bin says of its decoder. heads: None where it does not say."""

    layers: int
    heads: int | None

    def has(self, pair: object) -> bool:
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(i) is int and i >= 0 for i in pair)):
            return False
        return pair[0] < self.layers and (self.heads is None or pair[1] < self.heads)

    def knowing(self, name: str, f: BinaryIO, size: int) -> _Decoder:
        """This and what the variable tells, of so many bytes; behind it stands the file then."""
        if name == "decoder/num_heads" and size == 2:
            return _Decoder(self.layers, _number(f, "h"))
        f.seek(size, 1)
        layer = LAYER.match(name)
        return _Decoder(max(self.layers, int(layer[1]) + 1), self.heads) if layer else self


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
    decoder = _weights(path / WEIGHTS)
    _json(path / "tokenizer.json")
    tokens = _vocabulary(path)
    if len(tokens) < MULTILINGUAL:
        what = "is for English only" if len(tokens) == MULTILINGUAL - 1 else "is not Whisper's vocabulary"
        raise ModelError(
            str(path), what, f"{len(tokens)} vocabulary entries", "Name a multilingual model, such as small"
        )
    _config(path / "config.json", decoder, len(tokens))
    if (path / FEATURES).is_file():
        _features(path / FEATURES)


def _seen(path: Path) -> str:
    names = sorted(p.name for p in path.iterdir())
    return ", ".join(names[:6]) + (" …" if len(names) > 6 else "") if names else "an empty folder"


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(str(path), "is not readable JSON", str(error).splitlines()[0], AGAIN) from error


def _config(path: Path, decoder: _Decoder, tokens: int) -> None:
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
    if not (isinstance(heads, list) and heads and all(decoder.has(pair) for pair in heads)):
        what = "alignment_heads is not a list of [layer, head] of this model, without which words have no times"
        raise ModelError(str(path), what, _short(heads), AGAIN)


def _features(path: Path) -> None:
    """Every Whisper hears in the same way but for the number of bins, which is compared with the model's later."""
    config = _json(path)
    if not isinstance(config, dict):
        raise ModelError(str(path), "is not a description of features", _short(config), AGAIN)
    for name, value in HEARS.items():
        if config.get(name, value) != value:
            raise ModelError(str(path), f"is not Whisper's, whose {name} is {value}", _short(config[name]), AGAIN)


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:60] + " …"


def _vocabulary(path: Path) -> list[str]:
    found = next((path / name for name in VOCABULARIES if (path / name).is_file()), None)
    if found is None:
        raise ModelError(str(path / VOCABULARIES[0]), "is missing", _seen(path), AGAIN)
    if found.suffix == ".txt":
        return _lines(found)
    tokens = _json(found)
    if not (isinstance(tokens, list) and all(isinstance(token, str) for token in tokens)):
        raise ModelError(str(found), "is not a list of tokens", _short(tokens), AGAIN)
    return tokens


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    except ValueError as error:
        raise ModelError(str(path), "is not readable UTF-8 text", str(error), AGAIN) from error


def _weights(path: Path) -> _Decoder:
    size = path.stat().st_size
    decoder = _Decoder(0, None)
    with path.open("rb") as f:
        try:
            _number(f, "I")
            spec = _string(f)
            if spec != "WhisperSpec":
                raise ModelError(str(path), "is a model of another kind", spec or "no name", "Name a Whisper model")
            _number(f, "I")
            for _ in range(_number(f, "I")):
                name = _string(f)
                f.seek(4 * _number(f, "B") + 1, 1)
                decoder = decoder.knowing(name, f, _number(f, "I"))
            whole = f.tell() <= size
        except (struct.error, UnicodeDecodeError):
            whole = False
    if not whole:
        raise ModelError(str(path), "is damaged or cut off", f"{size} bytes", AGAIN)
    return decoder


def _number(f: BinaryIO, kind: str) -> int:
    return int(struct.unpack("<" + kind, f.read(struct.calcsize(kind)))[0])


def _string(f: BinaryIO) -> str:
    return f.read(_number(f, "H")).rstrip(b"\0").decode()
