"""What a rule can hang on: words somebody said, a condition of the line, or an event of the call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.rule import Listening, Table, Wording, wording_keys
from monitor.compliance.runner import Found
from monitor.core.events import CallData, Condition, ConditionStarted, Event
from monitor.core.types import Channel, Side


class LineState(Table):
    """A condition of the line. levels, kinds, causes: which of them count; empty: any."""

    condition: Condition
    channel: Side = "customer"
    levels: tuple[Literal["warn", "alarm"], ...] = ()
    kinds: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()

    def holds(self, event: Event) -> bool:
        body = event.body
        return (
            isinstance(body, ConditionStarted)
            and body.condition == self.condition
            and event.channel == self.channel
            and (not self.levels or body.level in self.levels)
            and (not self.kinds or body.kind in self.kinds)
            and (not self.causes or body.cause in self.causes)
        )


class Anchor(Table):
    """Exactly one of words (said on `channel`), line and event. first_ms: only so many ms from the answer."""

    channel: Channel = "customer"
    words: Wording = Wording()
    line: LineState | None = None
    event: Literal["call.answered", "hold", "unhold", "transfer"] | None = None
    first_ms: int | None = Field(None, ge=100)

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if (not self.words.empty) + (self.line is not None) + (self.event is not None) != 1:
            raise ValueError("an anchor has exactly one of words, line and event")
        return self

    def listening(self) -> Iterator[Listening]:
        yield from wording_keys("anchor", self.words, self.channel)

    def in_fact(self, event: Event) -> bool:
        if self.line is not None:
            return event.type == "condition.started" and self.line.holds(event)
        if self.event is None:
            return False
        if isinstance(event.body, CallData):
            kind, on = event.body.kind, event.body.on
            return self.event == ("unhold" if kind == "hold" and on is False else kind)
        return event.type == self.event

    def early(self, at_ms: int, answered_ms: int) -> bool:
        """Whether first_ms lets it in."""
        return self.first_ms is None or at_ms <= answered_ms + self.first_ms

    def in_words(self, found: Sequence[Found]) -> list[Found]:
        mine = [one for one in found if one.key[0] == "anchor"]
        return mine if self.words.satisfied({one.key[1] for one in mine}) else []
