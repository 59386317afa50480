"""Cuts each channel's speech into the segments that the recogniser answers.

It follows the bank's speech runs, so that a channel's segments cover its runs exactly: a segment begins where a run
begins and ends where a run ends, or where a piece of a long run was cut. Runs that follow each other within the
hangover share a segment. Audio is kept in frames: a short ring for every row, written for all rows at once, and a
buffer that grows only while a segment is open. Nothing here depends on other rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from monitor.core.events import Event, SpeechEnded, SpeechStarted
from monitor.core.types import CHANNELS, FRAME_MS, RATES_HZ, Channel, Pcm, Segment

IntArray = NDArray[np.int64]
NEVER = np.iinfo(np.int64).max
DRAIN_FRAMES = 25
ONSET_FRAMES = 16


class SegmenterSettings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    pre_roll_ms: int = Field(300, ge=0, le=2000, description="audio kept before the first speech of a segment, ms")
    tail_ms: int = Field(300, ge=0, le=2000, description="audio kept after the last speech of a segment, ms")
    hangover_ms: int = Field(
        500, ge=0, le=3000, description="a segment closes this long after its last speech, ms; longer waits, fewer cuts"
    )
    prefer_cut_ms: int = Field(
        6000, ge=1000, le=25_000, description="length from which a segment is cut at a pause, ms"
    )
    max_ms: int = Field(10_000, ge=2000, le=27_000, description="no segment holds more speech than this, ms")
    run_gap_ms: int = Field(600, ge=20, le=2000, description="the longest pause in a speech run (the bank's own), ms")

    def model_post_init(self, _: Any) -> None:
        if self.max_ms < self.prefer_cut_ms + self.run_gap_ms + FRAME_MS:
            raise ValueError("max_ms must exceed prefer_cut_ms by more than run_gap_ms")


class Readings(Protocol):
    """The part of the bank's readings that segments carry; columns of shape [n, 2]."""

    @property
    def level_dbov(self) -> NDArray[np.float32]: ...
    @property
    def noise_dbov(self) -> NDArray[np.float32]: ...
    @property
    def speech(self) -> NDArray[np.bool_]: ...


@dataclass(slots=True)
class _Held:
    """Consecutive frames of one row: samples [n, frame], level, floor and speech [n]."""

    pcm: list[Pcm] = field(default_factory=list)
    level: list[NDArray[np.float32]] = field(default_factory=list)
    noise: list[NDArray[np.float32]] = field(default_factory=list)
    speech: list[NDArray[np.bool_]] = field(default_factory=list)

    def columns(self) -> tuple[list[Any], ...]:
        return self.pcm, self.level, self.noise, self.speech

    def pack(self) -> None:
        """Make every column a single array."""
        for column in self.columns():
            column[:] = [np.concatenate(column)]

    def split(self, at: int) -> _Held:
        """Keep the first `at` frames and return the rest. Call on a packed one."""
        rest = _Held()
        for mine, other in zip(self.columns(), rest.columns(), strict=True):
            other.append(mine[0][at:].copy())
            mine[0] = mine[0][:at]
        return rest


@dataclass(slots=True)
class _Open:
    """A segment in the making; positions are frames of the call. ended is None while a run goes on."""

    number: int
    start: int
    audio_start: int
    drained: int
    ended: int | None = None
    held: _Held = field(default_factory=_Held)


@dataclass(slots=True)
class _Line:
    """One call; two rows. covered: the frame up to which segments cover a row. count: segments begun on it."""

    call_id: str
    opens: list[_Open | None] = field(default_factory=lambda: [None, None])
    count: list[int] = field(default_factory=lambda: [0, 0])
    covered: list[int] = field(default_factory=lambda: [0, 0])


