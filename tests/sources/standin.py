"""A stand-in for the live shell at its door: it only writes down what a source asks of it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from monitor.core.events import CallAnswered, CallData
from monitor.core.types import CallInfo, Channel, EndedBy, MediaChunk
from monitor.errors import LinewatchError
from monitor.sources.base import Clock


@dataclass
class Line:
    info: CallInfo
    call_id: str
    clock: Clock
    host: Host
    chunks: list[MediaChunk] = field(default_factory=list)
    came_s: list[float] = field(default_factory=list)
    said: list[tuple[int, CallAnswered | CallData]] = field(default_factory=list)
    ended: tuple[str, EndedBy | None] | None = None
    rooms: int = 0

    def media(self, chunk: MediaChunk) -> None:
        assert self.ended is None, "media after the end"
        self.chunks.append(chunk)
        self.came_s.append(asyncio.get_running_loop().time())
        self.host.changed.set()

    def data(self, body: CallAnswered | CallData) -> None:
        self.said.append((self.leg("agent").size, body))

    async def room(self) -> None:
        self.rooms += 1
        while self.host.most < self.host.together:
            await self.host.opened.wait()
        await asyncio.sleep(0)

    async def end(self, reason: str, ended_by: EndedBy | None = None) -> None:
        await asyncio.sleep(0)
        assert self.ended is None, "ended twice"
        self.ended = (reason, ended_by)
        self.host.running -= 1

    def leg(self, channel: Channel) -> NDArray[np.int16]:
        return np.concatenate(
            [np.zeros(0, np.int16)] + [chunk.samples for chunk in self.chunks if chunk.channel == channel]
        )


@dataclass
class Host:
    max_lines: int = 1000
    lines: list[Line] = field(default_factory=list)
    running: int = 0
    most: int = 0
    together: int = 1  # no line gets room before so many have run at once
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self, info: CallInfo, clock: Clock = "media") -> Line:
        if self.running >= self.max_lines:
            raise LinewatchError("host", "has no room for another line")
        line = Line(info, info.call_id or f"made-{len(self.lines)}", clock, self)
        self.lines.append(line)
        self.running += 1
        self.most = max(self.most, self.running)
        if self.most >= self.together:
            self.opened.set()
        return line
