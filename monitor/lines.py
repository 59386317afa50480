"""All running calls, by their id: media in, envelopes and segments out; lines of one sample rate step together.

Pure. `live.py` and `audit.py` are the shells around it; a single recording is the case n = 1. A line's results do not
depend on which other lines run beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial

from monitor.call import Call, OnError
from monitor.compliance.rulebook import Rulebook, RulesOfCall
from monitor.core.events import CallAnswered, CallData, Envelope
from monitor.core.framing import FramingSettings
from monitor.core.pseudonym import pseudonym
from monitor.core.speakers import Speakers
from monitor.core.types import Answer, CallInfo, Channel, EndedBy, MediaChunk, Segment
from monitor.floor import Floor, Line, Output
from monitor.signal.settings import SignalSettings
from monitor.speech.segmenter import SegmenterSettings


@dataclass(frozen=True, slots=True)
class LineSettings:
    framing: FramingSettings = field(default_factory=FramingSettings)
    signal: SignalSettings = field(default_factory=SignalSettings)
    segmenter: SegmenterSettings = field(default_factory=SegmenterSettings)
    meters: bool = False
    customer_key: str = field(default="", repr=False)


class Lines:
    """Every call between `open` and the answer to its last segment."""

    def __init__(self, settings: LineSettings, rulebook: Rulebook, on_error: OnError | None = None) -> None:
        """on_error: told of what goes wrong in one call and can be kept from the others; None: it is raised."""
        self.settings = settings
        self.rulebook = rulebook
        self._on_error = on_error
        self._floors: dict[int, Floor] = {}
        self._lines: dict[str, Line] = {}

    def __contains__(self, call_id: str) -> bool:
        return call_id in self._lines

    def __len__(self) -> int:
        return len(self._lines)

    def call(self, call_id: str) -> Call:
        return self._lines[call_id].call

    def rules_of(self, call_id: str) -> Rulebook:
        """The rules that were in force when that call began."""
        return self._lines[call_id].call.rulebook

    def unanswered(self, call_id: str) -> int:
        """Segments of that call which the recogniser still owes; 0 for a call that is gone."""
        line = self._lines.get(call_id)
        return len(line.unanswered) if line else 0

    def frames(self, call_id: str) -> int:
        """Frames of that call that wait for `step`, and what the platform said between them; 0 for one that is gone."""
        line = self._lines.get(call_id)
        return len(line.inbox) if line else 0

    def queued(self) -> int:
        """The same of all calls: what `step` will take."""
        return sum(len(line.inbox) for line in self._lines.values())

    def spoken(self, call_id: str, channel: Channel) -> tuple[str, int] | None:
        """(segment_id, ms of it so far) of what that channel is saying; None where it says nothing."""
        line = self._lines.get(call_id)
        return None if line is None or line.call.ended else line.floor.segmenter.spoken(line.row, channel)

    def draft(self, call_id: str, channel: Channel) -> Segment | None:
        """What is being said on a channel right now, for a hypothesis; None where nobody speaks."""
        line = self._lines[call_id]
        return line.floor.segmenter.draft(line.row, channel)

    def timed(self, segment: Segment) -> Callable[[str], bool]:
        """What the recogniser asks of a segment's text: whether an alert may quote it. Any thread."""
        line = self._lines.get(segment.call_id)
        return partial(line.call.quotes, segment.channel) if line else lambda text: False

    def forbids(self, call_id: str, channel: Channel) -> bool:
        """Whether something must not be said on this channel, so that an alert could be pending before its final."""
        return channel in self._rules(call_id).forbids

    def agent_alone(self, call_id: str) -> bool:
        """Whether no verdict on this call hangs on what the customer says."""
        return call_id in self and self._rules(call_id).agent_alone

    def _rules(self, call_id: str) -> RulesOfCall:
        call = self.call(call_id)
        return call.rulebook.rules_for(call.info)

    def open(self, info: CallInfo, speakers: Speakers | None = None) -> list[Envelope]:
        """A new line; its rule pack and its group stay the ones in force now. call_id must not be running.

        speakers: whose each stretch is taken for, where the legs were separated out of one channel.
        """
        assert info.call_id not in self._lines, info.call_id
        group = self.settings.signal.group_of(info.line, info.trunk)
        customer = pseudonym(info.customer or "", self.settings.customer_key)
        info = replace(info, group=group, customer=customer)
        call = Call(info, self.rulebook, speakers, on_error=self._on_error)
        self._lines[info.call_id] = self._floor(info.sample_rate_hz).open(call, self.settings.framing)
        return call.start()

    def _floor(self, rate_hz: int) -> Floor:
        floor, mine = self._floors.get(rate_hz), self.settings
        if floor is None:
            floor = self._floors[rate_hz] = Floor(rate_hz, mine.signal, mine.segmenter, mine.meters, self._on_error)
        return floor

    def push(self, call_id: str, chunk: MediaChunk) -> None:
        """Media of one leg; complete frames wait for the next `step`."""
        self._lines[call_id].inbox.push(chunk)

    def advance(self, call_id: str, to_ms: int) -> None:
        """Call audio has reached to_ms, whatever the legs sent."""
        self._lines[call_id].inbox.advance(to_ms)

    def data(self, call_id: str, body: CallAnswered | CallData) -> list[Envelope]:
        """Something the platform says about the call, at the instant its media has reached: it waits behind that."""
        line = self._lines[call_id]
        line.inbox.say(body)
        return line.floor.said(line)

    def step(self, max_frames: int | None = None) -> Output:
        """Take the queued frames of all calls, those of the same time together; at most max_frames of each call."""
        out = Output()
        for floor in self._floors.values():
            try:
                floor.step(out, max_frames)
            except Exception as error:
                if self._on_error is None:
                    raise
                out.failed = error
        return out

    def answer(self, segment: Segment, answer: Answer) -> list[Envelope]:
        """The recogniser's answer; after a hang-up the last one brings the closing envelopes."""
        line = self._lines[segment.call_id]
        line.unanswered.remove(segment.segment_id)
        try:
            out = line.call.push_utterance(segment, answer)
        except Exception as error:
            line.floor.report(line, error)
            out = line.call.push_utterance(segment, Answer(segment.segment_id, lost="engine_error"))
        return out + self._close_if_done(line)

    def hang_up(self, call_id: str, reason: str, ended_by: EndedBy | None = None) -> Output:
        """The line is gone. ended_by None: the leg whose media stopped at least 200 ms before the other's, if one did.

        The segments in the output still have to be answered; the call closes with the last answer.
        """
        line, out = self._lines[call_id], Output()
        try:
            line.floor.finish(out, line)
            side = ended_by if ended_by is not None else line.inbox.first_to_stop()
            out.envelopes += line.call.end(reason, side, inferred=ended_by is None)
        except Exception as error:
            line.floor.report(line, error)
            line.inbox.clear()
            if not line.call.ended:
                out.envelopes += line.call.end(reason, "unknown", inferred=True)
        out.envelopes += self._close_if_done(line)
        return out

    def _close_if_done(self, line: Line) -> list[Envelope]:
        if not line.call.ended or line.unanswered:
            return []
        line.floor.close(line)
        del self._lines[line.call.info.call_id]
        return line.call.finish()
