"""Who is speaking, in order: turns and sentences counted, as rules count them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from pydantic import Field, model_validator

from monitor.compliance.rule import Table
from monitor.compliance.runner import Found
from monitor.compliance.words import Words
from monitor.core.types import Channel


class Range(Table):
    """Which words of a call count; empty: all. ms are those of the words themselves, never of the turn they stand in;
    a sentence is an utterance of the channel, counted from the answer."""

    from_ms: int | None = Field(None, ge=100, description="not before so many ms from the answer")
    from_sentence: int | None = Field(None, ge=2, description="not before this sentence, 1 for the first")
    first_ms: int | None = Field(None, ge=100, description="the first so many ms from the answer")
    last_ms: int | None = Field(None, ge=100, description="the last so many ms before the end")
    first_sentences: int | None = Field(None, ge=1)
    last_sentences: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if self.from_ms is not None and self.first_ms is not None and self.from_ms >= self.first_ms:
            raise ValueError("from_ms lies behind first_ms: no word stands there")
        if self.from_sentence is not None and (self.first_sentences or self.from_sentence) < self.from_sentence:
            raise ValueError("from_sentence lies behind first_sentences: no sentence stands there")
        return self

    @property
    def at_end(self) -> bool:
        return self.last_ms is not None or self.last_sentences is not None

    def opens(self, found: Found, sentence: int, answered_ms: int) -> bool:
        """Whether all limits but those of the end let it in. sentence: 1 for the first."""
        at_ms = found.evidence.start_ms - answered_ms
        in_time = at_ms >= (self.from_ms or 0) and (self.first_ms is None or at_ms < self.first_ms)
        in_turn = self.first_sentences is None or sentence <= self.first_sentences
        return in_time and in_turn and sentence >= (self.from_sentence or 1)

    def closes(self, found: Found, sentence: int, sentences: int, end_ms: int) -> bool:
        in_time = self.last_ms is None or found.evidence.end_ms > end_ms - self.last_ms
        return in_time and (self.last_sentences is None or sentence > sentences - self.last_sentences)


@dataclass(slots=True)
class TurnCount:
    """Turns and sentences of one channel since it was reset. A turn is all that it says until the other speaks."""

    channel: Channel
    turns: int = 0
    sentences: int = 0
    _last: Channel | None = None

    def reset(self, last: Channel | None = None) -> None:
        self.turns = self.sentences = 0
        self._last = last

    def take(self, words: Words) -> None:
        if words.channel == self.channel:
            self.sentences += 1
            if self._last != self.channel:
                self.turns += 1
        self._last = words.channel


def keys(found: Sequence[Found], name: str) -> list[Found]:
    return [one for one in found if one.key[0] == name]
