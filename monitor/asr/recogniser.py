"""One recogniser for all calls: a bounded queue, a few workers, and exactly one answer for every segment.

Whatever happens to a segment (no room, too late, an engine that raises, a shutdown), its caller hears of it once. A
batch that fails is decoded again one by one, so that one bad segment takes no other with it.
"""

from __future__ import annotations

import heapq
import itertools
import math
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from monitor.asr.guard import FAILED_DECODE, guard
from monitor.asr.queue import Job, JobQueue, OnAnswer, Timed
from monitor.asr.settings import AsrSettings
from monitor.asr.stats import RecogniserStats, Tally
from monitor.core.types import Answer, Segment, WordTime
from monitor.signal.voice import Voice, voice
from monitor.speech.normalise import normalise

log = structlog.get_logger(__name__)

JOIN_S = 10.0
LOAD_STEP = 0.2
"""How fast the share of decodes that found others waiting is forgotten."""


class Engine(Protocol):
    """What turns segments into text. `decode` runs in several threads at a time."""

    @property
    def name(self) -> str: ...

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        """Segments of equal context may be decoded together."""
        ...

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        """One answer for each segment, in order; full: in the longest context the engine has."""
        ...

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        """When each piece of a normalised text was said, together the whole text; empty where it cannot tell."""
        ...


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
        self._closed = False
        self._load = 0.0
        self._workers = [threading.Thread(target=self._work, name=f"decode-{n}", daemon=True) for n in range(workers)]
        self._watch = threading.Thread(target=self._watch_deadlines, name="deadlines", daemon=True)
        for thread in (*self._workers, self._watch):
            thread.start()

    def submit(
        self, segment: Segment, on_answer: OnAnswer, timeout_s: float | None, timed: Timed | None = None
    ) -> None:
        """Queue a segment; on_answer(segment, answer) follows exactly once, from any thread, maybe at once.

        timeout_s None: as long as it takes, and where the queue is full this waits for room. Otherwise the answer is
        lost ("timeout") when there is none in time, and lost ("overload") at once where the queue is full. A
        hypothesis (segment.final False) gives way: lost ("superseded") to a newer one or to its final, ("shed") when
        too many wait. timed: asked of a final's text, from a worker's thread, whether its words need times.
        """
        now = time.monotonic()
        deadline = math.inf if timeout_s is None else now + timeout_s
        job = Job(segment, on_answer, self.engine.context_ms(segment), now, deadline, timed=timed)
        with self._changed:
            if timeout_s is None and segment.final and threading.current_thread() not in (*self._workers, self._watch):
                self._changed.wait_for(lambda: self._closed or not self._queue.full(True))
            refused = self._admit(job)
            self._changed.notify_all()
        for loser, reason in refused:
            self._tell(loser, Answer(loser.segment.segment_id, lost=reason))

    def stats(self) -> RecogniserStats:
        with self._changed:
            return self._tally.snapshot(
                time.monotonic(),
                self._queue.waiting(True),
                self._queue.waiting(False),
                len(self._running),
                len(self._workers),
            )

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
            heapq.heappush(self._deadlines, (job.deadline_s, next(self._numbers), job))
        return out

    def _work(self) -> None:
        while True:
            batch = self._next_batch()
            if not batch:
                return
            try:
                self._decode_all(batch)
            except Exception:
                log.exception("decode failed", engine=self.name)
                for job in batch:
                    self._answer(job, Answer(job.segment.segment_id, lost="engine_error"))
            with self._changed:
                self._running.difference_update(batch)
                self._changed.notify_all()

    def _next_batch(self) -> list[Job]:
        """What is to be decoded now; empty once the recogniser is closed."""
        with self._changed:
            self._load += LOAD_STEP * ((self._queue.waiting(True) > 0) - self._load)
            while not (self._gathered() and (batch := self._queue.take(self._batch))):
                if self._closed:
                    return []
                self._changed.wait()
            now = time.monotonic()
            for job in batch:
                job.started_s = now
            self._running.update(batch)
            self._changed.notify_all()
            return batch

    def _gathered(self) -> bool:
        """Something waits, and under load a little time was left for more to share its batch."""
        if self._batch > 1 and self._queue.waiting(True) and self._queue.most_alike() < self._batch:
            window_s = self.settings.gather_ms / 1000 * self._load
            self._changed.wait_for(lambda: self._closed or self._queue.most_alike() >= self._batch, window_s)
        return self._queue.waiting(True) > 0 or self._queue.waiting(False) > 0

    def _decode_all(self, batch: list[Job]) -> None:
        cause = "final" if batch[0].segment.final else "hypothesis"
        answers = self._decode([job.segment for job in batch], cause)
        if answers is None and len(batch) > 1:
            for job in batch:
                single = self._decode([job.segment], "retry_single")
                self._settle(job, single[0] if single else None, (cause, "retry_single"))
            return
        for number, job in enumerate(batch):
            self._settle(job, answers[number] if answers else None, (cause,))

    def _settle(self, job: Job, answer: Answer | None, causes: tuple[str, ...]) -> None:
        """Guard the answer, decode once more at full context where that may help, and tell."""
        segment = job.segment
        if answer is None:
            self._answer(job, Answer(segment.segment_id, lost="engine_error", decodes=causes))
            return
        guarded = guard(segment, answer, self.settings.guard)
        if self._worth_retrying(job, guarded):
            again = self._decode([segment], "retry_full", full=True)
            causes = (*causes, "retry_full")
            if again is not None:
                guarded = guard(segment, again[0], self.settings.guard)
        words = self._words(job, guarded)
        decodes = (*causes, "align") if words else causes
        # here and not in the call: this thread may take its time
        sounds = voice(segment) if segment.final else Voice()
        self._answer(job, replace(guarded, decodes=decodes, words=words, **sounds._asdict()))

    def _words(self, job: Job, answer: Answer) -> tuple[WordTime, ...]:
        """Times of words that an alert may quote; none where finding them could make the answer late."""
        began = time.monotonic()
        spent_s = began - (job.started_s or began)
        if job.timed is None or answer.suppressed or not job.segment.final or began + spent_s > job.deadline_s:
            return ()
        try:
            if not job.timed(answer.text):
                return ()
            words = tuple(self.engine.words(job.segment, normalise(answer.text)))
        except BaseException as error:
            # the text is there; without times its words count as evenly spread
            log.error("alignment failed", engine=self.name, error=type(error).__name__)
            words = ()
        with self._changed:
            self._tally.decodes["align"] += 1
            self._tally.busy_s += time.monotonic() - began
        return words

    def _worth_retrying(self, job: Job, answer: Answer) -> bool:
        return (
            self.settings.retry_full
            and job.segment.final
            and not FAILED_DECODE.isdisjoint(answer.suppressed)
            and job.context_ms < self.engine.context_ms(job.segment, full=True)
            and time.monotonic() < job.deadline_s
        )

    def _decode(self, segments: list[Segment], cause: str, full: bool = False) -> list[Answer] | None:
        """None where the engine raised or did not answer what it was asked."""
        began = time.monotonic()
        answers: list[Answer] | None = None
        try:
            answers = self.engine.decode(segments, full)
            if [answer.segment_id for answer in answers] != [segment.segment_id for segment in segments]:
                log.error("engine answered other segments than it was given", engine=self.name)
                answers = None
        except BaseException as error:
            # a worker must outlive whatever an engine throws at it; the segment is lost, nothing else is
            log.error("decode failed", engine=self.name, error=type(error).__name__, segments=len(segments))
        with self._changed:
            self._tally.decodes[cause] += len(segments)
            self._tally.busy_s += time.monotonic() - began
        return answers

    def _answer(self, job: Job, answer: Answer) -> None:
        with self._changed:
            first = job.claim()
        if first:
            self._tell(job, answer)

    def _tell(self, job: Job, answer: Answer) -> None:
        """Count and deliver the answer of a job that was claimed."""
        now = time.monotonic()
        segment = job.segment
        with self._changed:
            tally = self._tally
            tally.answered += 1
            tally.lost.update([answer.lost] if answer.lost else [])
            tally.suppressed.update(answer.suppressed[:1])
            if segment.final:
                tally.audio_s += (segment.end_ms - segment.start_ms) / 1000
            if segment.final and job.deadline_s < math.inf:
                tally.final(job.submitted_s, job.started_s, now)
            self._changed.notify_all()
        try:
            job.on_answer(segment, answer)
        except Exception:
            log.exception("on_answer failed", call_id=segment.call_id, segment_id=segment.segment_id)
            with self._changed:
                self._tally.callback_errors += 1

    def _watch_deadlines(self) -> None:
        """Answer as lost what is not decoded in time, even while the engine hangs on it."""
        while True:
            late: list[Job] = []
            with self._changed:
                while self._deadlines and self._deadlines[0][2].answered:
                    heapq.heappop(self._deadlines)
                if self._closed and not self._running:
                    return
                now = time.monotonic()
                while self._deadlines and self._deadlines[0][0] <= now:
                    job = heapq.heappop(self._deadlines)[2]
                    if job.claim():
                        late.append(job)
                        if job not in self._running:
                            self._queue.gone(job)
                if not late:
                    self._changed.wait(self._deadlines[0][0] - now if self._deadlines else None)
            for job in late:
                self._tell(job, Answer(job.segment.segment_id, lost="timeout"))
