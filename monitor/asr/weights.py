"""What model.bin says of itself, read without loading it.

CTranslate2's serialisation, little-endian: u32 version, string spec, u32 revision, u32 count, then for each variable
string name, u8 rank, u32 dimensions, u8 type, u32 bytes and the bytes; u32 count, then for each alias its name and the
variable's. A string is u16 length (its zero included) and its bytes.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from ctranslate2.specs.model_spec import CURRENT_BINARY_VERSION

from monitor.errors import ModelError

LAYER = re.compile(r"decoder/layer_(\d+)/")


@dataclass(frozen=True, slots=True)
class Weights:
    """layers, heads: of the decoder. tokens: that it can write; bins: of a spectrum that it hears. None: not said."""

    layers: int = 0
    heads: int | None = None
    tokens: int | None = None
    bins: int | None = None

    def has(self, pair: object) -> bool:
        """Whether this is [layer, head] of the decoder."""
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(i) is int and i >= 0 for i in pair)):
            return False
        return pair[0] < self.layers and (self.heads is None or pair[1] < self.heads)

    def knowing(self, name: str, shape: tuple[int, ...]) -> Weights:
        """This and what a variable's shape tells."""
        if name == "decoder/embeddings/weight" and shape:
            return replace(self, tokens=shape[0])
        if name == "encoder/conv1/weight" and len(shape) == 3:
            return replace(self, bins=shape[1])
        layer = LAYER.match(name)
        return replace(self, layers=max(self.layers, int(layer[1]) + 1)) if layer else self


def read(path: Path, again: str) -> Weights:
    """Raises ModelError for another kind, another version or a file that is not whole; again: how it comes once more.

    OSError for the disk.
    """
    with path.open("rb") as f:
        try:
            version, spec = _number(f, "I"), _string(f)
            if spec != "WhisperSpec":
                raise ModelError(str(path), "is a model of another kind", spec or "no name", "Name a Whisper model")
            if version != CURRENT_BINARY_VERSION:
                raise ModelError(
                    str(path), f"is not of version {CURRENT_BINARY_VERSION}, which this ctranslate2 reads",
                    f"version {version}", f"Upgrade ctranslate2 if it is a later one. {again}",
                )  # fmt: skip
            _number(f, "I")
            found = Weights()
            for _ in range(_number(f, "I")):
                found = _variable(f, found)
            for _ in range(2 * _number(f, "I")):  # an alias and what it stands for
                _string(f)
        except (struct.error, UnicodeDecodeError):
            raise ModelError(str(path), "is damaged or cut off", f"{path.stat().st_size} bytes", again) from None
    return found


def _variable(f: BinaryIO, known: Weights) -> Weights:
    name = _string(f)
    shape = tuple(_number(f, "I") for _ in range(_number(f, "B")))
    _number(f, "B")
    size = _number(f, "I")
    if name == "decoder/num_heads" and size == 2:
        return replace(known, heads=_number(f, "h"))
    f.seek(size, 1)
    return known.knowing(name, shape)


def _number(f: BinaryIO, kind: str) -> int:
    return int(struct.unpack("<" + kind, f.read(struct.calcsize(kind)))[0])


def _string(f: BinaryIO) -> str:
    length = _number(f, "H")
    raw = f.read(length)
    if len(raw) < length:
        raise struct.error("cut off")
    return raw.rstrip(b"\0").decode()
