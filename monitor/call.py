"""One call, pure: facts and answers in, envelopes out, every stage after the signal bank wired in order.

A call owns its sequence numbers and its coverage figures. It never waits: time is what `heard_ms` says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from monitor.compliance.engine import Engine
from monitor.compliance.rulebook import Rulebook
from monitor.core.coverage import CoverageMeter
from monitor.core.events import (
    AlertAcknowledged,
    CallAnswered,
    CallClosed,
    CallData,
    CallEnded,
    CallStarted,
    ChannelQuality,
    ConditionEnded,
    ConditionStarted,
    Coverage,
    Envelope,
    Event,
    Score,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from monitor.core.speakers import Speakers
from monitor.core.types import CHANNELS, FRAME_MS, Answer, CallInfo, Channel, EndedBy, Segment, WordTime
from monitor.speech.normalise import normalise

COVERAGE_EVERY_MS = 10_000
OnError = Callable[[str, Exception], None]
"""Told of an error that nobody foresaw: the call it came up in, and what it was."""
FACTS = (
    CallAnswered,
    CallData,
    CallEnded,
    SpeechStarted,
    SpeechEnded,
    ConditionStarted,
    ConditionEnded,
    ChannelQuality,
    Utterance,
)


class Call:
    """Outputs of every method are envelopes in order of emission; stored ones carry seq 1, 2, 3 … without holes."""

    def __init__(
        self,
        info: CallInfo,
        rulebook: Rulebook,
        speakers: Speakers | None = None,
        on_error: OnError | None = None,
    ) -> None:
        """speakers: whose each stretch is taken for, where the legs were separated out of one channel. on_error: told
        where the rules raise, which then find nothing at that moment; None: it is raised."""
        self.info = info
        self.rulebook = rulebook
        self._speakers = speakers
        self._on_error = on_error
        self._derived = None if info.legs == "recorded" else True
        self.heard_ms = 0
        self.ended = False
        self.last_seq = 0
        self._engine = Engine(rulebook, info)
        self._coverage = {channel: CoverageMeter() for channel in CHANNELS}
        self._coverage_due_ms = COVERAGE_EVERY_MS

    def start(self) -> list[Envelope]:
        """call.started, and call.answered where the call was answered before its first frame, as far as is known."""
        info = self.info
        out = self._take(
            Event(
                0,
                None,
                CallStarted(
                    source=info.source,
                    direction=info.direction,
                    sample_rate_hz=info.sample_rate_hz,
                    agent_id=info.agent_id,
                    team=info.team,
                    line=info.line,
                    trunk=info.trunk,
                    seat=info.seat,
                    customer=info.customer,
                    group=info.group,
                    called_number=info.called_number,
                    language=info.language,
                    tz=info.tz,
                    model=info.model,
                    rules_version=info.rules_version,
                    customer_surname=info.customer_surname,
                    customer_title=info.customer_title,
                    started_at_utc=info.started_at_utc,
                    legs=info.legs,
                    separation=info.separation,
                    faults=info.faults,
                ),
            )
        )
        if not info.answered_ms:
            out += self._take(Event(0, None, CallAnswered(inferred=info.answered_ms is None)))
        return out

    @property
    def due_ms(self) -> int:
        """The first instant at which `advance` can have anything to say."""
        return min(self._coverage_due_ms, self._engine.due_ms)

    def push_events(self, events: Sequence[Event], heard_ms: int) -> list[Envelope]:
        """Facts of the signal stage or the platform, then everything that is due by heard_ms."""
        self.heard_ms = max(self.heard_ms, heard_ms)
        out: list[Envelope] = []
        for event in events:
            out += self._take(event)
        return out + self.advance(heard_ms)

    def advance(self, heard_ms: int) -> list[Envelope]:
        """Audio time has reached heard_ms: deadlines, prompts, the regular coverage figures."""
        self.heard_ms = max(self.heard_ms, heard_ms)
        out = self._emit(self._found(self._engine.advance, self.heard_ms))
        while self.heard_ms >= self._coverage_due_ms:
            out += self._emit([self._figures(self._coverage_due_ms)])
            self._coverage_due_ms += COVERAGE_EVERY_MS
        return out

    def media(self, channel: Channel, heard_ms: int) -> None:
        """heard_ms: how much media that leg has sent so far."""
        self._coverage[channel].heard_ms = heard_ms

    def push_utterance(self, segment: Segment, answer: Answer) -> list[Envelope]:
        """The recogniser's one final answer for a segment."""
        body = Utterance(
            segment_id=segment.segment_id,
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            text=normalise(answer.text),
            confidence=None if answer.mean_logprob is None else round(math.exp(min(0.0, answer.mean_logprob)), 4),
            mean_logprob=None if answer.mean_logprob is None else round(answer.mean_logprob, 4),
            context_ms=answer.context_ms,
            lost=answer.lost,
            suppressed=answer.suppressed or None,
            voiced_ms=segment.voiced_ms,
            language=answer.language,
            language_prob=answer.language_prob,
            level_dbov=round(segment.level_dbov, 2),
            speaker_certainty=self._speaker_certainty(segment),
            pitch_hz=answer.pitch_hz,
            pitch_range_st=answer.pitch_range_st,
            cut=normalise(answer.cut) or None,
            words=_timed(segment, normalise(answer.text), answer.words),
        )
        return self.push_stored_utterance(body, segment.channel)

    def quotes(self, channel: Channel, text: str) -> bool:
        """Whether an alert may quote some of this text of that channel, so that its words need times. Any thread."""
        return self._engine.quotes(channel, normalise(text))

    def _speaker_certainty(self, segment: Segment) -> float | None:
        if self._speakers is None:
            return None
        return self._speakers.of(segment.channel, segment.start_ms, segment.end_ms)

    def push_stored_utterance(self, body: Utterance, channel: Channel) -> list[Envelope]:
        out = self._take(Event(body.end_ms, channel, body))
        return out + self._emit(self._found(self._engine.advance, self.heard_ms))

    def end(self, reason: str, ended_by: EndedBy, inferred: bool) -> list[Envelope]:
        """The line is gone. Answers may still come; then `finish`."""
        self.ended = True
        return self._take(
            Event(self.heard_ms, None, CallEnded(reason=reason, ended_by=ended_by, inferred=inferred))
        )

    def finish(self) -> list[Envelope]:
        """Every segment is answered: the last verdicts, coverage, score, and the last envelope."""
        verdicts = self._found(self._engine.finish, self.heard_ms)
        scores = [event for event in verdicts if isinstance(event.body, Score)]
        others = [event for event in verdicts if not isinstance(event.body, Score)]
        closing = Event(self.heard_ms, None, CallClosed(duration_ms=self.heard_ms))
        return self._emit([*others, self._figures(self.heard_ms), *scores, closing])

    def acknowledge(self, alert_id: str, actor: str, note: str, acted_at_utc: str) -> list[Envelope]:
        """A supervisor has seen an alert."""
        body = AlertAcknowledged(alert_id=alert_id, actor=actor, note=note, acted_at_utc=acted_at_utc)
        return self._emit([Event(self.heard_ms, None, body)])

    def overlay(self, events: Iterable[Event]) -> list[Envelope]:
        """Meters and hypotheses: shown, never stored, never seen by a rule."""
        return self._emit(events)

    def _take(self, event: Event) -> list[Envelope]:
        body = event.body
        if isinstance(body, SpeechStarted) and event.channel in self._coverage:
            self._coverage[event.channel].opened(body.since_ms)
        elif isinstance(body, SpeechEnded) and event.channel in self._coverage:
            self._coverage[event.channel].run(body.since_ms, body.end_ms)
        elif isinstance(body, Utterance) and event.channel in self._coverage:
            self._coverage[event.channel].answered(body)
        out = self._emit([event])
        return out + self._emit(self._found(self._engine.push, event))

    def _found(self, judge: Callable[[Any], list[Event]], what: Event | int) -> list[Event]:
        """Facts are kept whatever the rules make of them."""
        try:
            return judge(what)
        except Exception as error:
            if self._on_error is None:
                raise
            self._on_error(self.info.call_id, error)
            return []

    def _figures(self, at_ms: int) -> Event:
        agent, customer = (self._coverage[channel].figures() for channel in CHANNELS)
        return Event(at_ms, None, Coverage(agent=agent, customer=customer))

    def _emit(self, events: Iterable[Event]) -> list[Envelope]:
        out = []
        for event in events:
            seq = None
            if not event.body.overlay:
                self.last_seq += 1
                seq = self.last_seq
            derived = self._derived if event.channel in CHANNELS else None
            out.append(Envelope.of(event, self.info.call_id, seq, self.heard_ms, derived))
        return out