class Segmenter:
    """All lines of one sample rate. Memory per line is the ring, plus max_ms of audio per open segment."""

    def __init__(self, rate_hz: int, settings: SegmenterSettings | None = None) -> None:
        assert rate_hz in RATES_HZ, rate_hz
        settings = settings or SegmenterSettings()
        self._rate_hz = rate_hz
        self._pre_roll = settings.pre_roll_ms // FRAME_MS
        self._tail = settings.tail_ms // FRAME_MS
        self._hangover = settings.hangover_ms // FRAME_MS
        self._prefer = settings.prefer_cut_ms // FRAME_MS
        self._max = settings.max_ms // FRAME_MS
        self._gap = -(-settings.run_gap_ms // FRAME_MS)
        ring = self._ring = max(2 * DRAIN_FRAMES, self._pre_roll + ONSET_FRAMES)
        self._lines: list[_Line | None] = [None] * 4
        self._pcm = np.zeros((4, ring, 2, rate_hz * FRAME_MS // 1000), np.int16)
        self._level = np.zeros((4, ring, 2), np.float32)
        self._noise = np.zeros((4, ring, 2), np.float32)
        self._speech = np.zeros((4, ring, 2), np.bool_)
        self._frames = np.zeros(4, np.int64)
        self._due = np.full((4, 2), NEVER, np.int64)

    def open(self, call_id: str) -> int:
        """A line number for a new call: the lowest free one."""
        if None not in self._lines:
            self._lines += [None] * len(self._lines)
            for name in ("_pcm", "_level", "_noise", "_speech", "_frames", "_due"):
                column = getattr(self, name)
                setattr(self, name, np.concatenate((column, np.zeros_like(column))))
        line = self._lines.index(None)
        self._lines[line] = _Line(call_id)
        self._frames[line] = 0
        self._due[line] = NEVER
        return line

    def close(self, line: int) -> None:
        """Forget the line; what is open and was not finished is dropped."""
        assert self._lines[line] is not None, line
        self._lines[line] = None
        self._due[line] = NEVER

    def _line(self, line: int) -> _Line:
        found = self._lines[line]
        assert found is not None, line
        return found

    def step(
        self, lines: IntArray, pcm: Pcm, readings: Readings, events: Sequence[tuple[int, Event]]
    ) -> list[tuple[int, Segment]]:
        """One frame of each line in `lines` (int64[n], each at most once) and what the bank made of it.

        pcm: int16[n, 2, rate_hz // 50]. events: the bank's, of this frame; others than speech runs are passed over.
        Returns (line, segment) for every segment that closed.
        """
        at = self._frames[lines]
        slot = at % self._ring
        self._pcm[lines, slot] = pcm
        self._level[lines, slot] = readings.level_dbov
        self._noise[lines, slot] = readings.noise_dbov
        self._speech[lines, slot] = readings.speech
        self._frames[lines] = at + 1
        out: list[tuple[int, Segment]] = []
        for line, event in events:
            out.extend((line, segment) for segment in self._hear(line, event))
        for i, side in np.argwhere(self._due[lines] <= (at + 1)[:, None]).tolist():
            line = int(lines[i])
            out.extend((line, segment) for segment in self._act(line, side))
        return out

    def finish(self, line: int, events: Sequence[Event]) -> list[Segment]:
        """Hang-up: take the bank's last events and close what is open, so that the last words are kept."""
        out = [segment for event in events for segment in self._hear(line, event)]
        for side, opened in enumerate(self._line(line).opens):
            if opened is not None:
                end = opened.ended if opened.ended is not None else int(self._frames[line])
                out.extend(self._shut(line, side, end))
        return out

    def spoken(self, line: int, channel: Channel) -> tuple[str, int] | None:
        """(segment_id, ms of it so far) of the segment that is being spoken; None where nobody speaks."""
        side = CHANNELS.index(channel)
        opened = self._line(line).opens[side]
        if opened is None or opened.ended is not None:
            return None
        return _name(side, opened), (int(self._frames[line]) - opened.start) * FRAME_MS

    def draft(self, line: int, channel: Channel) -> Segment | None:
        """The open segment as it stands, for a hypothesis: speech so far, `final` False; None where nobody speaks."""
        side = CHANNELS.index(channel)
        opened, now = self._line(line).opens[side], int(self._frames[line])
        if opened is None or opened.ended is not None:
            return None
        self._drain(line, side, opened, now)
        opened.held.pack()
        return self._segment(line, side, opened, now, final=False)

    def _hear(self, line: int, event: Event) -> list[Segment]:
        body = event.body
        if event.channel not in CHANNELS:
            return []
        side = CHANNELS.index(event.channel)
        if isinstance(body, SpeechStarted):
            return self._run_started(line, side, body.since_ms // FRAME_MS)
        if isinstance(body, SpeechEnded):
            return self._run_ended(line, side, body.end_ms // FRAME_MS)
        return []

    def _run_started(self, line: int, side: int, since: int) -> list[Segment]:
        opened, out = self._line(line).opens[side], []
        if opened is not None and opened.ended is not None and since - opened.start < self._prefer:
            opened.ended = None
        elif opened is None or opened.ended is not None:
            out = self._shut(line, side, opened.ended, audio_to=since) if opened and opened.ended is not None else []
            kept = int(self._frames[line]) - self._ring
            audio = max(since - self._pre_roll, self._line(line).covered[side], kept, 0)
            self._begin(line, side, _Open(self._number(line, side), since, audio, audio))
        self._schedule(line, side)
        return out

    def _run_ended(self, line: int, side: int, end: int) -> list[Segment]:
        opened = self._line(line).opens[side]
        if opened is None or opened.ended is not None:
            return []
        opened.ended = end
        if end - opened.start >= self._prefer:
            return self._shut(line, side, end)
        self._schedule(line, side)
        return []

    def _act(self, line: int, side: int) -> list[Segment]:
        opened, now = self._line(line).opens[side], int(self._frames[line])
        assert opened is not None
        if opened.ended is not None and now >= opened.ended + self._hangover:
            return self._shut(line, side, opened.ended)
        self._drain(line, side, opened, now)
        out = [self._cut(line, side, opened, now)] if opened.ended is None and now >= opened.start + self._max else []
        self._schedule(line, side)
        return out

    def _cut(self, line: int, side: int, opened: _Open, now: int) -> Segment:
        """Split a running segment at its quietest 100 ms; both pieces meet there and share no audio.

        The run has not ended, so it goes on past now - gap: a cut before that never lies beyond the run's end.
        """
        opened.held.pack()
        level = np.asarray(opened.held.level[0], np.float64)
        first = opened.start + self._prefer - opened.audio_start
        last = now - self._gap - opened.audio_start
        around = np.lib.stride_tricks.sliding_window_view(np.pad(level, 2, mode="edge"), 5).mean(axis=1)
        at = last - int(np.argmin(around[first : last + 1][::-1]))
        cut = opened.audio_start + at
        rest = opened.held.split(at)
        segment = self._segment(line, side, opened, cut)
        self._line(line).covered[side] = cut
        self._begin(line, side, _Open(self._number(line, side), cut, cut, opened.drained, held=rest))
        return segment

    def _shut(self, line: int, side: int, end: int, audio_to: int | None = None) -> list[Segment]:
        opened, now = self._line(line).opens[side], int(self._frames[line])
        assert opened is not None
        self._begin(line, side, None)
        if end <= opened.start:
            return []
        self._line(line).covered[side] = end
        self._drain(line, side, opened, now)
        opened.held.pack()
        keep = min(now, end + self._tail, audio_to if audio_to is not None else now) - opened.audio_start
        opened.held.split(keep)
        return [self._segment(line, side, opened, end)]

    def _drain(self, line: int, side: int, opened: _Open, now: int) -> None:
        """Move what the ring holds beyond `drained` into the open segment's buffer."""
        slots = np.arange(opened.drained, now) % self._ring
        opened.held.pcm.append(self._pcm[line, slots, side])
        opened.held.level.append(self._level[line, slots, side])
        opened.held.noise.append(self._noise[line, slots, side])
        opened.held.speech.append(self._speech[line, slots, side])
        opened.drained = now

    def _segment(self, line: int, side: int, opened: _Open, end: int, final: bool = True) -> Segment:
        held, lo, hi = opened.held, opened.start - opened.audio_start, end - opened.audio_start
        span = slice(max(lo, 0), max(hi, 0))
        voiced = held.speech[0][span]
        picked = voiced if voiced.any() else np.ones_like(voiced)
        return Segment(
            segment_id=_name(side, opened),
            call_id=self._line(line).call_id,
            channel=CHANNELS[side],
            start_ms=opened.start * FRAME_MS,
            end_ms=end * FRAME_MS,
            audio_start_ms=opened.audio_start * FRAME_MS,
            rate_hz=self._rate_hz,
            samples=held.pcm[0].reshape(-1),
            voiced_ms=int(voiced.sum()) * FRAME_MS,
            level_dbov=_mean_db(held.level[0][span][picked]),
            noise_dbov=_mean_db(held.noise[0][span][picked]),
            final=final,
        )

    def _number(self, line: int, side: int) -> int:
        count = self._line(line).count
        count[side] += 1
        return count[side]

    def _begin(self, line: int, side: int, opened: _Open | None) -> None:
        self._line(line).opens[side] = opened
        self._schedule(line, side)

    def _schedule(self, line: int, side: int) -> None:
        """The frame count at which the row next needs a look: its buffer, its hangover or its longest length."""
        opened = self._line(line).opens[side]
        if opened is None:
            self._due[line, side] = NEVER
            return
        close = opened.start + self._max if opened.ended is None else opened.ended + self._hangover
        self._due[line, side] = min(close, opened.drained + DRAIN_FRAMES)


def _name(side: int, opened: _Open) -> str:
    return f"{CHANNELS[side][0]}{opened.number}"


def _mean_db(values: NDArray[np.float32]) -> float:
    """Mean power of levels in dB, unknown ones left out; nan when none is known."""
    known = values[~np.isnan(values)].astype(np.float64)
    return round(float(10 * np.log10(np.mean(10 ** (known / 10)))), 2) if known.size else float("nan")
