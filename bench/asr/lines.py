"""How many lines a worker holds: measured costs through a queue, and the real recogniser in real time."""

from __future__ import annotations

import math
import random
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.asr.cost import Cost, quantile
from bench.talk import Talk
from monitor.core.types import Segment

BOUND_MS = 1000.0
HANGOVER_MS = 500.0
LIVE_S = 20
PATIENCE_S = 120.0
PREVIEW_S = 1.0


def arrivals(call: Talk, lines: int, seconds: float, seed: int = 3) -> list[tuple[float, int]]:
    """(when a segment closes, its index) for lines that all play the call, each from another place in it."""
    rng = random.Random(seed)
    out = []
    for _ in range(lines):
        shift = rng.uniform(0, call.length_s)
        for number, segment in enumerate(call.segments):
            at = ((segment.end_ms + HANGOVER_MS) / 1000 + shift) % call.length_s
            out += [(at + n * call.length_s, number) for n in range(math.ceil(seconds / call.length_s))]
    return sorted(each for each in out if each[0] < seconds)


def delays_ms(call: Talk, cost: Cost, lines: int) -> list[float]:
    """Of every segment, from one worker that takes the oldest, and with it what waits of its length class.

    Where the cost has previews, the worker makes the oldest that still matters while no segment waits.
    """
    queues: dict[int, deque[tuple[float, int]]] = {}
    sent = arrivals(call, lines, max(120.0, call.length_s))
    coming, drafts = deque(sent), Drafts(sent, cost)
    free, delays = 0.0, []
    while coming or queues:
        while coming and coming[0][0] <= free:
            queues.setdefault(cost.kind(coming[0][1]), deque()).append(coming.popleft())
        if not queues:
            free = min(coming[0][0], drafts.next_s) if (spent := drafts.take(free)) is None else free + spent
            continue
        kind = min(queues, key=lambda kind: queues[kind][0])
        batch = [queues[kind].popleft() for _ in range(min(len(cost.batch), len(queues[kind])))]
        if not queues[kind]:
            del queues[kind]
        free += sum(cost.cpu_s[number] for _, number in batch) * cost.batch[len(batch) - 1]
        delays += [(free - at) * 1000 + HANGOVER_MS for at, _ in batch]
    return delays


class Drafts:
    """The previews of segments that close at given times, as the recogniser sees them: one waits at most PREVIEW_S."""

    def __init__(self, sent: Sequence[tuple[float, int]], cost: Cost) -> None:
        self.asked = self.made = 0
        self._coming: deque[tuple[float, float, float]] = deque()
        if cost.drafts:
            spoken = ((at, at - HANGOVER_MS / 1000, number) for at, number in sent)
            self._coming.extend(
                sorted((end - before, at, spent) for at, end, number in spoken for before, spent in cost.drafts[number])
            )

    @property
    def next_s(self) -> float:
        return self._coming[0][0] if self._coming else math.inf

    def take(self, now_s: float) -> float | None:
        """What the oldest costs that was asked for by now, is not too late, and whose segment is still open."""
        while self._coming and self._coming[0][0] <= now_s:
            asked, closes, spent = self._coming.popleft()
            self.asked += 1
            if now_s - asked <= PREVIEW_S and now_s < closes:
                self.made += 1
                return spent
        return None


def lines_held(call: Talk, cost: Cost, bound_ms: float = BOUND_MS) -> int:
    """Most lines whose p95 delay stays within the bound on one worker."""

    def holds(lines: int) -> bool:
        return quantile(delays_ms(call, cost, lines), 95) <= bound_ms

    if not holds(1):
        return 0
    low, high = 1, 2
    while holds(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


@dataclass
class Lived:
    """Of every segment sent: ms from the end of speech to its final text (nan: never answered), answers, losses."""

    delay_ms: NDArray[np.float64]
    answers: NDArray[np.uint8]
    lost: int = 0

    @property
    def delays_ms(self) -> list[float]:
        return [float(delay) for delay in self.delay_ms[~np.isnan(self.delay_ms)]]


def live(recogniser: Any, call: Talk, lines: int, seconds: float = LIVE_S) -> Lived:
    """A running recogniser fed in real time by that many lines, until all is answered or PATIENCE_S is over.

    Nothing grows while it runs, so that its memory can be watched.
    """
    plan = arrivals(call, lines, seconds)
    lived = Lived(np.full(len(plan), np.nan), np.zeros(len(plan), np.uint8) + 0)
    lock, owed = threading.Condition(), len(plan)
    began = time.monotonic()

    def on_answer(segment: Segment, answer: Any) -> None:
        nonlocal owed
        number = int(segment.segment_id)
        with lock:
            lived.delay_ms[number] = (time.monotonic() - began - plan[number][0]) * 1000 + HANGOVER_MS
            lived.answers[number] += 1
            lived.lost += answer.lost is not None
            owed -= 1
            lock.notify_all()

    for number, (at, index) in enumerate(plan):
        time.sleep(max(0.0, began + at - time.monotonic()))
        recogniser.submit(replace(call.segments[index], segment_id=str(number)), on_answer, 30.0)
    with lock:
        lock.wait_for(lambda: owed <= 0, PATIENCE_S)
    return lived
