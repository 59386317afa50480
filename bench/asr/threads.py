"""How long one segment takes where a decode has several threads, and how many lines one such worker keeps in time.

Segments of a heavy model are late on one thread however few lines there are. Two measures, the shorter of TIMES looks
at each segment: the clock, and the CPU time of the busiest thread, which comes near to the clock of idle cores (what a
thread spends on waiting awake for the others counts). Segments go one at a time.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.asr.cost import Cost, quantile
from bench.asr.lines import lines_held
from bench.asr.ours import engine_of, final
from bench.rows import Row, row
from bench.talk import Talk

TIMES = 3


def threaded(folder: Path, heard: tuple[Talk, int]) -> Cost:
    """A call, with so many threads. cpu_s: of the busiest thread; extra: by the clock, number by number."""
    call, threads = heard
    engine = engine_of(folder, threads=threads)
    final(engine, call.segments[0])
    busiest, clock = np.full((2, TIMES, len(call.segments)), np.inf)
    for look in range(TIMES):
        for number, segment in enumerate(call.segments):
            before, began = _busy_s(), time.monotonic()
            final(engine, segment)
            clock[look, number] = time.monotonic() - began
            busiest[look, number] = max(spent - before.get(thread, 0.0) for thread, spent in _busy_s().items())
    return Cost(list(busiest.min(0)), extra={str(n): float(s) for n, s in enumerate(clock.min(0))})


def _busy_s() -> dict[int, float]:
    import psutil

    return {thread.id: thread.user_time + thread.system_time for thread in psutil.Process().threads()}


def thread_rows(call: Talk, costs: dict[int, Cost]) -> list[Row]:
    """costs: by number of threads."""
    return [
        each
        for threads, cost in costs.items()
        for by, spent in (("busiest", cost.cpu_s), ("clock", list(cost.extra.values())))
        for each in _rows(call, f"{threads}_threads_{by}", spent)
    ]


def _rows(call: Talk, name: str, spent_s: Sequence[float]) -> list[Row]:
    n = len(spent_s)
    return [
        row("asr", f"{name}_p50_ms_per_segment", quantile(spent_s, 50) * 1000, "ms", n),
        row("asr", f"{name}_p95_ms_per_segment", quantile(spent_s, 95) * 1000, "ms", n),
        row("asr", f"{name}_lines", lines_held(call, Cost(list(spent_s))), "lines", n),
    ]
