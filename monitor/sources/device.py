"""This machine's sound devices as one line: microphone for the agent, loopback for the customer, or one for both.

A device that goes away is opened again, and what was missed meanwhile is a gap with its cause.
"""

from __future__ import annotations

import asyncio
from typing import Literal

import numpy as np
import structlog
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from monitor.core.types import CallInfo
from monitor.errors import LinewatchError, SourceError
from monitor.sources.base import Host, Line
from monitor.sources.soundcard import Input, Streams
from monitor.sources.soundcard import devices as devices

log = structlog.get_logger(__name__)

CHECK_S = 0.25
STALL_S = 2.0
RETRY_S = 1.0
WHOSE = {"agent_id", "team", "line", "trunk", "seat"}


class DeviceSettings(BaseModel):
    """Two sound inputs of this machine, or one with two channels, as one line."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: str = Field("", description="number or name of the agent's input (`linewatch devices`); empty: the default")
    customer: str = Field("", description="the customer's input; empty: the second channel of the agent's")
    rate_hz: Literal[8000, 16000] = Field(16000, description="sampling rate, Hz")
    agent_id: str | None = Field(None, description="whose line this is")
    team: str | None = Field(None, description="that agent's team")
    line: str | None = Field(None, description="what this line is called, for its thresholds and figures")
    trunk: str | None = Field(None, description="what it comes in over")
    seat: str | None = Field(None, description="where the agent sits, with this headset")
    give_up_ms: int = Field(30_000, ge=0, le=86_400_000, description="how long a lost device is waited for, ms")


class DeviceSource:
    """One call, from the start of the source until it is cancelled or its devices stay away."""

    Settings = DeviceSettings
    name = "device"

    def __init__(self, settings: DeviceSettings) -> None:
        self.settings = settings
        rate_hz = settings.rate_hz
        if settings.customer:
            self.inputs = [Input(settings.agent, ("agent",), rate_hz), Input(settings.customer, ("customer",), rate_hz)]
        else:
            self.inputs = [Input(settings.agent, ("agent", "customer"), rate_hz)]
        self._line: Line | None = None
        self._alive_s = 0.0

    async def run(self, host: Host) -> None:
        """Raises ConfigError when there is no such device, SourceError when it cannot be opened or stays away."""
        self._loop = asyncio.get_running_loop()
        streams = Streams(self.inputs, lambda *block: self._loop.call_soon_threadsafe(self._take, *block))
        try:
            await asyncio.to_thread(streams.start)
            self._line = host.open(
                CallInfo("", "device", self.settings.rate_hz, **self.settings.model_dump(include=WHOSE))
            )
            await self._watch(streams)
        except SourceError:
            if self._line is not None:
                await self._line.end("device lost", "system")
            raise
        finally:
            streams.close()

    def _take(self, source: Input, block: NDArray[np.int16], heard_s: float, overflowed: bool) -> None:
        """On the event loop. Blocks from before the line was opened are not part of the call."""
        self._alive_s = self._loop.time()
        if self._line is None:
            return
        source.gap = source.gap or overflowed
        lost = source.lost_samples
        for chunk in source.take(block, heard_s):
            self._line.media(chunk)
        if source.lost_samples > lost:
            lost_ms = (source.lost_samples - lost) * 1000 // source.rate_hz
            log.warning("device missed media", device=source.device, legs=source.legs, lost_ms=lost_ms)

    async def _watch(self, streams: Streams) -> None:
        self._alive_s = self._loop.time()
        while True:
            await asyncio.sleep(CHECK_S)
            if not streams.running() or self._loop.time() - self._alive_s > STALL_S:
                await self._reopen(streams)

    async def _reopen(self, streams: Streams) -> None:
        log.warning("sound device lost, opening it again")
        until_s = self._loop.time() + self.settings.give_up_ms / 1000
        while True:
            try:
                await asyncio.to_thread(streams.restart)
                break
            except LinewatchError as error:
                if self._loop.time() >= until_s:
                    raise SourceError("sound devices", "stay away", str(error)) from None
            await asyncio.sleep(RETRY_S)
        for source in self.inputs:
            source.gap = True
        self._alive_s = self._loop.time()
