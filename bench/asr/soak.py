"""The real recogniser at capacity for minutes: memory, queue, and an answer for every segment, once."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import numpy as np

from bench.asr.cost import each, quantile
from bench.asr.lines import lines_held, live
from bench.asr.ours import engine_of, final, recogniser_of
from bench.rows import Row, row
from bench.talk import talk

CALL_S = 240
LOOK_S = 5.0
SETTLE = 0.2


def soak(folder: Path, minutes: float, lines: int = 0) -> list[Row]:
    """lines 0: as many as one worker holds, measured first. The first fifth of the time is left out of the slope."""
    import psutil

    os.environ["OMP_NUM_THREADS"] = "1"
    call, engine = talk(CALL_S), engine_of(folder)
    lines = lines or lines_held(call, each(call.segments, lambda segment: final(engine, segment)))
    recogniser = recogniser_of(engine)
    process, stop = psutil.Process(), threading.Event()
    looks = np.full((int(minutes * 60 / LOOK_S) + 100, 3), np.nan)

    def look() -> None:
        for number in range(len(looks)):
            memory_mb = process.memory_info().rss / 2**20
            looks[number] = time.monotonic(), memory_mb, recogniser.stats().waiting
            if stop.wait(LOOK_S):
                return

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    lived = live(recogniser, call, lines, minutes * 60)
    stop.set()
    watching.join()
    stats = recogniser.stats()
    recogniser.close()
    seen = looks[~np.isnan(looks[:, 0])]
    settled = seen[int(len(seen) * SETTLE) :]
    slope, error = _slope(settled)
    sent = len(lived.answers)
    return [
        row("asr", "soak_minutes", minutes, "min", sent),
        row("asr", "soak_lines", lines, "lines", sent),
        row("asr", "soak_busy", stats.busy_s / (minutes * 60), "of one worker", sent),
        row("asr", "soak_rss_slope", slope, "MB/h", len(settled)),
        row("asr", "soak_rss_slope_stderr", error, "MB/h", len(settled)),
        row("asr", "soak_rss", float(settled[-1, 1]), "MB", len(settled)),
        row("asr", "soak_longest_queue", float(seen[:, 2].max()), f"of {engine.settings.queue}", len(seen)),
        row("asr", "soak_answers_per_segment_least", float(lived.answers.min()), "", sent),
        row("asr", "soak_answers_per_segment_most", float(lived.answers.max()), "", sent),
        row("asr", "soak_lost", lived.lost, "segments", sent),
        *(row("asr", f"soak_p{share}_ms", quantile(lived.delays_ms, share), "ms", sent) for share in (50, 95, 99)),
    ]


def _slope(looks: np.ndarray) -> tuple[float | None, float | None]:
    """(MB/h, its standard error) of a straight line through the looks."""
    if len(looks) < 4:
        return None, None
    hours, memory_mb = (looks[:, 0] - looks[0, 0]) / 3600, looks[:, 1]
    line, spread = np.polyfit(hours, memory_mb, 1, cov=True)
    return float(line[0]), float(np.sqrt(spread[0, 0]))
