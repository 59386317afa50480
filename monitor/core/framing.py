"""Two legs of timestamped media become aligned 20 ms frames of both.

A frame leaves when both legs cover it, or when `advance` says that its time has come. What a leg did not send is zeros
marked with a cause; nothing is guessed. Positions are samples of call audio; each leg's own clock is anchored where its
first chunk finds the call.

The agent's leg is the master. Where both legs carry timestamps and the customer's clock drifts against it, the
customer's leg slips by whole frames, and every slip is counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from monitor.core.types import AGENT, CHANNELS, CUSTOMER, FRAME_MS, RATES_HZ, Absent, Frame, MediaChunk, Pcm

FRAMES_A_TAKE = 50
"""At most so many leave together, so that a long gap needs no memory of its length."""


class FramingSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    jitter_ms: int = Field(60, ge=0, le=2000, description="how long a hole in a leg waits for late packets, ms")
    max_skew_ms: int = Field(
        2000, ge=1020, le=30_000, description="how far a leg may run ahead before the other counts as absent, ms"
    )
    max_gap_ms: int = Field(
        120_000, ge=1000, le=3_600_000, description="a longer jump of a leg's clock is a new clock, not a gap, ms"
    )
    drift_ms: int = Field(60, ge=20, le=1000, description="lasting lead or lag at which the customer's leg slips, ms")
    drift_window_ms: int = Field(5000, ge=500, le=60_000, description="how long the lead must last, ms")
    arrival_jitter_ms: int = Field(
        200, ge=0, le=5000, description="lines that send nothing in silence: patience before a frame is absent, ms"
    )


@dataclass(slots=True)
class FramingStats:
    """Counts since the call's start: samples dropped as late, clocks anchored anew, whole frames slipped."""

    late_samples: int = 0
    reanchored: int = 0
    slipped_frames: int = 0


class _Leg:
    """Placement buffer of one leg; index 0 is the first sample that no frame has taken yet."""

    def __init__(self) -> None:
        self.pcm: Pcm = np.zeros(0, np.int16)
        self.have = np.zeros(0, np.bool_)
        self.cause = np.zeros(0, np.uint8)
        self.end = 0
        self.holes = False
        self.origin: int | None = None
        self.timestamped = False
        self.gap = Absent.UNKNOWN

    def reserve(self, size: int) -> None:
        grow = size - self.pcm.size
        if grow <= 0:
            return
        grow = max(grow, self.pcm.size)
        self.pcm = np.concatenate((self.pcm, np.zeros(grow, np.int16)))
        self.have = np.concatenate((self.have, np.zeros(grow, np.bool_)))
        self.cause = np.concatenate((self.cause, np.full(grow, Absent.UNKNOWN, np.uint8)))

    def place(self, at: int, samples: Pcm, gap: Absent) -> None:
        """at: index into the buffer, 0 or more."""
        end = at + samples.size
        self.reserve(end)
        if at > self.end:
            self.cause[self.end : at] = gap
            self.holes = True
        self.pcm[at:end] = samples
        self.have[at:end] = True
        self.end = max(self.end, end)

    def ready(self, jitter: int) -> int:
        """Samples that may leave: everything up to the first hole that late packets may still fill."""
        if not self.holes:
            return self.end
        waiting = np.flatnonzero(~self.have[max(0, self.end - jitter) : self.end])
        return self.end if waiting.size == 0 else int(max(0, self.end - jitter) + waiting[0])

    def take(self, frames: int, size: int) -> tuple[Pcm, list[Absent]]:
        """The next frames, int16[frames, size]; one is absent only when not one of its samples was sent."""
        count = frames * size
        self.reserve(count)
        pcm = self.pcm[:count].reshape(frames, size).copy()
        sent = np.asarray(self.have[:count].reshape(frames, size).any(axis=1))
        absent = [Absent.PRESENT if sent[at] else self._why(at * size) for at in range(frames)]
        self._drop(count)
        return pcm, absent

    def _why(self, at: int) -> Absent:
        return Absent(int(self.cause[at])) if at < self.end else self.gap

    def _drop(self, count: int) -> None:
        for array, blank in ((self.pcm, 0), (self.have, False), (self.cause, Absent.UNKNOWN)):
            array[:-count] = array[count:]
            array[-count:] = blank
        self.end = max(0, self.end - count)
        if self.holes:
            self.holes = not bool(self.have[: self.end].all())


