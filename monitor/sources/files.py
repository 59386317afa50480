"""Recordings played as live lines: in real time, faster, or as fast as the host takes them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field

from monitor.core.types import CHANNELS, MediaChunk, Pcm
from monitor.errors import LinewatchError, SourceError
from monitor.sources.base import Clock, Host, Line
from monitor.sources.recording import END_REASON, Recording, find, read

log = structlog.get_logger(__name__)


class FilesSettings(BaseModel):
    """Recordings, each with its sidecar beside it, played as calls."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paths: tuple[Path, ...] = Field(min_length=1, description="recordings, or folders that are searched for them")
    speed: Annotated[float, Field(gt=0, le=1000)] | Literal["max"] = Field(
        1.0, description='times real time, up to 1000, or "max" for as fast as it can be judged'
    )
    lines: int = Field(1, ge=1, le=10_000, description="how many are played at once")
    stagger_ms: int = Field(0, ge=0, le=3_600_000, description="how much later each further line begins, ms")
    loop: bool = Field(False, description="begin again when all are played")
    mono: Literal["accept", "refuse"] = Field(
        "accept", description="recordings with one channel; accepted, what is said is on the customer's leg"
    )
    packet_ms: int = Field(20, ge=20, le=1000, description="how much media comes at once in real time, ms")


class FilesSource:
    """Plays all it finds; a recording that cannot be played is logged and left out, the others go on."""

    Settings = FilesSettings
    name = "files"

    def __init__(self, settings: FilesSettings) -> None:
        self.settings = settings
        self._left: list[Path] = []
        self._next = 0

    async def run(self, host: Host) -> None:
        """Raises SourceError when there is nothing to play."""
        self._left = await asyncio.to_thread(find, list(self.settings.paths))
        self._next = 0
        if not self._left:
            raise SourceError("source files", "finds no recordings", ", ".join(map(str, self.settings.paths)))
        count = self.settings.lines if self.settings.loop else min(self.settings.lines, len(self._left))
        async with asyncio.TaskGroup() as group:
            for number in range(count):
                group.create_task(self._play_on(host, number * self.settings.stagger_ms / 1000))

    async def _play_on(self, host: Host, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        while (path := self._take()) is not None:
            try:
                await self.play(path, host)
            except LinewatchError as error:
                log.warning("recording not played", error=str(error))
                self._drop(path)

    def _take(self) -> Path | None:
        if self._next >= len(self._left) and self.settings.loop:
            self._next = 0
        if self._next >= len(self._left):
            return None
        self._next += 1
        return self._left[self._next - 1]

    def _drop(self, path: Path) -> None:
        """Never again, or a loop over what cannot be played would spin."""
        if path in self._left:
            self._next -= self._left.index(path) < self._next
            self._left.remove(path)

    async def play(self, path: Path, host: Host) -> None:
        """One recording as one call; returns when it is closed. Raises SourceError, ConfigError for its sidecar."""
        recording = await asyncio.to_thread(read, path)
        if recording.channels == 1 and self.settings.mono == "refuse":
            raise SourceError(str(path), "has one channel only", do='Set mono = "accept" or record both legs')
        clock: Clock = "demand" if self.settings.speed == "max" else "media"
        line = host.open(recording.info(recording.sidecar.call_id or ""), clock)
        try:
            await self._feed(recording, line)
        except SourceError:
            await line.end("recording unreadable")
            raise
        finally:
            for remark in recording.remarks:
                log.warning("recording", call_id=line.call_id, remark=remark)
        await line.end(END_REASON, recording.ended_by)

    async def _feed(self, recording: Recording, line: Line) -> None:
        """Data and samples in their order; in real time a packet comes when its last sample has been spoken."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        parts = recording.parts()
        while (part := await asyncio.to_thread(next, parts, None)) is not None:
            for body in part.data:
                line.data(body)
            if self.settings.speed == "max":
                _send(line, part.agent, part.customer)
                await line.room()
                continue
            packet = recording.rate_hz * self.settings.packet_ms // 1000
            for at in range(0, max(part.agent.size, part.customer.size), packet):
                spoken_ms = part.at_ms + (at + packet) * 1000 // recording.rate_hz
                await asyncio.sleep(began_s + spoken_ms / 1000 / self.settings.speed - loop.time())
                _send(line, part.agent[at : at + packet], part.customer[at : at + packet])


def _send(line: Line, agent: Pcm, customer: Pcm) -> None:
    for channel, samples in zip(CHANNELS, (agent, customer), strict=True):
        if samples.size:
            line.media(MediaChunk(channel, samples))
