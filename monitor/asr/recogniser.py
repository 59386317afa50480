"""One recogniser for all calls: a bounded queue, a few workers, and exactly one answer for every segment.

Whatever happens to a segment (no room, too late, an engine that raises, a shutdown), its caller hears of it once.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
import math
import threading
import time
from collections.abc import Iterator

import structlog

from monitor.asr.decoding import Decoder, Engine
from monitor.asr.queue import Job, JobQueue, OnAnswer, Timed
from monitor.asr.settings import AsrSettings
from monitor.asr.stats import RecogniserStats, Tally
from monitor.core.types import Answer, Segment

log = structlog.get_logger(__name__)

JOIN_S = 10.0
ANSWERED_MOST = 16
"""So many that are answered may stand among the deadlines whatever waits; beyond that, as many as wait."""
LOAD_STEP = 0.2
"""How fast the share of decodes that found others waiting, and the time one takes, are forgotten."""


class Recogniser:
    """Shared by all calls. `name` is the model's, as `call.started` reports it."""

    def __init__(self, engine: Engine, settings: AsrSettings | None = None, workers: int = 1, batch: int = 1) -> None:
        """workers: decodes at a time; batch: most segments in one decode (see `whisper.place`)."""
        self.name = engine.name
        self.settings = settings or AsrSettings()
        self.engine = engine
        self._batch = batch
        self._queue = JobQueue(self.settings.queue, self.settings.hypothesis_queue)
        self._changed = threading.Condition()
        self._deadlines: list[tuple[float, int, Job]] = []
        self._numbers = itertools.count()
        self._running: set[Job] = set()
        self._tally = Tally()
        self._decoder = Decoder(engine, self.settings, self._spent)
        self._closed = False
        self._load = self._decode_s = 0.0
        self._workers = [threading.Thread(target=self._work, name=f"decode-{n}", daemon=True) for n in range(workers)]
        self._watch = threading.Thread(target=self._watch_deadlines, name="deadlines", daemon=True)
        for thread in (*self._workers, self._watch):
            thread.start()

    def submit(
        self,
        segment: Segment,
        on_answer: OnAnswer,
        timeout_s: float | None,
        timed: Timed | None = None,
        lead_s: float = 0.0,
    ) -> None:
        """Queue a segment; on_answer(segment, answer) follows exactly once, from any thread, maybe at once.

        timeout_s None: as long as it takes, and where the queue is full this waits for room. Otherwise the answer is
        lost ("timeout") when there is none in time, and lost ("overload") at once where the queue is full. A
        hypothesis (segment.final False) gives way: lost ("superseded") to a newer one or to its final, ("shed") when
        too many wait; timeout_s says by when its decode must have begun, since what was decoded is shown, however late,
        until there is something newer. timed: asked of a final's text, from a worker's thread, whether its words need
        times. lead_s: it goes before what was submitted at most so much sooner.
        """
        now = time.monotonic()
        deadline = math.inf if timeout_s is None else now + timeout_s
        job = Job(segment, on_answer, self._decoder.context_ms(segment), now, deadline, timed=timed, lead_s=lead_s)
        with self._changed:
            if timeout_s is None and segment.final and threading.current_thread() not in (*self._workers, self._watch):
                self._changed.wait_for(lambda: self._closed or not self._queue.full(True))
            refused = self._admit(job)
            self._changed.notify_all()
        for loser, reason in refused:
            self._tell(loser, Answer(loser.segment.segment_id, lost=reason))

    def has_room(self) -> bool:
        """Whether a final that may take as long as it needs leaves half of the queue to those that may not."""
        with self._changed:
            return self._queue.waiting(True) < max(1, self.settings.queue // 2)

    def stats(self) -> RecogniserStats:
        with self._changed:
            return self._tally.snapshot(
                time.monotonic(),
                self._queue.waiting(True),
                self._queue.waiting(False),
                len(self._running),
                len(self._workers),
                self._queue.oldest_s(),
            )

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is submitted inside reaches the workers at once, so that those of like length share a decode."""
        with self._changed:
            yield

    def close(self) -> None:
        """Answer what is queued as lost ("stopped"), let running decodes finish, stop the threads."""
        with self._changed:
            self._closed = True
            waiting = [job for job in self._queue.jobs() if job.claim()]
            for job in waiting:
                self._queue.gone(job)
            self._changed.notify_all()
        for job in waiting:
            self._tell(job, Answer(job.segment.segment_id, lost="stopped"))
        until = time.monotonic() + JOIN_S
        for thread in (*self._workers, self._watch):
            if thread is not threading.current_thread():
                thread.join(max(0.0, until - time.monotonic()))
        with self._changed:
            stuck = list(self._running)
        for job in stuck:
            self._answer(job, Answer(job.segment.segment_id, lost="stopped"))

    def _admit(self, job: Job) -> list[tuple[Job, str]]:
        """Queue the job or refuse it; returns who goes unheard for it and why, claimed but not yet told."""
        out: list[tuple[Job, str]] = []
        if self._closed:
            out.append((job, "stopped"))
        elif (older := self._queue.preview_of(job.segment)) is not None:
            out.append((older, "superseded"))
        elif not job.segment.final and self._queue.full(False) and (oldest := self._queue.oldest_preview()):
            out.append((oldest, "shed"))
        for loser, _ in out:
            if loser.claim() and loser is not job:
                self._queue.gone(loser)
        if job.answered:
            return out
        if self._queue.full(job.segment.final):
            job.claim()
            return [*out, (job, "overload")]
        self._queue.push(job)
        if job.deadline_s < math.inf:
            self._expect(job)
        return out

    def _expect(self, job: Job) -> None:
        """Note the deadline; those of answered jobs are forgotten before they are many."""
        heapq.heappush(self._deadlines, (job.deadline_s, next(self._numbers), job))
        open_jobs = self._queue.waiting(True) + self._queue.waiting(False) + len(self._running)
        if len(self._deadlines) > 2 * open_jobs + ANSWERED_MOST:
            self._deadlines = [entry for entry in self._deadlines if not entry[2].answered]
            heapq.heapify(self._deadlines)

    def _work(self) -> None:
        """A worker's thread. Whatever ends one turn, wherever in it, the next answers what that one left."""
        batch: list[Job] = []
        while True:
            try:
                self._finish(batch)
                if not self._next_batch(batch):
                    return
                for job, answer in self._decoder.answers(batch):
                    self._answer(job, answer)
            except BaseException:
                log.exception("worker failed", engine=self.name)

    def _finish(self, batch: list[Job]) -> None:
        for job in batch:
            self._answer(job, Answer(job.segment.segment_id, lost="engine_error"))
        with self._changed:
            if batch and batch[0].segment.final and batch[0].started_s is not None:
                self._decode_s += LOAD_STEP * (time.monotonic() - batch[0].started_s - self._decode_s)
            self._running.difference_update(batch)
            batch.clear()
            self._changed.notify_all()

    def _next_batch(self, batch: list[Job]) -> bool:
        """Put into `batch` what is to be decoded now; False once the recogniser is closed."""
        with self._changed:
            self._load += LOAD_STEP * ((self._queue.waiting(True) > 0) - self._load)
            while not self._gathered() or not self._taken(batch):
                if self._closed:
                    return False
                self._changed.wait()
            now = time.monotonic()
            for job in batch:
                job.started_s = now
            self._running.update(batch)
            self._changed.notify_all()
            return True

    def _taken(self, batch: list[Job]) -> bool:
        batch += self._queue.take(self._batch, time.monotonic(), self._decode_s)
        return bool(batch)

    def _gathered(self) -> bool:
        """Something waits, and under load a little time was left for more to share its batch.

        Where nobody is in a hurry, none: whoever submits is as likely to wait for the answers.
        """
        if self._batch > 1 and self._queue.oldest_s() is not None and self._queue.most_alike() < self._batch:
            window_s = self.settings.gather_ms / 1000 * self._load
            self._changed.wait_for(lambda: self._closed or self._queue.most_alike() >= self._batch, window_s)
        return self._queue.waiting(True) > 0 or self._queue.waiting(False) > 0

    def _spent(self, cause: str, segments: int, seconds: float) -> None:
        with self._changed:
            self._tally.decodes[cause] += segments
            self._tally.busy_s[cause] += seconds

    def _answer(self, job: Job, answer: Answer) -> None:
        with self._changed:
            first = job.claim()
        if first:
            self._tell(job, answer)

    def _tell(self, job: Job, answer: Answer) -> None:
        """Count and deliver the answer of a job that was claimed; deliver it even where counting fails."""
        try:
            self._count(job, answer)
        finally:
            self._deliver(job, answer)

    def _count(self, job: Job, answer: Answer) -> None:
        now = time.monotonic()
        segment = job.segment
        with self._changed:
            tally = self._tally
            tally.answered += 1
            if segment.final:
                tally.lost.update([answer.lost] if answer.lost else [])
                tally.suppressed.update(answer.suppressed[:1])
                if answer.decodes:
                    tally.audio_s += (segment.end_ms - segment.start_ms) / 1000
                if job.deadline_s < math.inf:
                    tally.final(job.submitted_s, job.started_s, now)
            else:
                tally.previews_dropped.update([answer.lost] if answer.lost else answer.suppressed[:1])
            self._changed.notify_all()

    def _deliver(self, job: Job, answer: Answer) -> None:
        segment = job.segment
        try:
            job.on_answer(segment, answer)
        except BaseException as error:
            log.exception("on_answer failed", call_id=segment.call_id, segment_id=segment.segment_id)
            with self._changed:
                self._tally.callback_errors += 1
            # not even a listener that wants to exit ends a thread that others wait for; its own it may
            if not isinstance(error, Exception) and threading.current_thread() not in (*self._workers, self._watch):
                raise

    def _watch_deadlines(self) -> None:
        """Answer as lost what is not decoded in time, even while the engine hangs on it."""
        late: list[Job] = []
        while True:
            try:
                while late:
                    job = late.pop(0)
                    self._tell(job, Answer(job.segment.segment_id, lost="timeout"))
                if not self._next_late(late):
                    return
            except BaseException:
                log.exception("deadlines failed", engine=self.name)

    def _next_late(self, late: list[Job]) -> bool:
        """Claim what is too late, or wait; False once the recogniser is closed and nothing runs."""
        with self._changed:
            while self._deadlines and self._deadlines[0][2].answered:
                heapq.heappop(self._deadlines)
            if self._closed and not self._running:
                return False
            now = time.monotonic()
            while self._deadlines and self._deadlines[0][0] <= now:
                job = heapq.heappop(self._deadlines)[2]
                runs = job in self._running
                if (job.segment.final or not runs) and job.claim():
                    late.append(job)
                    if not runs:
                        self._queue.gone(job)
            if not late:
                self._changed.wait(self._deadlines[0][0] - now if self._deadlines else None)
            return True