class Framing:
    """Frames of one call. Not one property of a frame depends on how the media was cut into chunks."""

    def __init__(self, rate_hz: int, settings: FramingSettings | None = None) -> None:
        assert rate_hz in RATES_HZ, rate_hz
        self.settings = settings or FramingSettings()
        self.rate_hz = rate_hz
        self.stats = FramingStats()
        self._frame = rate_hz * FRAME_MS // 1000
        self._legs = (_Leg(), _Leg())
        self._taken = 0
        self._last_media = [0, 0]
        self._lead_since: int | None = None
        self._lead_sign = 0
        self._agent_spoke = False

    @property
    def heard_ms(self) -> int:
        """Call audio that has left as frames."""
        return self._taken // self._frame * FRAME_MS

    def last_media_ms(self, leg: int) -> int:
        """Where the leg's media ends so far; 0 when it never sent any."""
        return self._last_media[leg] * 1000 // self.rate_hz

    def push(self, chunk: MediaChunk) -> list[Frame]:
        """Place a chunk; the frames that became complete. samples: int16[k], any k."""
        if chunk.samples.size == 0:
            return []
        number = CHANNELS.index(chunk.channel)
        leg = self._legs[number]
        frames = self._leave_behind(leg)
        at = self._position(number, chunk) - self._taken
        samples = chunk.samples
        if at < 0:
            late = min(-at, samples.size)
            self.stats.late_samples += late
            samples, at = samples[late:], 0
        if samples.size:
            leg.place(at, samples, chunk.gap)
            self._last_media[number] = max(self._last_media[number], self._taken + at + samples.size)
        if number == AGENT:
            self._agent_spoke = True
        else:
            self._follow_drift()
            self._agent_spoke = False
        jitter = self.settings.jitter_ms * self.rate_hz // 1000
        return frames + self._take(min(leg.ready(jitter) for leg in self._legs))

    def advance(self, to_ms: int, cause: Absent = Absent.UNKNOWN) -> list[Frame]:
        """Frames up to to_ms, whatever the legs sent: for lines that send nothing in silence."""
        for leg in self._legs:
            leg.gap = cause
        return self._take(to_ms * self.rate_hz // 1000 - self._taken)

    def flush(self) -> list[Frame]:
        """At the hang-up: everything that is left, the last frame filled up with zeros."""
        rest = max(leg.end for leg in self._legs)
        return self._take(-(-rest // self._frame) * self._frame)

    def _position(self, number: int, chunk: MediaChunk) -> int:
        leg = self._legs[number]
        end = self._taken + leg.end
        if chunk.at_sample is None:
            return end
        leg.timestamped = True
        if leg.origin is None:
            leg.origin = end - chunk.at_sample
        at = leg.origin + chunk.at_sample
        if abs(at - end) * 1000 > self.settings.max_gap_ms * self.rate_hz:
            self.stats.reanchored += 1
        elif at < self._taken and at >= self._last_media[number]:
            # new media whose time has gone by without it: the leg's clock is behind, so it slips by whole frames
            frames = -(-(self._taken - at) // self._frame)
            self.stats.slipped_frames += frames
            leg.origin += frames * self._frame
            return leg.origin + chunk.at_sample
        else:
            return at
        leg.origin = end - chunk.at_sample
        return end

    def _follow_drift(self) -> None:
        agent, customer = self._legs
        if not (agent.timestamped and customer.timestamped and self._agent_spoke):
            self._lead_sign = 0
            return
        lead = customer.end - agent.end
        sign = (lead > 0) - (lead < 0) if abs(lead) * 1000 >= self.settings.drift_ms * self.rate_hz else 0
        if sign == 0 or sign != self._lead_sign:
            self._lead_sign, self._lead_since = sign, self._taken
            return
        assert self._lead_since is not None
        if (self._taken - self._lead_since) * 1000 >= self.settings.drift_window_ms * self.rate_hz:
            assert customer.origin is not None
            customer.origin -= sign * self._frame
            self.stats.slipped_frames += 1
            self._lead_since = self._taken

    def _leave_behind(self, leg: _Leg) -> list[Frame]:
        """Before more of this leg comes: what is too far ahead of the other leaves without it, so memory is bounded."""
        skew = self.settings.max_skew_ms * self.rate_hz // 1000
        return self._take(leg.end - skew)

    def _take(self, samples: int) -> list[Frame]:
        frames: list[Frame] = []
        for left in range(max(0, samples) // self._frame, 0, -FRAMES_A_TAKE):
            frames += self._taken_together(min(left, FRAMES_A_TAKE))
        return frames

    def _taken_together(self, count: int) -> list[Frame]:
        agent, agent_absent = self._legs[AGENT].take(count, self._frame)
        customer, customer_absent = self._legs[CUSTOMER].take(count, self._frame)
        pcm = np.stack((agent, customer), axis=1)
        index = self._taken // self._frame
        self._taken += count * self._frame
        return [
            Frame(index + at, pcm[at], absent)
            for at, absent in enumerate(zip(agent_absent, customer_absent, strict=True))
        ]
