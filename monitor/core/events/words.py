"""What was said: an utterance once its segment is answered, a hypothesis before."""

from __future__ import annotations

from typing import ClassVar

from monitor.core.events.body import Body


class Utterance(Body):
    """One segment's final answer. text is normalised (Simplified, see speech/normalise.py).

    pitch_hz, pitch_range_st: of the voice, see signal/voice.py; null where there was too little of it.
    speaker_certainty: in a recording whose one channel was separated, that it is this party who speaks; else null.
    cut: invented credits that followed the words and were taken off. words: [piece of text, start_ms, end_ms], in order
    and together the whole text; null where no rule may quote the utterance or the recogniser cannot tell.
    """

    type: ClassVar[str] = "utterance"
    segment_id: str
    start_ms: int
    end_ms: int
    text: str
    confidence: float | None = None
    mean_logprob: float | None = None
    context_ms: int | None = None
    lost: str | None = None
    suppressed: tuple[str, ...] | None = None
    voiced_ms: int = 0
    language: str | None = None
    language_prob: float | None = None
    level_dbov: float | None = None
    speaker_certainty: float | None = None
    pitch_hz: float | None = None
    pitch_range_st: float | None = None
    cut: str | None = None
    words: tuple[tuple[str, int, int], ...] | None = None

    @property
    def heard(self) -> bool:
        """Whether its words may count for a rule."""
        return self.lost is None and not self.suppressed


class Hypothesis(Body):
    type: ClassVar[str] = "hypothesis"
    overlay: ClassVar[bool] = True
    segment_id: str
    text: str
    stable_chars: int = 0