def _timed(segment: Segment, text: str, words: Sequence[WordTime]) -> tuple[WordTime, ...] | None:
    """Inside the segment's speech and in order; None unless they spell the text."""
    if not words or "".join(word.text for word in words) != text:
        return None
    out: list[WordTime] = []
    at_ms = segment.start_ms
    for word in words:
        at_ms = min(max(at_ms, word.start_ms), segment.end_ms)
        end_ms = min(max(at_ms, word.end_ms), segment.end_ms)
        out.append(WordTime(word.text, at_ms, end_ms))
    return tuple(out)


def info_of(started: Envelope) -> CallInfo:
    """Who was on the line, read back from call.started."""
    known = CallStarted.model_validate(started.body).model_dump()
    return CallInfo(call_id=started.call_id or "", answered_ms=-1, **known)


def replay(envelopes: Iterable[Envelope], rulebook: Rulebook) -> list[Envelope]:
    """A stored call judged again: its facts pushed in order of seq into a new call; the envelopes of that call.

    Raises ValueError when the first envelope is not call.started.
    """
    call: Call | None = None
    out: list[Envelope] = []
    for (heard_ms, _), group in groupby(envelopes, key=_moment):
        together = list(group)
        facts = [envelope.event() for envelope in together]
        if isinstance(facts[0].body, CallStarted):
            call = Call(info_of(together[0]), rulebook)
            out += call.start()
        elif call is None:
            raise ValueError("a stored call begins with call.started")
        else:
            out += _again(call, [event for event in facts if isinstance(event.body, FACTS)], heard_ms)
    return out + (call.finish() if call is not None else [])


def _moment(envelope: Envelope) -> tuple[int, str]:
    """Facts of the line that came with one frame were pushed together; every other one came alone."""
    alone = envelope.type in (CallStarted.type, CallEnded.type, Utterance.type)
    heard_ms = envelope.heard_ms if envelope.heard_ms is not None else envelope.at_ms
    return heard_ms, str(envelope.seq) if alone else ""


def _again(call: Call, facts: list[Event], heard_ms: int) -> list[Envelope]:
    if not facts:
        return []
    body, channel = facts[0].body, facts[0].channel
    if isinstance(body, Utterance):
        assert channel in CHANNELS
        return call.advance(heard_ms) + call.push_stored_utterance(body, channel)
    if isinstance(body, CallEnded):
        return call.advance(heard_ms) + call.end(body.reason, body.ended_by, body.inferred)
    # a live call had advanced to the frame before this one when its facts came
    return call.advance(heard_ms - FRAME_MS) + call.push_events(facts, heard_ms)
