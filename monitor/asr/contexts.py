"""What a line would say of a segment in the short encoder context and in the full one, and what each costs."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from monitor.asr.clock import Clock
from monitor.asr.decoding import Decoder, Engine
from monitor.asr.queue import Job
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer, Segment, WordTime
from monitor.errors import ModelError
from monitor.speech.normalise import fold, normalise


class _Timed:
    """An engine as `Decoder` knows it, in one context, that adds up the time of its decodes."""

    def __init__(self, engine: Engine, full: bool, now: Callable[[], float]) -> None:
        self.name = engine.name
        self.spent = 0.0
        self._engine, self._full, self._now = engine, full, now

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        return self._engine.context_ms(segment, full or self._full)

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        began = self._now()
        try:
            return self._engine.decode(segments, full or self._full)
        finally:
            self.spent += self._now() - began

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        return []


class BothContexts:
    """What a line would say of each segment in both contexts, each context first in turn.

    The first segment is decoded once before, in both, which counts for neither's time.
    """

    def __init__(self, engine: Engine, settings: AsrSettings, clock: Clock) -> None:
        self._timed = {full: _Timed(engine, full, clock.now) for full in (True, False)}
        self._decoders = {full: Decoder(each, settings, lambda *spent: None) for full, each in self._timed.items()}
        self.decoded = self.retried = 0

    @property
    def speed_up(self) -> float:
        return self._timed[True].spent / self._timed[False].spent if self._timed[False].spent else 1.0

    def texts(self, cuts: Sequence[Segment]) -> tuple[str, str]:
        """(full, short), folded. Raises ModelError where a segment cannot be decoded."""
        said: dict[bool, list[str]] = {True: [], False: []}
        if cuts and not self.decoded:
            for full, timed in self._timed.items():
                self._answer(cuts[0], full)
                timed.spent = 0.0
        for cut in cuts:
            self.decoded += 1
            for full in (True, False) if self.decoded % 2 else (False, True):
                answer = self._answer(cut, full)
                said[full].append("" if answer.suppressed else answer.text)
                self.retried += not full and "retry_full" in answer.decodes
        return plain("".join(said[True])), plain("".join(said[False]))

    def _answer(self, cut: Segment, full: bool) -> Answer:
        job = Job(cut, lambda segment, answer: None, self._timed[full].context_ms(cut), 0.0)
        ((_, answer),) = self._decoders[full].answers([job])
        if answer.lost is not None:
            where, at = f"the recording {cut.call_id}", f"{cut.start_ms / 1000:.1f} s"
            raise ModelError(where, f"cannot be decoded at {at}", answer.lost, "Leave it out")
        return answer


def plain(text: str) -> str:
    """Characters only, as texts are compared."""
    return fold(normalise(text)).text
