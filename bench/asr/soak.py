"""The real recogniser at capacity for minutes, lines admitted as the product admits them: memory, queue, answers.

Capacity is measured at start on the machine as it is, as `linewatch serve` does. While the soak warms up, a new line
comes whenever the product takes one; then no more come, and the memory is watched. Where the machine gets slower than
it was, the product lets lines go and takes them back (`monitor/hearing.py`); their segments count as lost
"not_admitted". Nothing is kept for each segment but what is still on its way: nothing of the measurement itself grows.
"""

from __future__ import annotations

import heapq
import os
import random
import threading
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.asr.lines import HANGOVER_MS, PATIENCE_S
from bench.asr.memory import Watch, grows, slope
from bench.asr.ours import quoted
from bench.rows import Row, row
from bench.talk import Talk, talk
from monitor.core.types import Segment

CALL_S = 240
WARM_UP = 0.25
LOOK_S = 1.0
BIN_MS, BINS = 10, 12_000


class Answers:
    """How many came, how late, lost for what; and what was not answered exactly once. In fixed space."""

    def __init__(self) -> None:
        self.delays = np.zeros(BINS, np.int64) + 0
        self.lost: Counter[str] = Counter()
        self.sent = self.again = 0
        self.changed = threading.Condition()
        self._open: dict[str, float] = {}

    def send(self, due_s: float) -> str:
        """The id of a segment whose speech ended HANGOVER_MS before due_s."""
        with self.changed:
            self.sent += 1
            self._open[str(self.sent)] = due_s
            return str(self.sent)

    def __call__(self, segment: Segment, answer: Any) -> None:
        with self.changed:
            due_s = self._open.pop(segment.segment_id, None)
            if due_s is None:
                self.again += 1
            elif answer.lost is not None:
                self.lost[answer.lost] += 1
            else:
                delay_ms = (time.monotonic() - due_s) * 1000 + HANGOVER_MS
                self.delays[min(BINS - 1, int(delay_ms / BIN_MS))] += 1
            self.changed.notify_all()

    def settle(self) -> int:
        """Wait for what is on its way; how many never came."""
        with self.changed:
            self.changed.wait_for(lambda: not self._open, PATIENCE_S)
            return len(self._open)

    def quantile_ms(self, share: float) -> float | None:
        total = int(self.delays.sum())
        return float(np.searchsorted(np.cumsum(self.delays), share * total) + 1) * BIN_MS if total else None


class Lines:
    """Lines that all play the call over and over, each from a place of its own; what is due next is on a heap."""

    def __init__(self, call: Talk, hearing: Any, patience_s: float) -> None:
        self.count = 0
        self.transcribed = (10**9, 0)
        self._call, self._hearing, self._patience_s = call, hearing, patience_s
        self._ends_s = [(segment.end_ms + HANGOVER_MS) / 1000 for segment in call.segments]
        self._due: list[tuple[float, int, int]] = []
        self._rng = random.Random(3)

    def fill(self, now_s: float) -> None:
        """Open lines for as long as the product takes them."""
        while self._hearing.admit(f"line-{self.count}"):
            shift = self._rng.uniform(0, self._call.length_s)
            for number, end_s in enumerate(self._ends_s):
                due_s = now_s + (end_s - shift) % self._call.length_s
                heapq.heappush(self._due, (due_s, self.count, number))
            self.count += 1

    def send(self, now_s: float, answers: Answers) -> float:
        """Submit what is due; seconds until the next."""
        while self._due and self._due[0][0] <= now_s:
            due_s, line, number = self._due[0]
            heapq.heapreplace(self._due, (due_s + self._call.length_s, line, number))
            segment = replace(self._call.segments[number], segment_id=answers.send(due_s), call_id=f"line-{line}")
            self._hearing.submit(segment, answers, self._patience_s)
        return self._due[0][0] - now_s if self._due else LOOK_S

    def look(self, now_s: float) -> None:
        self._hearing.look(now_s, lambda call_id: "nothing")
        least, most = self.transcribed
        self.transcribed = min(least, self._hearing.transcribed), max(most, self._hearing.transcribed)


class _Rules:
    """What the shipped rules may quote is aligned, as on a real line."""

    @staticmethod
    def timed(segment: Segment) -> Any:
        return lambda text: quoted(segment, text)

    @staticmethod
    def agent_alone(call_id: str) -> bool:
        return False


