"""Who is speaking, in order: turns and sentences counted, as rules count them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from monitor.compliance.rule import Table
from monitor.compliance.runner import Found
from monitor.compliance.words import Words
from monitor.core.types import Channel


class Range(Table):
    """Which words of a call count; empty: all. ms are those of the words themselves, never of the turn they stand in;
    a sentence is an utterance of the channel, counted from the answer."""

    first_ms: int | None = Field(None, ge=100, description="the first so many ms from the answer")
    last_ms: int | None = Field(None, ge=100, description="the last so many ms before the end")
    first_sentences: int | None = Field(None, ge=1)
    last_sentences: int | None = Field(None, ge=1)

    @property
    def at_end(self) -> bool:
        return self.last_ms is not None or self.last_sentences is not None

    def opens(self, found: Found, sentence: int, answered_ms: int) -> bool:
        """Whether the first_ and first_sentences limits let it in. sentence: 1 for the first."""
        in_time = self.first_ms is None or found.evidence.start_ms < answered_ms + self.first_ms
        return in_time and (self.first_sentences is None or sentence <= self.first_sentences)

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
