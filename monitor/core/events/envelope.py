"""An `Event` is a fact or a finding in a room; an `Envelope` is the same on disk and on sockets.

Contract: stored envelopes of a call carry seq 1, 2, 3 … without holes; overlay bodies carry none and are never stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.core.events import alert, call, line, system, verdict, words
from monitor.core.events.body import Body
from monitor.core.types import Side

SCHEMA = 1

BODIES: dict[str, type[Body]] = {
    cls.type: cls
    for cls in (
        call.CallStarted, call.CallAnswered, call.CallData, call.CallEnded, call.CallClosed, line.SpeechStarted,
        line.SpeechEnded, line.ConditionStarted, line.ConditionEnded, line.ChannelQuality, words.Utterance,
        verdict.ScriptStep, alert.AlertRaised, alert.AlertConfirmed, alert.AlertCleared, alert.AlertPending,
        alert.AlertWithdrawn, alert.AlertAcknowledged, verdict.PromptShown, verdict.PromptCleared, alert.Review,
        alert.ReviewRejected, alert.ReviewAppealed, alert.ReviewDecided, line.Meter, words.Hypothesis, verdict.Metric,
        verdict.Score, call.Coverage, system.SystemNotice,
    )
}  # fmt: skip

Facts = (
    call.CallStarted
    | call.CallAnswered
    | call.CallData
    | call.CallEnded
    | line.SpeechStarted
    | line.SpeechEnded
    | line.ConditionStarted
    | line.ChannelQuality
    | words.Utterance
)
"""What replay feeds back into a call; everything else is derived from these."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact or finding. at_ms: the audio instant it belongs to. channel: whom it concerns."""

    at_ms: int
    channel: Side | None
    body: Body

    @property
    def type(self) -> str:
        return self.body.type


class Folded(BaseModel):
    """Why this client is not shown an alert by itself (see monitor/desk/folding.py); live only, never stored.

    cool_down: it repeats the alert `into`, and `count` do by now. budget: more of this severity than a minute allows;
    `count` since the last one that was shown by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    why: Literal["cool_down", "budget"]
    into: str | None
    count: int


class Envelope(BaseModel):
    """One line of JSON Lines, one message on a socket, one row of the store.

    derived: the channel was not recorded apart, but found in (or assumed of) a recording with one channel for both.
    """

    model_config = ConfigDict(frozen=True)
    schema_: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    call_id: str | None
    seq: int | None
    at_ms: int
    type: str
    channel: Side | None
    body: dict[str, Any]
    derived: bool | None = None
    heard_ms: int | None = None
    published_at_utc: str | None = None
    prev_seq: int | None = None
    stored: bool | None = None
    folded: Folded | None = None

    @classmethod
    def of(
        cls,
        event: Event,
        call_id: str | None,
        seq: int | None,
        heard_ms: int | None = None,
        derived: bool | None = None,
    ) -> Envelope:
        return cls(
            schema=SCHEMA,
            call_id=call_id,
            seq=seq,
            at_ms=event.at_ms,
            type=event.type,
            channel=event.channel,
            body=event.body.model_dump(mode="json"),
            derived=derived,
            heard_ms=heard_ms,
        )

    @property
    def overlay(self) -> bool:
        return BODIES[self.type].overlay

    def event(self) -> Event:
        """The typed event; raises pydantic.ValidationError for a body that is not of its type, KeyError for no type."""
        return Event(self.at_ms, self.channel, BODIES[self.type].model_validate(self.body))

    def wire(self) -> dict[str, Any]:
        """The JSON object of the contract; live-only fields are left out where they are not set."""
        out: dict[str, Any] = {
            "schema": self.schema_, "call_id": self.call_id, "seq": self.seq, "at_ms": self.at_ms, "type": self.type,
            "channel": self.channel, "body": self.body,
        }  # fmt: skip
        live = {
            "derived": self.derived, "heard_ms": self.heard_ms,
            "published_at_utc": self.published_at_utc, "prev_seq": self.prev_seq,
            "stored": self.stored, "folded": self.folded and self.folded.model_dump(),
        }  # fmt: skip
        return out | {name: value for name, value in live.items() if value is not None}

    def to_json(self) -> str:
        return json.dumps(self.wire(), ensure_ascii=False, separators=(",", ":"))
