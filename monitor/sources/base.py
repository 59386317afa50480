"""What a source of calls is, and what it may ask of the shell that hosts it. Implemented in live.py and in tests."""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import BaseModel

from monitor.core.events import CallAnswered, CallData
from monitor.core.types import CallInfo, EndedBy, MediaChunk

Clock = Literal["media", "arrival", "demand"]
"""What moves a line's audio time: the media alone; also its arrival, for lines that send nothing in silence; or the
media as fast as the host has room for it (`Line.room`): such a line waits for its words, so none is ever too late."""


class Line(Protocol):
    """One running call, as its source sees it."""

    @property
    def call_id(self) -> str: ...

    def media(self, chunk: MediaChunk) -> None:
        """Media of one leg. Never blocks."""

    def data(self, body: CallAnswered | CallData) -> None:
        """Something the platform says about the call, now."""

    async def room(self) -> None:
        """Back-pressure: returns once the line has little left to do. For sources faster than real time."""

    async def end(self, reason: str, ended_by: EndedBy | None = None) -> None:
        """Hang up; returns when call.closed is published. ended_by None: told from the media where it can be."""


class Host(Protocol):
    """Where calls are taken to."""

    def open(self, info: CallInfo, clock: Clock = "media") -> Line:
        """A new call. info.call_id "": the host makes one. Raises LinewatchError when there is no room for it."""


class Source(Protocol):
    """Built as `SomeSource(SomeSource.Settings(...))` from one [[sources]] table."""

    @property
    def Settings(self) -> type[BaseModel]: ...  # noqa: N802 (a class attribute)

    @property
    def name(self) -> str: ...

    async def run(self, host: Host) -> None:
        """Until cancelled or out of input. Raises LinewatchError when the source as a whole cannot go on."""
