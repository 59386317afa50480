"""From a batch of segments to their answers: decode, guard, a second decode, times of words.

A batch that fails is decoded again one by one, and whatever goes wrong with one answer is that segment's loss alone, so
that one bad segment takes no other with it. Nothing is raised here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import structlog

from monitor.asr.guard import FAILED_DECODE, guard
from monitor.asr.queue import Job
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer, Segment, WordTime
from monitor.signal.voice import Voice, voice
from monitor.speech.normalise import normalise

log = structlog.get_logger(__name__)

Spent = Callable[[str, int, float], None]
"""Told after every decode: its cause, how many segments, seconds."""
ROUNDED = 0.01
"""By so much a probability may be beyond its bounds."""


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


class Decoder:
    """One engine, used by all workers at a time."""

    def __init__(self, engine: Engine, settings: AsrSettings, spent: Spent) -> None:
        self._engine = engine
        self._settings = settings
        self._spent = spent

    def context_ms(self, segment: Segment) -> int:
        """0 where the engine cannot tell; its decode will fail on this segment, and on no other."""
        try:
            return self._engine.context_ms(segment)
        except BaseException as error:
            log.error("no context for a segment", engine=self._engine.name, error=type(error).__name__)
            return 0

    def answers(self, batch: Sequence[Job]) -> Iterator[tuple[Job, Answer]]:
        """Each job with its answer, as soon as it is there."""
        cause = "final" if batch[0].segment.final else "hypothesis"
        together = self._decode([job.segment for job in batch], cause)
        for number, job in enumerate(batch):
            answer = together[number] if together else None
            causes: tuple[str, ...] = (cause,)
            if together is None and len(batch) > 1:
                # a preview's second decode is a preview's work, too: it says nothing of how finals fare
                again = "retry_single" if job.segment.final else cause
                single = self._decode([job.segment], again)
                answer, causes = (single[0] if single else None), (cause, again)
            yield job, self._settled(job, answer, causes)

    def _settled(self, job: Job, answer: Answer | None, causes: tuple[str, ...]) -> Answer:
        if answer is not None:
            try:
                return self._believed(job, answer, causes)
            except BaseException as error:
                log.error("answer failed", engine=self._engine.name, error=type(error).__name__)
        return Answer(job.segment.segment_id, lost="engine_error", decodes=causes)

    def _believed(self, job: Job, answer: Answer, causes: tuple[str, ...]) -> Answer:
        """Guard the answer, and decode once more at full context where that may help."""
        segment = job.segment
        guarded = guard(segment, answer, self._settings.guard)
        if self._worth_retrying(job, guarded):
            again = self._decode([segment], "retry_full", full=True)
            causes = (*causes, "retry_full")
            if again is not None:
                guarded = guard(segment, again[0], self._settings.guard)
        words = self._words(job, guarded)
        decodes = (*causes, "align") if words else causes
        # here and not in the call: this thread may take its time
        sounds = voice(segment) if segment.final else Voice()
        return replace(guarded, decodes=decodes, words=words, **sounds._asdict())

    def _words(self, job: Job, answer: Answer) -> tuple[WordTime, ...]:
        """Times of words that an alert may quote; none where finding them could make the answer late."""
        began = time.monotonic()
        spent_s = began - (job.started_s or began)
        if job.timed is None or answer.suppressed or not job.segment.final or began + spent_s > job.deadline_s:
            return ()
        try:
            if not job.timed(answer.text):
                return ()
            words = tuple(self._engine.words(job.segment, normalise(answer.text)))
        except BaseException as error:
            # the text is there; without times its words count as evenly spread
            log.error("alignment failed", engine=self._engine.name, error=type(error).__name__)
            words = ()
        self._spent("align", 1, time.monotonic() - began)
        return words

    def _worth_retrying(self, job: Job, answer: Answer) -> bool:
        return (
            self._settings.retry_full
            and job.segment.final
            and not FAILED_DECODE.isdisjoint(answer.suppressed)
            and job.context_ms < self._engine.context_ms(job.segment, full=True)
            and time.monotonic() < job.deadline_s
        )

    def _decode(self, segments: list[Segment], cause: str, full: bool = False) -> list[Answer] | None:
        """None where the engine raised or did not answer what it was asked."""
        began = time.monotonic()
        answers: list[Answer] | None = None
        try:
            answers = self._engine.decode(segments, full)
            if [answer.segment_id for answer in answers] != [segment.segment_id for segment in segments]:
                log.error("engine answered other segments than it was given", engine=self._engine.name)
                answers = None
            elif not all(map(_possible, answers)):
                log.error("engine answered with figures that cannot be", engine=self._engine.name)
                answers = None
        except BaseException as error:
            # a worker must outlive whatever an engine throws at it; the segment is lost, nothing else is
            log.error("decode failed", engine=self._engine.name, error=type(error).__name__, segments=len(segments))
        self._spent(cause, len(segments), time.monotonic() - began)
        return answers


def _possible(answer: Answer) -> bool:
    """Whether its figures are such: a model that overflows, or an endpoint, may say NaN, or be surer than certain."""
    logprob, no_speech = answer.mean_logprob, answer.no_speech_prob
    certain = logprob is None or (math.isfinite(logprob) and logprob < ROUNDED)
    return certain and (no_speech is None or -ROUNDED < no_speech < 1 + ROUNDED)
