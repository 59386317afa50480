"""A recogniser of one worker on a clock that the test moves: the real queue and figures, no thread, no engine.

A preview costs what a final does and says nothing.
"""

from __future__ import annotations

import heapq
import itertools

from monitor.asr.queue import Job, JobQueue, OnAnswer
from monitor.asr.stats import RecogniserStats, Tally
from monitor.core.types import Answer, Segment

TICK_S = 0.01


class Clockwork:
    """decode_s: what one segment costs; change it while it runs."""

    def __init__(self, decode_s: float, queue: int = 512) -> None:
        self.decode_s = decode_s
        self.now_s = 0.0
        self.longest = 0
        self._bound = queue
        self._queue = JobQueue(queue, 64)
        self._tally = Tally()
        self._running: Job | None = None
        self._free_s = 0.0
        self._numbers = itertools.count()
        self._due: list[tuple[float, int, Job]] = []

    def submit(
        self, segment: Segment, on_answer: OnAnswer, timeout_s: float, timed: object = None, lead_s: float = 0.0
    ) -> None:
        job = Job(segment, on_answer, 4000, self.now_s, self.now_s + timeout_s, lead_s=lead_s)
        if (older := self._queue.preview_of(segment)) is not None:
            self._queue.gone(older)
            self._answer(older, Answer(segment.segment_id, lost="superseded"))
        if self._queue.full(segment.final):
            self._answer(job, Answer(segment.segment_id, lost="overload" if segment.final else "shed"))
            return
        self._queue.push(job)
        self.longest = max(self.longest, self._queue.waiting(True))
        heapq.heappush(self._due, (job.deadline_s, next(self._numbers), job))

    def has_room(self) -> bool:
        return self._queue.waiting(True) < self._bound // 2

    def stats(self) -> RecogniserStats:
        waiting = [self._queue.waiting(final) for final in (True, False)]
        running = int(self._running is not None)
        return self._tally.snapshot(self.now_s, *waiting, running, 1, self._queue.oldest_s())

    def tick(self) -> None:
        self.now_s = round(self.now_s + TICK_S, 6)
        while self._due and self._due[0][0] <= self.now_s:
            job = heapq.heappop(self._due)[2]
            if not job.answered:
                if job is not self._running:
                    self._queue.gone(job)
                self._answer(job, Answer(job.segment.segment_id, lost="timeout"))
        while self._free_s <= self.now_s:
            if self._running is not None:
                cause = "final" if self._running.segment.final else "hypothesis"
                self._tally.busy_s[cause] += self.decode_s
                self._tally.decodes[cause] += 1
                text = "好的" if self._running.segment.final else ""
                self._answer(self._running, Answer(self._running.segment.segment_id, text, decodes=(cause,)))
            taken = self._queue.take(1, self.now_s, self.decode_s)
            self._running = taken[0] if taken else None
            if self._running is None:
                return
            self._running.started_s = self.now_s
            self._free_s = max(self._free_s, self.now_s - TICK_S) + self.decode_s

    def _answer(self, job: Job, answer: Answer) -> None:
        if not job.claim():
            return
        if job.segment.final:
            if answer.decodes:
                self._tally.audio_s += (job.segment.end_ms - job.segment.start_ms) / 1000
            self._tally.final(job.submitted_s, job.started_s, self.now_s)
        job.on_answer(job.segment, answer)
