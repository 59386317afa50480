"""Is this folder a whole CTranslate2 Whisper model? Looked at without loading it: names, JSON, and model.bin's own map.

model.bin (CTranslate2's serialisation, little-endian): u32 version, string spec, u32 revision, u32 count, then for each
variable string name, u8 rank, u32 dimensions, u8 type, u32 bytes and the bytes; at last the aliases. A string is u16
length (its zero included) and its bytes.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import BinaryIO

from monitor.errors import ModelError

WEIGHTS = "model.bin"
FILES = (WEIGHTS, "config.json", "tokenizer.json")
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
MULTILINGUAL = 51865  # entries; English-only models have one less
AGAIN = "Fetch it again: linewatch models fetch NAME"


def check_folder(path: Path) -> None:
    """Raise ModelError naming the file, what was found and what to do, unless this is a whole multilingual model."""
    if not path.is_dir():
        raise ModelError(
            str(path), "the model folder is not there", "nothing" if not path.exists() else "a file", AGAIN
        )
    for name in FILES:
        if not (path / name).is_file():
            raise ModelError(str(path / name), "is missing", _seen(path), AGAIN)
    _weights(path / WEIGHTS)
    _alignment(path / "config.json")
    _json(path / "tokenizer.json")
    tokens = _vocabulary(path)
    if len(tokens) < MULTILINGUAL:
        what = "is for English only" if len(tokens) == MULTILINGUAL - 1 else "is not Whisper's vocabulary"
        raise ModelError(
            str(path), what, f"{len(tokens)} vocabulary entries", "Name a multilingual model, such as small"
        )


def _seen(path: Path) -> str:
    names = sorted(p.name for p in path.iterdir())
    return ", ".join(names[:6]) + (" …" if len(names) > 6 else "") if names else "an empty folder"


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise ModelError(str(path), "is not readable JSON", str(error).splitlines()[0], AGAIN) from error


def _alignment(path: Path) -> None:
    config = _json(path)
    if not isinstance(config, dict) or "lang_ids" not in config:
        raise ModelError(
            str(path), "is not a Whisper model's configuration in CTranslate2 form", "no lang_ids",
            "Convert the model with ct2-transformers-converter, or name another",
        )  # fmt: skip


def _vocabulary(path: Path) -> list[str]:
    found = next((path / name for name in VOCABULARIES if (path / name).is_file()), None)
    if found is None:
        raise ModelError(str(path / VOCABULARIES[0]), "is missing", _seen(path), AGAIN)
    if found.suffix == ".txt":
        return found.read_text(encoding="utf-8").rstrip("\n").split("\n")
    tokens = _json(found)
    if not isinstance(tokens, list):
        raise ModelError(str(found), "is not a list of tokens", type(tokens).__name__, AGAIN)
    return tokens


def _weights(path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as f:
        try:
            _number(f, "I")
            spec = _string(f)
            if spec != "WhisperSpec":
                raise ModelError(str(path), "is a model of another kind", spec or "no name", "Name a Whisper model")
            _number(f, "I")
            for _ in range(_number(f, "I")):
                _string(f)
                f.seek(4 * _number(f, "B") + 1, 1)
                f.seek(_number(f, "I"), 1)
            whole = f.tell() <= size
        except (struct.error, UnicodeDecodeError):
            whole = False
    if not whole:
        raise ModelError(str(path), "is damaged or cut off", f"{size} bytes", AGAIN)


def _number(f: BinaryIO, kind: str) -> int:
    return int(struct.unpack("<" + kind, f.read(struct.calcsize(kind)))[0])


def _string(f: BinaryIO) -> str:
    return f.read(_number(f, "H")).rstrip(b"\0").decode()
