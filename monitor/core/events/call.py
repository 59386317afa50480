"""Facts about the call itself: who is on the line, how it went on, and how much of it was heard."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from monitor.core.events.body import Body
from monitor.core.types import Direction, EndedBy, Legs


class CallStarted(Body):
    """customer: a pseudonym. group: the group of lines whose thresholds hold. legs, separation,
    faults: see CallInfo."""

    type: ClassVar[str] = "call.started"
    source: str
    direction: Direction = "inbound"
    sample_rate_hz: int
    agent_id: str | None = None
    team: str | None = None
    line: str | None = None
    trunk: str | None = None
    seat: str | None = None
    customer: str | None = None
    group: str | None = None
    called_number: str | None = None
    language: str = "zh"
    tz: str = "Asia/Shanghai"
    model: str | None = None
    rules_version: str | None = None
    customer_surname: str | None = None
    customer_title: str | None = None
    started_at_utc: str | None = None
    legs: Legs = "recorded"
    separation: float | None = None
    faults: tuple[str, ...] = ()


class CallAnswered(Body):
    type: ClassVar[str] = "call.answered"
    inferred: bool


class CallData(Body):
    type: ClassVar[str] = "call.data"
    kind: Literal["hold", "mute", "transfer", "join", "leave", "pause", "surname", "hangup_side"]
    on: bool | None = None
    agent_id: str | None = None
    value: str | None = None


class CallEnded(Body):
    type: ClassVar[str] = "call.ended"
    reason: str
    ended_by: EndedBy
    inferred: bool


class CallClosed(Body):
    type: ClassVar[str] = "call.closed"
    duration_ms: int


class ChannelCoverage(BaseModel):
    """transcribed + suppressed + lost = speech once every segment is answered."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    heard_ms: int = 0
    speech_ms: int = 0
    transcribed_ms: int = 0
    suppressed_ms: int = 0
    lost_ms: int = 0


class Coverage(Body):
    type: ClassVar[str] = "coverage"
    agent: ChannelCoverage
    customer: ChannelCoverage
