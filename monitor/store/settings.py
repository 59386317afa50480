"""Settings of the store: `[store]`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class StoreSettings(BaseModel):
    """Where envelopes are kept and how they are written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field(
        default="sqlite:///linewatch.db",
        description="SQLAlchemy URL: sqlite:///FILE, or postgresql+psycopg://USER:PASSWORD@HOST/NAME",
    )
    synchronous: Literal["normal", "full"] = Field(
        default="normal",
        description="SQLite only. normal: a killed process loses nothing, a power cut may lose the last commits; "
        "full: neither, at a disk flush for each commit",
    )
    customer_key: str = Field(
        default="",
        description="secret under which customers' ids and numbers are hashed before anything is kept; empty: "
        "customers are not told apart",
    )
    flush_ms: int = Field(
        default=10, ge=0, le=1000, description="longest wait for more envelopes to commit together, ms"
    )
    stall_ms: int = Field(
        default=200, ge=10, le=60_000, description="after this long without a commit, envelopes are shown unstored, ms"
    )
    retry_ms: int = Field(default=1000, ge=10, le=60_000, description="wait before a failed commit is tried again, ms")
    max_spool: int = Field(
        default=100_000, ge=100, le=10_000_000, description="envelopes kept for a store that does not answer"
    )
