"""All running calls in lockstep: one signal bank and one segmenter per sample rate, a `Call` for each line.

Pure: media in, envelopes and segments out. `live.py` and `audit.py` are the shells around it; a single recording is
the case n = 1. A line's results do not depend on which other lines run beside it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from monitor.call import Call, OnError
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import CallAnswered, CallData, Envelope, Event, Meter
from monitor.core.framing import Framing, FramingSettings
from monitor.core.pseudonym import pseudonym
from monitor.core.speakers import Speakers
from monitor.core.types import (
    AGENT,
    CHANNELS,
    CUSTOMER,
    FRAME_MS,
    MONO_LEG,
    Absent,
    Answer,
    CallInfo,
    Channel,
    EndedBy,
    Frame,
    MediaChunk,
    Pcm,
    Segment,
)
from monitor.signal.bank import Bank, Readings
from monitor.signal.settings import SignalSettings
from monitor.speech.segmenter import Segmenter, SegmenterSettings

METER_EVERY_MS = 250
BLOCK_FRAMES = 50
"""So many frames of a line go through the bank together where they wait: what a step costs by itself is paid once."""
HANGUP_LEAD_MS = 200
APART_STEPS = 500
"""So many steps without an error, 10 s of a live line, and lines that were stepped one by one are so together again."""


@dataclass(frozen=True, slots=True)
class LineSettings:
    framing: FramingSettings = field(default_factory=FramingSettings)
    signal: SignalSettings = field(default_factory=SignalSettings)
    segmenter: SegmenterSettings = field(default_factory=SegmenterSettings)
    meters: bool = False
    customer_key: str = field(default="", repr=False)


@dataclass(slots=True)
class Output:
    """envelopes in order of emission per call; segments to be answered, each once. failed: what ended a step before its
    time, so that frames of several calls were lost; what had come of it by then is here."""

    envelopes: list[Envelope] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    failed: Exception | None = None


class _Floor:
    """Bank and segmenter of one sample rate."""

    def __init__(self, rate_hz: int, settings: LineSettings) -> None:
        self.rate_hz = rate_hz
        self.bank = Bank(rate_hz, settings.signal)
        self.segmenter = Segmenter(rate_hz, settings.segmenter)
        self.by_row: dict[int, _Line] = {}
        self.apart = 0


@dataclass(slots=True, eq=False)
class _Line:
    call: Call
    floor: _Floor
    framing: Framing
    row: int
    cuts: int
    rulebook: Rulebook
    frames: deque[Frame | CallAnswered | CallData] = field(default_factory=deque)
    unanswered: set[str] = field(default_factory=set)
    media_ms: NDArray[np.int64] = field(default_factory=lambda: np.zeros(2, np.int64))
    answered: bool = True


class Lines:
    """Every call between `open` and the answer to its last segment."""

    def __init__(self, settings: LineSettings, rulebook: Rulebook, on_error: OnError | None = None) -> None:
        """on_error: told of what goes wrong in one call and can be kept from the others; None: it is raised."""
        self.settings = settings
        self.rulebook = rulebook
        self._on_error = on_error
        self._floors: dict[int, _Floor] = {}
        self._lines: dict[str, _Line] = {}

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._lines

    def __len__(self) -> int:
        return len(self._lines)

    def call(self, call_id: str) -> Call:
        return self._lines[call_id].call

    def rules_of(self, call_id: str) -> Rulebook:
        """The rules that were in force when that call began."""
        return self._lines[call_id].rulebook

    def unanswered(self, call_id: str) -> int:
        """Segments of that call which the recogniser still owes; 0 for a call that is gone."""
        line = self._lines.get(call_id)
        return len(line.unanswered) if line else 0

    def frames(self, call_id: str) -> int:
        """Frames of that call that wait for `step`."""
        line = self._lines.get(call_id)
        return len(line.frames) if line else 0

    def queued(self) -> int:
        """Frames of all calls that the next `step` will take."""
        return sum(len(line.frames) for line in self._lines.values())

    def spoken(self, call_id: str, channel: Channel) -> tuple[str, int] | None:
        """(segment_id, ms of it so far) of what that channel is saying; None where it says nothing."""
        line = self._lines.get(call_id)
        return None if line is None or line.call.ended else line.floor.segmenter.spoken(line.cuts, channel)

    def open(self, info: CallInfo, speakers: Speakers | None = None) -> list[Envelope]:
        """A new line; its rule pack and its group stay the ones in force now. call_id must not be running.

        speakers: whose each stretch is taken for, where the legs were separated out of one channel.
        """
        assert info.call_id not in self._lines, info.call_id
        group = self.settings.signal.group_of(info.line, info.trunk)
        customer = pseudonym(info.customer or "", self.settings.customer_key)
        info = replace(info, group=group, customer=customer)
        floor = self._floors.get(info.sample_rate_hz)
        if floor is None:
            floor = self._floors[info.sample_rate_hz] = _Floor(info.sample_rate_hz, self.settings)
        line = _Line(
            call=Call(info, self.rulebook, speakers, on_error=self._on_error),
            floor=floor,
            framing=Framing(info.sample_rate_hz, self.settings.framing),
            row=floor.bank.open(info.group),
            cuts=floor.segmenter.open(info.call_id),
            rulebook=self.rulebook,
            answered=not info.answered_ms,
        )
        # both number their lines by the same free list, so that one column index serves bank and segmenter
        assert line.row == line.cuts, (line.row, line.cuts)
        self._lines[info.call_id] = line
        floor.by_row[line.row] = line
        envelopes = line.call.start()
        if line.answered:
            self._bank_data(line, CallAnswered(inferred=info.answered_ms is None))
        return envelopes

    def push(self, call_id: str, chunk: MediaChunk) -> None:
        """Media of one leg; complete frames wait for the next `step`."""
        line = self._lines[call_id]
        line.frames.extend(line.framing.push(chunk))

    def advance(self, call_id: str, to_ms: int) -> None:
        """Call audio has reached to_ms, whatever the legs sent."""
        line = self._lines[call_id]
        line.frames.extend(line.framing.advance(to_ms))

    def data(self, call_id: str, body: CallAnswered | CallData) -> list[Envelope]:
        """Something the platform says about the call, at the instant its media has reached: it waits behind that."""
        line = self._lines[call_id]
        if line.frames:
            line.frames.append(body)
            return []
        return self._data(line, body)

    def _data(self, line: _Line, body: CallAnswered | CallData) -> list[Envelope]:
        if isinstance(body, CallAnswered):
            line.answered = True
        at_ms = line.call.heard_ms
        events = [Event(at_ms, None, body), *self._bank_data(line, body)]
        return line.call.push_events(events, at_ms)

    def draft(self, call_id: str, channel: Channel) -> Segment | None:
        """What is being said on a channel right now, for a hypothesis; None where nobody speaks."""
        line = self._lines[call_id]
        return line.floor.segmenter.draft(line.cuts, channel)

    def step(self, max_frames: int | None = None) -> Output:
        """Take the queued frames of all calls, those of the same time together; at most max_frames of each call."""
        out = Output()
        for floor in self._floors.values():
            try:
                self._step_floor(out, floor, max_frames)
            except Exception as error:
                if self._on_error is None:
                    raise
                out.failed = error
        return out

    def _step_floor(self, out: Output, floor: _Floor, max_frames: int | None) -> None:
        taken = 0
        while max_frames is None or taken < max_frames:
            here = [line for line in self._lines.values() if line.floor is floor]
            for line in here:
                out.envelopes += self._said(line)
            if not (ready := [line for line in here if line.frames]):
                break
            most = BLOCK_FRAMES if max_frames is None else min(BLOCK_FRAMES, max_frames - taken)
            count = min(_undisturbed(line, most) for line in ready)
            taken += count
            self._step_each(out, floor, ready, count)

    def _step_each(self, out: Output, floor: _Floor, ready: list[_Line], count: int) -> None:
        """All of them together; for a while after an error each by itself, so that it costs only whose it is.

        Raises where none was spared: then it is no single call's.
        """
        groups = [[line] for line in ready] if floor.apart else [ready]
        failed: list[tuple[_Line, Exception]] = []
        for group in groups:
            try:
                self._step(out, floor, group, count)
            except Exception as error:
                if self._on_error is None:
                    raise
                failed.append((group[0], error))
        floor.apart = APART_STEPS if failed else max(0, floor.apart - 1)
        if len(failed) == len(groups):
            raise failed[0][1]
        for line, why in failed:
            self._report(line, why)

    def answer(self, segment: Segment, answer: Answer) -> list[Envelope]:
        """The recogniser's answer; after a hang-up the last one brings the closing envelopes."""
        line = self._lines[segment.call_id]
        line.unanswered.remove(segment.segment_id)
        try:
            out = line.call.push_utterance(segment, answer)
        except Exception as error:
            self._report(line, error)
            out = line.call.push_utterance(segment, Answer(segment.segment_id, lost="engine_error"))
        return out + self._close_if_done(line)

    def timed(self, segment: Segment) -> Callable[[str], bool]:
        """What the recogniser asks of a segment's text: whether an alert may quote it. Any thread."""
        line = self._lines.get(segment.call_id)
        return partial(line.call.quotes, segment.channel) if line else lambda text: False

    def forbids(self, call_id: str, channel: Channel) -> bool:
        """Whether something must not be said on this channel, so that an alert could be pending before its final."""
        return channel in self.rules_of(call_id).rules_for(self.call(call_id).info).forbids

    def agent_alone(self, call_id: str) -> bool:
        """Whether no verdict on this call hangs on what the customer says."""
        return call_id in self and self.rules_of(call_id).rules_for(self.call(call_id).info).agent_alone

    def hang_up(self, call_id: str, reason: str, ended_by: EndedBy | None = None) -> Output:
        """The line is gone. ended_by None: the leg whose media stopped at least 200 ms before the other's, if one did.

        The segments in the output still have to be answered; the call closes with the last answer.
        """
        line, out = self._lines[call_id], Output()
        try:
            self._hang_up(out, line, reason, ended_by)
        except Exception as error:
            self._report(line, error)
            line.frames.clear()
            if not line.call.ended:
                out.envelopes += line.call.end(reason, "unknown", inferred=True)
        out.envelopes += self._close_if_done(line)
        return out

    def _hang_up(self, out: Output, line: _Line, reason: str, ended_by: EndedBy | None) -> None:
        stops = [line.framing.last_media_ms(AGENT), line.framing.last_media_ms(CUSTOMER)]
        line.frames.extend(line.framing.flush())
        out.envelopes += self._said(line)
        while line.frames:
            self._step(out, line.floor, [line], _undisturbed(line, BLOCK_FRAMES))
            out.envelopes += self._said(line)
        events = _of_legs(line, line.floor.bank.finish(line.row))
        out.segments += self._sent(line, line.floor.segmenter.finish(line.row, events))
        self._report_media(line)
        events = [*events, *line.floor.bank.quality(line.row)]
        out.envelopes += line.call.push_events(events, line.call.heard_ms)
        side, inferred = (ended_by, False) if ended_by is not None else _first_to_stop(stops)
        out.envelopes += line.call.end(reason, side, inferred)

    def _report(self, line: _Line, error: Exception) -> None:
        """Call it where the error was caught."""
        if self._on_error is None:
            raise error
        self._on_error(line.call.info.call_id, error)

    def _said(self, line: _Line) -> list[Envelope]:
        """What the platform said before the next frame."""
        out: list[Envelope] = []
        while line.frames and not isinstance(line.frames[0], Frame):
            body = line.frames.popleft()
            assert not isinstance(body, Frame)
            out += self._data(line, body)
        return out

    def _step(self, out: Output, floor: _Floor, lines: list[_Line], count: int) -> None:
        """`count` frames of each of these lines, see `_undisturbed`."""
        rows = np.array([line.row for line in lines], np.int64)
        pcm, absent, first_ms = _taken(lines, count, floor.rate_hz * FRAME_MS // 1000)
        for line, end_ms in zip(lines, first_ms, strict=True):
            if not line.answered and (line.call.info.answered_ms or 0) < end_ms:
                out.envelopes += self._data(line, CallAnswered(inferred=False))
        steps = floor.bank.steps(rows, pcm, absent)
        events: dict[int, dict[int, list[Event]]] = {}
        for at, step in enumerate(steps):
            for row, segment in floor.segmenter.step(rows, pcm[at], step.readings, step.events):
                out.segments += self._sent(floor.by_row[row], [segment])
            for row, event in step.events:
                events.setdefault(row, {}).setdefault(at, []).append(event)
        present = np.cumsum(absent == Absent.PRESENT, axis=0) * FRAME_MS
        for number, (line, end_ms) in enumerate(zip(lines, first_ms, strict=True)):
            media_ms = line.media_ms + present[:, number]
            try:
                for at, heard_ms in enumerate(range(end_ms, end_ms + count * FRAME_MS, FRAME_MS)):
                    line.media_ms = media_ms[at]
                    found = events.get(line.row, {}).get(at)
                    out.envelopes += self._push(line, found and _of_legs(line, found), heard_ms)
                    if self.settings.meters and heard_ms % METER_EVERY_MS < FRAME_MS:
                        out.envelopes += line.call.overlay(_meters(steps[at].readings, number, heard_ms))
            except Exception as error:
                self._report(line, error)

    def _push(self, line: _Line, events: list[Event] | None, heard_ms: int) -> list[Envelope]:
        call = line.call
        if events is None and heard_ms < call.due_ms:
            call.heard_ms = heard_ms
            return []
        self._report_media(line)
        return call.push_events(events or (), heard_ms)

    def _report_media(self, line: _Line) -> None:
        for leg, channel in enumerate(CHANNELS):
            line.call.media(channel, int(line.media_ms[leg]))

    def _sent(self, line: _Line, segments: list[Segment]) -> list[Segment]:
        line.unanswered.update(segment.segment_id for segment in segments)
        return segments

    def _bank_data(self, line: _Line, body: CallAnswered | CallData) -> list[Event]:
        return _of_legs(line, line.floor.bank.call_data(line.row, body))

    def _close_if_done(self, line: _Line) -> list[Envelope]:
        if not line.call.ended or line.unanswered:
            return []
        self._forget(line)
        return line.call.finish()

    def _forget(self, line: _Line) -> None:
        line.floor.bank.close(line.row)
        line.floor.segmenter.close(line.cuts)
        del line.floor.by_row[line.row]
        del self._lines[line.call.info.call_id]


def _of_legs(line: _Line, events: list[Event]) -> list[Event]:
    """What was found on the legs that there are: where one holds both parties, nothing can be said of the other, which
    is neither silent nor lost."""
    if line.call.info.legs != "mixed":
        return events
    return [event for event in events if event.channel in (None, "both", MONO_LEG)]


def _undisturbed(line: _Line, most: int) -> int:
    """How many of its next frames, of which there is one, follow each other without anything said about the call."""
    count = 0
    answered_ms = (line.call.info.answered_ms or 0) if not line.answered else None
    for frame in islice(line.frames, most):
        if not isinstance(frame, Frame) or (count and answered_ms is not None and answered_ms < frame.end_ms):
            break
        count += 1
        if answered_ms is not None and answered_ms < frame.end_ms:
            answered_ms = None
    return count


def _taken(lines: list[_Line], count: int, samples: int) -> tuple[Pcm, NDArray[np.uint8], list[int]]:
    """pcm int16[count, n, 2, samples], absent uint8[count, n, 2], and where each line's first frame ends, ms."""
    pcm, absent = np.empty((count, len(lines), 2, samples), np.int16), np.zeros((count, len(lines), 2), np.uint8)
    first_ms = []
    for number, line in enumerate(lines):
        frames = [frame for _ in range(count) if isinstance(frame := line.frames.popleft(), Frame)]
        first_ms.append(frames[0].end_ms)
        for at, frame in enumerate(frames):
            pcm[at, number] = frame.pcm
            if any(frame.absent):
                absent[at, number] = frame.absent
    return pcm, absent, first_ms


def _first_to_stop(stops_ms: list[int]) -> tuple[EndedBy, bool]:
    """Contract: the leg whose media stopped at least 200 ms first hung up; otherwise nobody knows."""
    agent, customer = stops_ms
    if agent == 0 or customer == 0 or abs(agent - customer) < HANGUP_LEAD_MS:
        return "unknown", True
    return ("agent" if agent < customer else "customer"), True


def _meters(readings: Readings, number: int, at_ms: int) -> Iterable[Event]:
    for leg, channel in enumerate(CHANNELS):
        yield Event(
            at_ms,
            channel,
            Meter(
                level_dbov=round(float(readings.level_dbov[number, leg]), 1),
                speech_level_dbov=_known(readings.speech_level_dbov[number, leg]),
                noise_dbov=_known(readings.noise_dbov[number, leg]),
                snr_db=_known(readings.snr_db[number, leg]),
                speech=bool(readings.speech[number, leg]),
            ),
        )


def _known(value: np.float32) -> float | None:
    return None if np.isnan(value) else round(float(value), 1)
