"""The multilingual Whisper vocabulary (51,865 entries) from openai-whisper's MIT asset, and the part of it in use.

Targets are written a character at a time (1 to 3 byte-pair tokens each), without punctuation, numbers as Hanzi.
"""

from __future__ import annotations

import base64
import importlib.util
from functools import cache
from itertools import pairwise
from pathlib import Path

EOT, SOT, ZH, TRANSCRIBE, NO_SPEECH, NO_TIMESTAMPS, TIMESTAMP_0 = 50257, 50258, 50260, 50359, 50362, 50363, 50364
VOCABULARY = 51865
TICK_S = 0.2  # end and start times are trained in this grain; the vocabulary's own is 0.02


def asset() -> Path:
    spec = importlib.util.find_spec("whisper")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("openai-whisper is not installed: pip install openai-whisper --no-deps (its asset is needed)")
    return Path(spec.submodule_search_locations[0]) / "assets" / "multilingual.tiktoken"


@cache
def ranks() -> dict[bytes, int]:
    rows = (line.split() for line in asset().read_bytes().splitlines() if line)
    return {base64.b64decode(token): int(rank) for token, rank in rows}


@cache
def char_ids(char: str) -> tuple[int, ...]:
    """Byte-pair encoding of one character."""
    table, parts = ranks(), [bytes([b]) for b in char.encode()]
    while len(parts) > 1:
        pairs = [(table.get(a + b, 1 << 30), i) for i, (a, b) in enumerate(pairwise(parts))]
        rank, i = min(pairs)
        if rank == 1 << 30:
            break
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return tuple(table[p] for p in parts)


def timestamp(seconds: float) -> int:
    return TIMESTAMP_0 + round(min(seconds, 30.0) / TICK_S) * round(TICK_S / 0.02)


@cache
def used_ids() -> list[int]:
    """All ids that can occur: GB 2312's characters, the prompt's tokens, end of text and the times in use."""
    level1 = (bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xF8) for b in range(0xA1, 0xFF))
    ids = {i for char in level1 if char for i in char_ids(char)}
    ids |= {EOT, SOT, ZH, TRANSCRIBE, NO_SPEECH, NO_TIMESTAMPS}
    ids |= {timestamp(k * TICK_S) for k in range(151)}
    return sorted(ids)