def soak(folder: Path, minutes: float, lines: int = 0) -> list[Row]:
    """lines: at most so many, whatever was measured. The first quarter of the time is left out of the slopes."""
    from monitor.asr.load import admission, load
    from monitor.asr.settings import AdmissionSettings, AsrSettings
    from monitor.hearing import Hearing

    os.environ["OMP_NUM_THREADS"] = "1"
    call = talk(CALL_S)
    quoted(call.segments[0], "您好")  # reads the rules
    settings = AsrSettings(
        model=str(folder), device="cpu", workers=1, admission=AdmissionSettings(lines=lines or "auto")
    )
    recogniser = load(settings)
    admitting = admission(recogniser)
    rules: Any = _Rules
    hearing = Hearing(rules, recogniser, settings, admitting, lambda envelopes: None, lambda what: what())
    _warm_up(recogniser, call)
    answers, on_lines = Answers(), Lines(call, hearing, settings.answer_within_ms / 1000)
    at_start = admitting.capacity
    watch = Watch(minutes, lambda: recogniser.stats().waiting)
    began, before = time.monotonic(), recogniser.stats()
    _keep(on_lines, answers, began, began + minutes * 60 * WARM_UP, filling=True)
    on_lines.transcribed = (hearing.transcribed, hearing.transcribed)
    _keep(on_lines, answers, time.monotonic(), began + minutes * 60)
    looks = watch.stop()
    never = answers.settle()
    stats = recogniser.stats()
    recogniser.close()
    settled = looks[looks[:, 0] >= began + minutes * 60 * WARM_UP]
    n = answers.sent
    return [
        row("asr", "soak_minutes", minutes, "min", n),
        row("asr", "soak_capacity_at_start", at_start, "lines", n),
        row("asr", "soak_lines", on_lines.count, "lines", n),
        row("asr", "soak_lines_transcribed_least", on_lines.transcribed[0], "lines", n),
        row("asr", "soak_lines_transcribed_most", on_lines.transcribed[1], "lines", n),
        row("asr", "soak_busy", (stats.busy_s - before.busy_s) / (minutes * 60), "of one worker", n),
        *_memory("rss", settled[:, 0], settled[:, 1]),
        *_memory("handed_out", settled[:, 0], settled[:, 2]),
        row("asr", "soak_longest_queue", float(looks[:, 3].max()), f"of {settings.queue}", len(looks)),
        row("asr", "soak_answers_per_segment_least", float(not never), "", n),
        row("asr", "soak_answers_per_segment_most", 1.0 + bool(answers.again), "", n),
        row("asr", "soak_lost", answers.lost.total(), "segments", n),
        *(row("asr", f"soak_lost/{reason}", count, "segments", n) for reason, count in sorted(answers.lost.items())),
        *(row("asr", f"soak_p{share}_ms", answers.quantile_ms(share / 100), "ms", n) for share in (50, 95, 99)),
    ]


def _warm_up(recogniser: Any, call: Talk) -> None:
    """Every length, alone and in the largest batches, so that what the allocator needs at most it has early."""
    for size in (len(call.segments), 1):
        for at in range(0, len(call.segments), size):
            answers = Answers()
            with recogniser.together():
                for segment in call.segments[at : at + size]:
                    name = answers.send(time.monotonic())
                    recogniser.submit(replace(segment, segment_id=name), answers, None, _Rules.timed(segment))
            answers.settle()


def _keep(lines: Lines, answers: Answers, now_s: float, until_s: float, filling: bool = False) -> None:
    looked_s = 0.0
    while now_s < until_s:
        if now_s - looked_s >= LOOK_S:
            looked_s = now_s
            lines.look(now_s)
            if filling:
                lines.fill(now_s)
        wait_s = lines.send(now_s, answers)
        time.sleep(max(0.001, min(wait_s, looked_s + LOOK_S - now_s)))
        now_s = time.monotonic()


def _memory(name: str, seconds: Any, memory_mb: Any) -> list[Row]:
    found, n = slope(seconds, memory_mb), len(seconds)
    more = grows(found)
    return [
        row("asr", f"soak_{name}", float(memory_mb[-1]) if n else None, "MB", n),
        row("asr", f"soak_{name}_slope", found[0] if found else None, "MB/h", n),
        row("asr", f"soak_{name}_slope_stderr", found[1] if found else None, "MB/h", n),
        row("asr", f"soak_{name}_grows", None if more is None else float(more), "1: more than noise", n),
    ]
