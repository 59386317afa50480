"""The lines of one sample rate in lockstep: one signal bank and one segmenter for all of them, a `Call` for each.

Frames of the same time go through bank and segmenter together; what is found goes to the call that it belongs to.
A line's results do not depend on which other lines run beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.call import Call, OnError
from monitor.core.events import CallAnswered, Envelope, Event
from monitor.core.framing import FramingSettings
from monitor.core.inbox import Inbox, take_together
from monitor.core.types import CHANNELS, FRAME_MS, MONO_LEG, Absent, Segment
from monitor.signal.bank import Bank, Step
from monitor.signal.meters import METER_EVERY_MS, meters
from monitor.signal.settings import SignalSettings
from monitor.speech.segmenter import Segmenter, SegmenterSettings

BLOCK_FRAMES = 50
"""So many frames of a line go through the bank together where they wait: what a step costs by itself is paid once."""
APART_STEPS = 500
"""So many steps without an error, 10 s of a live line, and lines that were stepped one by one are so together again."""


@dataclass(slots=True)
class Output:
    """envelopes in order of emission per call; segments to be answered, each once. failed: what ended a step before its
    time, so that frames of several calls were lost; what had come of it by then is here."""

    envelopes: list[Envelope] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    failed: Exception | None = None


@dataclass(slots=True, eq=False)
class Line:
    """row: the line's number in bank and segmenter. unanswered: ids of the segments that the recogniser still owes.
    media_ms: how much the agent's and the customer's leg have sent of what was stepped."""

    call: Call
    floor: Floor
    inbox: Inbox
    row: int
    unanswered: set[str] = field(default_factory=set)
    media_ms: Sequence[int] = (0, 0)

    def push(self, events: Sequence[Event], heard_ms: int) -> list[Envelope]:
        """What was found on the line, and how much media there was to find it in."""
        for channel, media_ms in zip(CHANNELS, self.media_ms, strict=True):
            self.call.media(channel, media_ms)
        return self.call.push_events(events, heard_ms)

    def of_legs(self, events: list[Event]) -> list[Event]:
        """What was found on the legs that there are: where one holds both parties, nothing can be said of the other,
        which is neither silent nor lost."""
        if self.call.info.legs != "mixed":
            return events
        return [event for event in events if event.channel in (None, "both", MONO_LEG)]


class Floor:
    """Gives every line a number, steps all of them together, and keeps what goes wrong on one from the others."""

    def __init__(
        self, rate_hz: int, signal: SignalSettings, segmenter: SegmenterSettings, meters: bool, on_error: OnError | None
    ) -> None:
        """on_error: told of what goes wrong in one call and can be kept from the others; None: it is raised."""
        self.segmenter = Segmenter(rate_hz, segmenter)
        self._rate_hz = rate_hz
        self._bank = Bank(rate_hz, signal)
        self._meters = meters
        self._on_error = on_error
        self._lines: dict[int, Line] = {}
        self._apart = 0

    def open(self, call: Call, framing: FramingSettings) -> Line:
        """A line for a new call of this sample rate."""
        info = call.info
        row, cuts = self._bank.open(info.group), self.segmenter.open(info.call_id)
        # both number their lines by the same free list, so that one number serves bank and segmenter
        assert row == cuts, (row, cuts)
        line = self._lines[row] = Line(call, self, Inbox(self._rate_hz, framing, info.answered_ms), row)
        if not info.answered_ms:
            self._bank.call_data(row, CallAnswered(inferred=info.answered_ms is None))
        return line

    def close(self, line: Line) -> None:
        """Forgets a line."""
        self._bank.close(line.row)
        self.segmenter.close(line.row)
        del self._lines[line.row]

    def report(self, line: Line, error: Exception) -> None:
        """Tells of an error in one call; raises it where nobody is to be told. Call it where the error was caught."""
        if self._on_error is None:
            raise error
        self._on_error(line.call.info.call_id, error)

    def said(self, line: Line) -> list[Envelope]:
        """What comes of what the platform said before the line's next frame."""
        out: list[Envelope] = []
        while (body := line.inbox.said()) is not None:
            at_ms = line.call.heard_ms
            events = [Event(at_ms, None, body), *line.of_legs(self._bank.call_data(line.row, body))]
            out += line.call.push_events(events, at_ms)
        return out

    def step(self, out: Output, max_frames: int | None = None) -> None:
        """Takes the frames that wait on all lines, at most max_frames of each; what comes of them goes into `out`.

        Raises what went wrong and is no single call's.
        """
        left = sys.maxsize if max_frames is None else max_frames
        while left > 0:
            ready, count = self._ready(out, self._lines.values(), min(BLOCK_FRAMES, left))
            if not ready:
                break
            left -= count
            self._step_each(out, ready, count)

    def finish(self, out: Output, line: Line) -> None:
        """Hang-up: hears what still waits and ends what is open. The line is not stepped again before `close`."""
        line.inbox.flush()
        while (ready := self._ready(out, [line], BLOCK_FRAMES))[0]:
            self._step(out, *ready)
        events = line.of_legs(self._bank.finish(line.row))
        self._send(out, [(line.row, segment) for segment in self.segmenter.finish(line.row, events)])
        out.envelopes += line.push([*events, *self._bank.quality(line.row)], line.call.heard_ms)

    def _ready(self, out: Output, lines: Iterable[Line], most: int) -> tuple[list[Line], int]:
        """The lines on which frames wait, and how many of them all can take together, at most so many."""
        ready = []
        for line in lines:
            out.envelopes += self.said(line)
            if count := line.inbox.undisturbed(most):
                ready.append(line)
                most = count
        return ready, most

    def _step_each(self, out: Output, ready: list[Line], count: int) -> None:
        """All of them together; for a while after an error each by itself, so that it costs only whose it is.

        Raises where none was spared: then it is no single call's.
        """
        groups = [[line] for line in ready] if self._apart else [ready]
        failed: list[tuple[Line, Exception]] = []
        for group in groups:
            try:
                self._step(out, group, count)
            except Exception as error:
                if self._on_error is None:
                    raise
                failed.append((group[0], error))
        self._apart = APART_STEPS if failed else max(0, self._apart - 1)
        if len(failed) == len(groups):
            raise failed[0][1]
        for line, why in failed:
            self.report(line, why)

    def _step(self, out: Output, lines: list[Line], count: int) -> None:
        """`count` frames of each of these lines, undisturbed on each of them."""
        rows = np.array([line.row for line in lines], np.int64)
        samples = self._rate_hz * FRAME_MS // 1000
        pcm, absent, first_ms = take_together([line.inbox for line in lines], count, samples)
        steps = self._bank.steps(rows, pcm, absent)
        for at, step in enumerate(steps):
            self._send(out, self.segmenter.step(rows, pcm[at], step.readings, step.events))
        present_ms = np.cumsum(absent == Absent.PRESENT, axis=0) * FRAME_MS
        media_ms = np.array([line.media_ms for line in lines]) + present_ms
        self._tell(out, lines, first_ms, steps, media_ms.tolist())

    def _send(self, out: Output, segments: Iterable[tuple[int, Segment]]) -> None:
        for row, segment in segments:
            self._lines[row].unanswered.add(segment.segment_id)
            out.segments.append(segment)

    def _tell(
        self, out: Output, lines: list[Line], first_ms: list[int], steps: list[Step], media_ms: list[list[list[int]]]
    ) -> None:
        """To each call, frame by frame, what was found on its line.

        first_ms: where each line's first frame ends; media_ms: what each leg has sent by each frame, [count][n][2].
        """
        found: dict[tuple[int, int], list[Event]] = {}
        for at, step in enumerate(steps):
            for row, event in step.events:
                found.setdefault((row, at), []).append(event)
        for number, line in enumerate(lines):
            call, heard_ms = line.call, first_ms[number]
            try:
                for at, step in enumerate(steps):
                    line.media_ms = media_ms[at][number]
                    events = found.get((line.row, at))
                    if events or heard_ms >= call.due_ms:
                        out.envelopes += line.push(line.of_legs(events or []), heard_ms)
                    else:
                        call.heard_ms = heard_ms
                    if self._meters and heard_ms % METER_EVERY_MS < FRAME_MS:
                        out.envelopes += call.overlay(meters(step.readings, number, heard_ms))
                    heard_ms += FRAME_MS
            except Exception as error:
                self.report(line, error)
