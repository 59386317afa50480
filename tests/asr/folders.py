"""Model folders that have the right shape and nothing inside."""

from __future__ import annotations

import json
import struct
from pathlib import Path

from monitor.asr.registry import ModelEntry
from tests.asr.hub import REPOSITORY

ENTRY = ModelEntry(
    name="some", repository=REPOSITORY, revision="main", licence="MIT", languages=("zh",), size_mb=1, hardware="",
    format="ct2", note="",
)  # fmt: skip

CONFIG = {"lang_ids": [2], "suppress_ids": [1, 3], "suppress_ids_begin": [3], "alignment_heads": [[1, 0]]}


def weights(spec: str = "WhisperSpec", values: int = 5000) -> bytes:
    """The smallest model.bin that has CTranslate2's structure: two layers of bytes, and the number of heads."""

    def string(text: str) -> bytes:
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    head = struct.pack("<I", 6) + string(spec) + struct.pack("<I", 3) + struct.pack("<I", 3)
    layers = b"".join(
        string(f"decoder/layer_{n}/weight") + struct.pack("<BIBI", 1, values, 1, values) + bytes(values) for n in (0, 1)
    )
    heads = string("decoder/num_heads") + struct.pack("<BBIh", 0, 2, 2, 4)
    return head + layers + heads + struct.pack("<I", 0)


def model_files(entries: int = 51865) -> dict[str, bytes]:
    return {
        "model.bin": weights(),
        "config.json": json.dumps(CONFIG).encode(),
        "tokenizer.json": b"{}",
        "vocabulary.json": json.dumps([str(i) for i in range(entries)]).encode(),
        "preprocessor_config.json": b"{}",
    }


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder
