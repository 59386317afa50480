"""Model folders that have the right shape and nothing inside."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from monitor.asr.registry import ModelEntry
from tests.asr.hub import REPOSITORY

ENTRY = ModelEntry(
    name="some", repository=REPOSITORY, revision="main", licence="MIT", languages=("zh",), size_mb=1, hardware="",
    format="ct2", note="",
)  # fmt: skip

CONFIG = {"lang_ids": [2], "suppress_ids": [1, 3], "suppress_ids_begin": [3], "alignment_heads": [[1, 0]]}


TOKENIZER = Tokenizer(WordLevel({"a": 0}, unk_token="a")).to_str().encode()


def string(text: str) -> bytes:
    return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"


def variable(name: str, *shape: int) -> bytes:
    """As many bytes of nothing as the shape says."""
    size = math.prod(shape)
    return string(name) + struct.pack(f"<B{len(shape)}IBI", len(shape), *shape, 1, size) + bytes(size)


def weights(spec: str = "WhisperSpec", version: int = 6, tokens: int = 51865, bins: int = 80) -> bytes:
    """The smallest model.bin that has CTranslate2's structure: two layers of bytes, and the number of heads."""
    head = struct.pack("<I", version) + string(spec) + struct.pack("<II", 3, 5)
    layers = variable("decoder/layer_0/weight", 5000) + variable("decoder/layer_1/weight", 5000)
    heads = string("decoder/num_heads") + struct.pack("<BBIh", 0, 2, 2, 4)
    shapes = variable("decoder/embeddings/weight", tokens, 1) + variable("encoder/conv1/weight", 1, bins, 3)
    alias = struct.pack("<I", 1) + string("decoder/projection/weight") + string("decoder/embeddings/weight")
    return head + layers + heads + shapes + alias


def model_files(entries: int = 51865) -> dict[str, bytes]:
    return {
        "model.bin": weights(),
        "config.json": json.dumps(CONFIG).encode(),
        "tokenizer.json": TOKENIZER,
        "vocabulary.json": json.dumps([str(i) for i in range(entries)]).encode(),
        "preprocessor_config.json": b"{}",
    }


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder
