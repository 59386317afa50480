"""What is known about a recorded call besides its sound: a TOML or JSON file beside the recording.

NAME.wav may have NAME.toml, NAME.json, NAME.wav.toml or NAME.wav.json; docs/sources.md lists the keys.
"""

from __future__ import annotations

import json
from datetime import UTC
from pathlib import Path
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from monitor.core.events import CallData
from monitor.core.mistakes import mistakes
from monitor.core.toml import Document, TomlError, parse
from monitor.core.types import CallInfo, Channel, Direction, EndedBy
from monitor.errors import ConfigError

SHOWN_FIRST, SHOWN_LAST = 3, 2


class SidecarEvent(BaseModel):
    """Something the platform said during the call, such as hold on and hold off."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_ms: int = Field(ge=0, description="when, in call audio from the first sample, ms")
    kind: Literal["hold", "mute", "transfer", "join", "leave", "pause", "surname", "hangup_side"]
    on: bool | None = Field(None, description="hold, mute, pause: whether it begins or ends")
    agent_id: str | None = Field(None, description="transfer, join, leave: who")
    value: str | None = Field(None, description="surname, hangup_side: which")

    def body(self) -> CallData:
        return CallData(kind=self.kind, on=self.on, agent_id=self.agent_id, value=self.value)


class Sidecar(BaseModel):
    """All of it is optional; what is not said is not known, and rules that need it do not judge."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    call_id: str | None = Field(None, min_length=1, max_length=200, description="its name in an audit; else the file's")
    agent_id: str | None = None
    team: str | None = None
    line: str | None = None
    trunk: str | None = Field(None, description="the trunk or gateway the call came over")
    seat: str | None = Field(None, description="the place the agent sat at, with its headset")
    customer: str | None = Field(None, description="who calls, an id or number; only a keyed hash of it is kept")
    direction: Direction = "inbound"
    called_number: str | None = Field(None, description="kept masked: the first 3 and the last 2 digits")
    customer_surname: str | None = None
    customer_title: Literal["先生", "女士", "小姐"] | None = None
    language: str = "zh"
    tz: str = "Asia/Shanghai"
    answered_ms: int | None = Field(None, ge=0, description="when the agent answered, ms; before it nobody is judged")
    ended_by: EndedBy = Field("unknown", description="who hung up")
    started_at_utc: AwareDatetime | None = Field(None, description="when the call began, such as 2026-11-22T01:30:00Z")
    channels: tuple[Channel, ...] | None = Field(
        None, min_length=1, max_length=2, description="whose each channel is, the first or left one first"
    )
    events: tuple[SidecarEvent, ...] = ()

    @field_validator("called_number", mode="before")
    @classmethod
    def _masked(cls, number: Any) -> str | None:
        """Also for a bare number, which would else be shown as found in an error."""
        return None if number is None else mask_number(str(number))

    @field_validator("channels")
    @classmethod
    def _once_each(cls, channels: tuple[Channel, ...] | None) -> tuple[Channel, ...] | None:
        if channels and len(set(channels)) != len(channels):
            raise ValueError('each leg once, such as ["customer", "agent"]')
        return channels

    def info(self, call_id: str, source: str, sample_rate_hz: int) -> CallInfo:
        began = self.started_at_utc
        return CallInfo(
            call_id=call_id,
            source=source,
            sample_rate_hz=sample_rate_hz,
            direction=self.direction,
            agent_id=self.agent_id,
            team=self.team,
            line=self.line,
            trunk=self.trunk,
            seat=self.seat,
            customer=self.customer,
            called_number=self.called_number,
            customer_surname=self.customer_surname,
            customer_title=self.customer_title,
            language=self.language,
            tz=self.tz,
            answered_ms=self.answered_ms,
            started_at_utc=began.astimezone(UTC).isoformat(timespec="milliseconds") if began else None,
        )


def mask_number(number: str) -> str:
    """A telephone number with all but its first 3 and last 2 digits starred; 138 0013 8000 -> 138 **** **00."""
    digits = sum(char.isdigit() for char in number)
    out, seen = "", 0
    for char in number:
        seen += char.isdigit()
        out += "*" if char.isdigit() and SHOWN_FIRST < seen <= digits - SHOWN_LAST else char
    return out


def beside(recording: Path) -> Path | None:
    """The sidecar of a recording, None when it has none. Two of them: the one named first in this file's heading."""
    stem, whole = recording.with_suffix(""), recording.name
    names = [f"{name}{ending}" for name in (stem.name, whole) for ending in (".toml", ".json")]
    return next((path for name in names if (path := recording.with_name(name)).is_file() and path != recording), None)


def load(path: Path) -> Sidecar:
    """Raises ConfigError: file, line and key of the first mistake."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(str(path), "cannot be read", error.strerror or type(error).__name__) from None
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), "is not UTF-8 text", f"byte {error.object[error.start]:#04x}") from None
    document = _json(path, text) if path.suffix == ".json" else _toml(path, text)
    try:
        # JSON mode: a number is never taken for a text, a list may stand for a tuple
        return Sidecar.model_validate_json(json.dumps(document.data, default=str), strict=True)
    except ValidationError as error:
        first = mistakes(error, Sidecar, document)[0]
        raise ConfigError(first.where(str(path)), first.what, first.found, first.do) from None


def _toml(path: Path, text: str) -> Document:
    try:
        return parse(text)
    except TomlError as error:
        raise ConfigError(f"{path}:{error.line}", error.what) from None


def _json(path: Path, text: str) -> Document:
    try:
        data: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}:{error.lineno}", error.msg.lower()) from None
    if not isinstance(data, dict):
        raise ConfigError(str(path), "must be one JSON object", type(data).__name__)
    return Document(data, {})
