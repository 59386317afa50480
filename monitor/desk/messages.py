"""What clients may say on a socket, and what the desk says there besides envelopes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from monitor.desk.state import RuleNote

Names = Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=1000)]
Resume = Annotated[dict[str, Annotated[int, Field(ge=0)]], Field(max_length=1000)]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class HelloMessage(_Message):
    """The first message of a client that gave no ?token=. resume: the last seq it has of each call."""

    type: Literal["hello"]
    token: str = Field(default="", max_length=256)
    resume: Resume = {}


class ResumeMessage(_Message):
    """Send again, from the store, what came after these seqs and before the snapshot."""

    type: Literal["resume"] = "resume"
    resume: Resume


class SubscribeMessage(_Message):
    """Only these calls, teams and types from now on; null or left out: no filter. A type may end in ".*"."""

    type: Literal["subscribe"]
    calls: Names | None = None
    teams: Names | None = None
    types: Names | None = None


class AcknowledgeMessage(_Message):
    type: Literal["acknowledge"]
    alert_id: str = Field(max_length=200)
    note: str = Field(default="", max_length=1000)


class PingMessage(_Message):
    type: Literal["ping"]
    id: str | int | None = None


ClientMessage = Annotated[
    HelloMessage | ResumeMessage | SubscribeMessage | AcknowledgeMessage | PingMessage, Field(discriminator="type")
]
CLIENT_MESSAGES: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


class HelloReply(_Message):
    """rules: names and wording of the rules in force, for what envelopes name by rule_id only. model: what listens to
    the calls to come; each call's own is in its `call.started`."""

    type: Literal["hello"] = "hello"
    role: str
    name: str
    teams: list[str] | None
    agent_id: str | None
    version: str
    model: str | None = None
    rules: list[RuleNote] = []


class SnapshotMessage(_Message):
    """Calls with the last seq applied to each. whole false: these came into sight, the others stay."""

    type: Literal["snapshot"] = "snapshot"
    whole: bool
    calls: list[dict[str, Any]]


class ResumedMessage(_Message):
    """The replay of a call is through: seqs above after_seq up to to_seq were sent."""

    type: Literal["resumed"] = "resumed"
    call_id: str
    after_seq: int
    to_seq: int


class AcknowledgedMessage(_Message):
    """The answer to the client that acknowledged; the envelope itself comes in the stream to all."""

    type: Literal["acknowledged"] = "acknowledged"
    alert_id: str
    call_id: str
    seq: int


class PongMessage(_Message):
    type: Literal["pong"] = "pong"
    id: str | int | None = None


class ErrorMessage(_Message):
    """code: for programs; message: for people. After some errors the socket is closed with `close`."""

    type: Literal["error"] = "error"
    code: str
    message: str
    call_id: str | None = None
    close: int | None = None


SERVER_MESSAGES = (
    HelloReply, SnapshotMessage, ResumedMessage, AcknowledgedMessage, PongMessage, ErrorMessage,
)  # fmt: skip


def parse(text: str) -> ClientMessage:
    """The message a client sent. Raises pydantic.ValidationError; `{"resume": …}` needs no type."""
    loose = TypeAdapter(dict[str, Any]).validate_json(text)
    if "type" not in loose and "resume" in loose:
        loose["type"] = "resume"
    return CLIENT_MESSAGES.validate_python(loose)
