"""What the short context costs in accuracy: many sentences, both contexts on the same audio, sentence by sentence.

The sentences of `bench model`, drawn anew and spoken by other draws of its voices, half of which training never heard:
the standard's fixed and forbidden phrases (these are in the training text), templates filled anew, and free sentences
(from LINEWATCH_DATA, where it is), clean and through a telephone. Both contexts go through the same guard; the short
one may decode again, as the product does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from bench.asr.cost import Cost, distance
from bench.asr.ours import engine_of, final, guarded
from bench.rows import Row, row
from monitor.core.types import Segment

COUNT = 60
DRAWS = 1000
EDGES_MS = (200, 300)


def contexts(folder: Path, count: int) -> Cost:
    """`count` sentences of each set and condition; extra: (short errors, full errors, characters) of each, flat."""
    engine = engine_of(folder)
    cost = Cost()
    for number, (text, audio, rate_hz) in enumerate(_spoken(count)):
        segment = _segment(number, audio, rate_hz)
        heard = (final(engine, segment), guarded(engine, segment, full=True)[0])
        wrong = [distance([(text, each)]) for each in heard]
        cost.texts += heard
        cost.cpu_s += [wrong[0][0], wrong[1][0], wrong[0][1]]
    return cost


def _spoken(count: int) -> list[tuple[str, Any, int]]:
    from bench.material import CLEAN, PHONE, say
    from bench.model import SEED, sets
    from models.recipes.demo_zh.espeak import RATE_HZ, Espeak

    engine = Espeak()
    out = []
    for number, texts in enumerate(sets(count).values()):
        for kind in (CLEAN, PHONE):
            out += [(one.text, one.audio, RATE_HZ) for one in say(engine, texts, kind, SEED + 100 + number)]
    return out


def _segment(number: int, audio: Any, rate_hz: int) -> Segment:
    length_ms = audio.size * 1000 // rate_hz
    start_ms, end_ms = EDGES_MS[0], length_ms - EDGES_MS[1]
    return Segment(
        segment_id=f"{number}", call_id="bench", channel="agent", start_ms=start_ms, end_ms=end_ms, audio_start_ms=0,
        rate_hz=rate_hz, samples=audio, voiced_ms=end_ms - start_ms, level_dbov=-26.0, noise_dbov=-60.0,
    )  # fmt: skip


def context_rows(cost: Cost) -> list[Row]:
    """Both error rates, their difference, and how far that may be chance (standard error, sentences drawn anew)."""
    short, full, chars = np.array(cost.cpu_s).reshape(-1, 3).T
    n = int(chars.sum())
    rng = np.random.default_rng(1)
    drawn = rng.integers(0, chars.size, (DRAWS, chars.size))
    spread = float(np.std(100 * (short - full)[drawn].sum(1) / chars[drawn].sum(1)))
    points = 100 * float((short - full).sum()) / n
    return [
        row("asr", "sentences_cer", 100 * float(short.sum()) / n, "%", n),
        row("asr", "sentences_full_context_cer", 100 * float(full.sum()) / n, "%", n),
        row("asr", "short_context_costs", points, "points of CER", n),
        row("asr", "short_context_costs_stderr", spread, "points of CER", chars.size),
    ]
