"""What every body of an envelope is."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Body(BaseModel):
    """The part of an envelope that depends on its type. Every field is part of the wire format."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[str]
    overlay: ClassVar[bool] = False
