"""One call as a report shows it, read from its stored envelopes alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.core.events import (
    AlertAcknowledged,
    AlertRaised,
    CallClosed,
    CallEnded,
    CallStarted,
    ChannelQuality,
    ConditionEnded,
    ConditionStarted,
    Coverage,
    Envelope,
    Event,
    Metric,
    Score,
    ScriptStep,
    SpeechEnded,
    Utterance,
)
from monitor.core.types import CHANNELS, SEVERITIES, Severity, Side
from monitor.sinks.report.charges import NOTHING, Charge, charge


@dataclass(frozen=True, slots=True)
class Line:
    """An utterance and who said it."""

    channel: Side | None
    said: Utterance


@dataclass(slots=True)
class Alert:
    """The last word on one alert. state: raised, confirmed, or cleared: what it was about has ended. acknowledged: who
    saw it. charge: what it took off the score."""

    channel: Side | None
    body: AlertRaised
    state: str
    acknowledged: str = ""
    charge: Charge = NOTHING


@dataclass(frozen=True, slots=True)
class Span:
    """A condition of the line. end_ms None: it was never reported as over."""

    channel: Side | None
    body: ConditionStarted
    end_ms: int | None

    def length_ms(self, call_ms: int) -> int:
        return (call_ms if self.end_ms is None else self.end_ms) - self.body.since_ms


@dataclass(slots=True)
class CallSheet:
    """page: file name of the call's own page, "" for none. file: the recording, "" where there is none."""

    call_id: str
    file: str = ""
    page: str = ""
    started: CallStarted | None = None
    ended: CallEnded | None = None
    duration_ms: int = 0
    closed: bool = False
    lines: list[Line] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    runs: list[tuple[Side | None, int, int]] = field(default_factory=list)
    steps: list[tuple[int, ScriptStep]] = field(default_factory=list)
    metrics: list[tuple[Side | None, Metric]] = field(default_factory=list)
    quality: list[tuple[Side | None, ChannelQuality]] = field(default_factory=list)
    coverage: Coverage | None = None
    score: Score | None = None

    def count(self, severity: Severity) -> int:
        return sum(alert.body.severity == severity for alert in self.alerts)

    @property
    def worst(self) -> Severity | None:
        return max((alert.body.severity for alert in self.alerts), key=SEVERITIES.index, default=None)

    @property
    def fatal(self) -> bool:
        return self.score is not None and any(item.fatal for item in self.score.items)

    def total_ms(self, condition: str) -> int:
        """How long a condition held, on any channel; parts held by both at once count once."""
        spans = [span for span in self.spans if span.body.condition == condition and span.channel != "both"]
        edges = sorted((span.body.since_ms, span.body.since_ms + span.length_ms(self.duration_ms)) for span in spans)
        total, reached = 0, 0
        for start, end in edges:
            total += max(0, end - max(start, reached))
            reached = max(reached, end)
        return total

    def longest_ms(self, condition: str, channel: Side) -> int:
        found = (s for s in self.spans if s.body.condition == condition and s.channel == channel)
        return max((span.length_ms(self.duration_ms) for span in found), default=0)

    def covered(self, name: str) -> int:
        """A figure of `coverage`, over both channels, ms."""
        return sum(getattr(getattr(self.coverage, channel), name) for channel in CHANNELS) if self.coverage else 0


def read(envelopes: Iterable[Envelope], file: str = "") -> CallSheet:
    """The sheet of one call. Takes the stored envelopes in order of seq."""
    sheet = CallSheet("", file)
    alerts: dict[str, Alert] = {}
    opened: dict[tuple[Side | None, str], ConditionStarted] = {}
    for envelope in envelopes:
        sheet.call_id = envelope.call_id or sheet.call_id
        sheet.duration_ms = max(sheet.duration_ms, envelope.at_ms)
        event = envelope.event()
        if isinstance(event.body, AlertRaised):
            known = alerts.get(event.body.alert_id)
            state = event.type.removeprefix("alert.")
            alerts[event.body.alert_id] = Alert(event.channel, event.body, state, known.acknowledged if known else "")
        elif isinstance(event.body, AlertAcknowledged) and event.body.alert_id in alerts:
            alerts[event.body.alert_id].acknowledged = event.body.actor
        elif isinstance(event.body, ConditionEnded):
            opened.pop((event.channel, event.body.condition), None)
            sheet.spans.append(Span(event.channel, event.body, event.body.end_ms))
        elif isinstance(event.body, ConditionStarted):
            opened[event.channel, event.body.condition] = event.body
        else:
            _fact(sheet, event)
    sheet.spans += [Span(channel, body, None) for (channel, _), body in opened.items()]
    sheet.spans.sort(key=lambda span: span.body.since_ms)
    sheet.lines.sort(key=lambda line: (line.said.start_ms, line.channel or ""))
    sheet.alerts = sorted(alerts.values(), key=lambda alert: alert.body.start_ms)
    for alert in sheet.alerts:
        alert.charge = charge(sheet.score, alert.body)
    return sheet


def _fact(sheet: CallSheet, event: Event) -> None:
    body = event.body
    if isinstance(body, CallStarted):
        sheet.started = body
    elif isinstance(body, CallEnded):
        sheet.ended = body
    elif isinstance(body, CallClosed):
        sheet.closed, sheet.duration_ms = True, body.duration_ms
    elif isinstance(body, Utterance):
        sheet.lines.append(Line(event.channel, body))
    elif isinstance(body, SpeechEnded):
        sheet.runs.append((event.channel, body.since_ms, body.end_ms))
    elif isinstance(body, ScriptStep):
        sheet.steps.append((event.at_ms, body))
    elif isinstance(body, Metric):
        sheet.metrics.append((event.channel, body))
    elif isinstance(body, ChannelQuality):
        sheet.quality.append((event.channel, body))
    elif isinstance(body, Coverage):
        sheet.coverage = body
    elif isinstance(body, Score):
        sheet.score = body
