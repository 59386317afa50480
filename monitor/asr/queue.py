"""What waits for the recogniser: finals before hypotheses, earliest deadline first, grouped by encoder context.

Plain data, no threads: the recogniser holds its lock around every call.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from monitor.core.types import Answer, Segment

OnAnswer = Callable[[Segment, Answer], None]
Timed = Callable[[str], bool]
"""Whether the words of a text need times, because an alert may quote them."""


@dataclass(slots=True, eq=False)
class Job:
    """One segment on its way. deadline_s: on the monotonic clock, inf for none; lead_s: so much sooner than that it is
    as urgent as others. Answered exactly once: see `claim`."""

    segment: Segment
    on_answer: OnAnswer
    context_ms: int
    submitted_s: float
    deadline_s: float = math.inf
    started_s: float | None = None
    answered: bool = False
    timed: Timed | None = None
    lead_s: float = 0.0

    @property
    def key(self) -> tuple[str, str]:
        return self.segment.call_id, self.segment.segment_id

    def in_time(self, now_s: float, decode_s: float) -> bool:
        """Whether a decode that begins now may still be answered before the deadline.

        Who has half of its time left is always tried, however long decodes seem to take.
        """
        return self.deadline_s - now_s >= min(decode_s, (self.deadline_s - self.submitted_s) / 2)

    def claim(self) -> bool:
        """True for the one who may answer; call under the recogniser's lock."""
        first = not self.answered
        self.answered = True
        return first


@dataclass(slots=True)
class _Lane:
    """Heaps by encoder context. Answered jobs stay in until they come up or are more than the others, and do not count;
    late: see `give_up`."""

    heaps: dict[int, list[tuple[float, int, Job]]] = field(default_factory=dict)
    late: list[Job] = field(default_factory=list)
    waiting: int = 0

    def push(self, order: float, number: int, job: Job) -> None:
        heapq.heappush(self.heaps.setdefault(job.context_ms, []), (order, number, job))
        self.waiting += 1

    def oldest_s(self) -> float | None:
        self._tidy()
        heads = [heap[0][2] for heap in self.heaps.values()] + [job for job in self.late if not job.answered]
        return min((job.submitted_s for job in heads if job.deadline_s < math.inf), default=None)

    def gone(self) -> None:
        """One of the jobs was answered while it waited; the answered are let go once they are more than those who wait.

        Who takes from here may be held up for long: what is superseded meanwhile must not be kept with its samples.
        """
        self.waiting -= 1
        if sum(map(len, self.heaps.values())) + len(self.late) <= 2 * self.waiting:
            return
        self.late = [job for job in self.late if not job.answered]
        for context_ms, heap in list(self.heaps.items()):
            heap[:] = [entry for entry in heap if not entry[2].answered]
            heapq.heapify(heap)
            if not heap:
                del self.heaps[context_ms]

    def _tidy(self) -> None:
        """Every heap that is left begins with a job that still waits."""
        for context_ms, heap in list(self.heaps.items()):
            while heap and heap[0][2].answered:
                heapq.heappop(heap)
            if not heap:
                del self.heaps[context_ms]

    def give_up(self, now_s: float, decode_s: float) -> None:
        """Set aside what a decode of that length would answer too late anyway.

        Otherwise a worker that lags starts each job just before its deadline, and all its work is in vain.
        """
        self.late = [job for job in self.late if not job.answered]
        for heap in self.heaps.values():
            while heap and (heap[0][2].answered or not heap[0][2].in_time(now_s, decode_s)):
                self.late.append(heapq.heappop(heap)[2])

    def take(self, most: int) -> list[Job]:
        self._tidy()
        if not self.heaps:
            return []
        heap = min(self.heaps.values(), key=lambda heap: heap[0][:2])
        if heap[0][0] == math.inf:  # nobody is in a hurry: the kind of which most waits fills a batch best
            heap = max(self.heaps.values(), key=len)
        batch: list[Job] = []
        while heap and len(batch) < most:
            job = heapq.heappop(heap)[2]
            if not job.answered:
                batch.append(job)
        self.waiting -= len(batch)
        return batch


class JobQueue:
    """Bounded in finals and in hypotheses. A job that was answered while it waited must be reported by `gone`."""

    def __init__(self, finals: int, hypotheses: int) -> None:
        self._bounds = {True: finals, False: hypotheses}
        self._lanes = {True: _Lane(), False: _Lane()}
        self._numbers = itertools.count()
        self._previews: dict[tuple[str, str], Job] = {}

    def waiting(self, final: bool) -> int:
        return self._lanes[final].waiting

    def oldest_s(self) -> float | None:
        """When the most urgent final that has a deadline was submitted; None: nobody who waits is in a hurry."""
        return self._lanes[True].oldest_s()

    def most_alike(self) -> int:
        """Finals that wait for one encoder context, at most."""
        return max(map(len, self._lanes[True].heaps.values()), default=0)

    def full(self, final: bool) -> bool:
        return self.waiting(final) >= self._bounds[final]

    def push(self, job: Job) -> None:
        assert not self.full(job.segment.final)
        self._lanes[job.segment.final].push(job.deadline_s - job.lead_s, next(self._numbers), job)
        if not job.segment.final:
            self._previews[job.key] = job

    def preview_of(self, segment: Segment) -> Job | None:
        """The hypothesis that waits for the same segment; a newer one, or the final, makes it pointless."""
        return self._previews.get((segment.call_id, segment.segment_id))

    def oldest_preview(self) -> Job | None:
        return next(iter(self._previews.values()), None)

    def take(self, most: int, now_s: float = 0.0, decode_s: float = 0.0) -> list[Job]:
        """Up to `most` jobs of one encoder context, the most urgent first; no hypothesis while a final waits.

        now_s, decode_s: finals that could not be answered in time any more are left to their deadline.
        """
        self._lanes[True].give_up(now_s, decode_s)
        batch = self._lanes[True].take(most)
        if not batch:
            batch = self._lanes[False].take(most)
            for job in batch:
                self._previews.pop(job.key, None)
        return batch

    def gone(self, job: Job) -> None:
        """A job that waits here was answered without a decode."""
        self._lanes[job.segment.final].gone()
        if self._previews.get(job.key) is job:
            del self._previews[job.key]

    def jobs(self) -> Iterator[Job]:
        """Everything that still waits, in no order."""
        for lane in self._lanes.values():
            yield from (job for job in lane.late if not job.answered)
            for heap in lane.heaps.values():
                yield from (job for _, _, job in heap if not job.answered)
