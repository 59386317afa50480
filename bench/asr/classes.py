"""How many lines a core holds with encoder contexts of coarser and finer length classes.

Coarse classes let more segments share a decode, fine ones encode less silence. The context of a decode has a say in
what is heard, so the class must not depend on how fast a machine was at start; this shows what that costs.
"""

from __future__ import annotations

from pathlib import Path

from bench.asr.cost import Cost, each
from bench.asr.lines import lines_held
from bench.asr.ours import batches, engine_of, final
from bench.rows import Row, row
from bench.talk import Talk

CLASSES_MS = (250, 500, 1000, 2000)


def classes(folder: Path, call: Talk) -> Cost:
    """extra: lines that one worker holds, by class."""
    found = Cost()
    for class_ms in CLASSES_MS:
        engine = engine_of(folder, length_class_ms=class_ms)
        cost = each(call.segments, lambda segment, engine=engine: final(engine, segment))
        cost.kinds = [engine.context_ms(segment) for segment in call.segments]
        cost.batch = batches(engine, call, cost)
        found.extra[str(class_ms)] = lines_held(call, cost)
    return found


def class_rows(call: Talk, cost: Cost) -> list[Row]:
    n = len(call.segments)
    return [row("asr", f"lines_per_core_class_{name}_ms", held, "lines", n) for name, held in cost.extra.items()]
