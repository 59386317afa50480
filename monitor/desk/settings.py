"""Settings of the desk: `[desk]` and `[[desk.tokens]]`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Role = Literal["supervisor", "agent", "admin"]


class TokenSettings(BaseModel):
    """Who may sign in, and what they may see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: str = Field(
        min_length=12,
        max_length=256,
        description="the secret itself, or sha256: and the 64 hex digits of its SHA-256",
    )
    role: Role = Field(description="supervisor sees calls, agent sees the own screen, admin sees every team")
    name: str = Field(default="", max_length=80, description="shown on the page and kept with acknowledgements")
    teams: tuple[str, ...] = Field(default=(), description="the teams a supervisor may see; empty: all")
    agent_id: str | None = Field(default=None, description="the agent whose screen this is (role agent only)")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.role == "agent") != (self.agent_id is not None):
            raise ValueError('agent_id belongs to role "agent", and that role needs it')
        if self.token.startswith("sha256:") and not _is_sha256(self.token):
            raise ValueError("sha256: must be followed by 64 hex digits")
        return self


class AlertSettings(BaseModel):
    """How often one supervisor is alerted. More is folded: counted and listed on the page, never lost. Critical and
    fatal alerts are never folded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cool_down_ms: int = Field(
        default=30_000,
        ge=0,
        le=3_600_000,
        description="after an alert, more of the same rule in the same call are folded into it, ms of call audio",
    )
    major_a_minute: int = Field(default=30, ge=0, le=10_000, description="alerts of all calls shown by themselves")
    minor_a_minute: int = Field(default=20, ge=0, le=10_000, description="the same for severity minor")
    info_a_minute: int = Field(default=10, ge=0, le=10_000, description="the same for severity info")

    def a_minute(self, severity: str) -> int | None:
        """None: no limit."""
        limits = {"major": self.major_a_minute, "minor": self.minor_a_minute, "info": self.info_a_minute}
        return limits.get(severity)


class DeskSettings(BaseModel):
    """Where the pages and sockets are served, and their limits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str = Field(default="127.0.0.1", description="address to listen on; 0.0.0.0 for all of this machine's")
    port: int = Field(default=8765, ge=0, le=65535, description="0: any free one")
    tls_cert: Path | None = Field(default=None, description="PEM file with the certificate chain; serves https and wss")
    tls_key: Path | None = Field(default=None, description="PEM file with its private key")
    max_clients: int = Field(default=200, ge=1, le=100_000, description="sockets at the same time")
    max_queue: int = Field(default=2000, ge=16, le=1_000_000, description="envelopes waiting for one slow client")
    max_message_bytes: int = Field(default=65_536, ge=1024, le=16_777_216, description="longest message from a client")
    hello_timeout_s: float = Field(default=10, gt=0, le=120, description="time a client has to send its token, s")
    ping_interval_s: float = Field(
        default=20, gt=0, le=600, description="between pings that keep a quiet socket open, s"
    )
    ping_timeout_s: float = Field(
        default=20, gt=0, le=600, description="without an answer for this long it is closed, s"
    )
    close_timeout_s: float = Field(default=5, gt=0, le=60, description="a slow client's last chance to hear why, s")
    alerts: AlertSettings = Field(default=AlertSettings(), description="how often one supervisor is alerted")
    tokens: tuple[TokenSettings, ...] = Field(default=(), description="who may sign in")

    @model_validator(mode="after")
    def _both_for_tls(self) -> Self:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key go together")
        return self


def _is_sha256(token: str) -> bool:
    digits = token.removeprefix("sha256:")
    return len(digits) == 64 and set(digits.lower()) <= set("0123456789abcdef")
