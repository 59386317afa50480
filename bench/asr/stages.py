"""What encoder and decoder spend on a segment where several like it share a decode. On a CPU we encode one by one."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.asr.cost import Cost
from bench.asr.ours import SIZES, engine_of
from bench.rows import Row, row
from bench.talk import Talk
from monitor.asr.features import MS_PER_FRAME

CONTEXT_MS = 5500
TIMES = 5


def stages(folder: Path, call: Talk) -> Cost:
    """extra: CPU seconds for each segment, by stage and size of the batch, at a context of about CONTEXT_MS."""
    engine, cost = engine_of(folder), Cost()
    segment = min(call.segments, key=lambda one: abs(engine.context_ms(one) - CONTEXT_MS))
    frames = engine.context_ms(segment) // MS_PER_FRAME
    prompt, most_tokens = engine._ids.prompt(), engine._most_tokens(segment)
    for size in SIZES:
        features = engine._features([segment] * size, frames)
        encoded, encoder_s = _least(lambda features=features: engine._model.model.encode(features))
        _, decoder_s = _least(
            lambda encoded=encoded, size=size: engine._generate(encoded, [prompt] * size, most_tokens)
        )
        cost.extra |= {f"encoder_{size}": encoder_s / size, f"decoder_{size}": decoder_s / size}
    return cost


def _least(work: Callable[[], Any]) -> tuple[Any, float]:
    """What it gives, and the least CPU seconds of TIMES looks."""
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        given = work()
        spent.append(time.process_time() - began)
    return given, min(spent)


def stage_rows(cost: Cost) -> list[Row]:
    return [
        row("asr", f"{name}_together_cpu_ms_per_segment", 1000 * spent, "ms", TIMES)
        for name, spent in cost.extra.items()
    ]
