"""All calls of an audit in figures: per call, agent, team and rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from monitor.core.types import CHANNELS, SEVERITIES, Channel, Severity
from monitor.fault import Measured
from monitor.sinks.report.sheet import Alert, CallSheet

WEIGHTS = {"critical": 1_000_000, "major": 10_000, "minor": 100, "info": 1}


@dataclass(frozen=True, slots=True)
class CallFigures:
    """One call without its words; what tables and the overview need, so that a thousand calls fit in memory."""

    call_id: str
    file: str
    page: str
    agent_id: str
    team: str
    line: str
    direction: str
    started_at_utc: str
    duration_ms: int
    ended_by: str
    score: float | None
    fatal: bool
    alerts: dict[Severity, int]
    silence_ms: int
    longest_silence_ms: int
    low_volume_ms: int
    noise_ms: int
    talk_over_ms: int
    speech_ms: int
    transcribed_ms: int
    suppressed_ms: int
    lost_ms: int
    not_judged: tuple[str, ...]
    model: str
    rules_version: str
    found: tuple[Alert, ...] = field(repr=False)
    measured: tuple[Measured, ...] = field(default=(), repr=False)

    def level_of(self, channel: Channel) -> Measured | None:
        """What that channel was like, None where it is not known or the legs were not recorded apart."""
        return next((one for one in self.measured if one.channel == channel), None)

    @property
    def weight(self) -> int:
        """What brings a call to the top of "worst first"."""
        return sum(WEIGHTS[severity] * count for severity, count in self.alerts.items())


def figures(sheet: CallSheet) -> CallFigures:
    started, ended, score = sheet.started, sheet.ended, sheet.score
    return CallFigures(
        call_id=sheet.call_id,
        file=sheet.file,
        page=sheet.page,
        agent_id=(started.agent_id if started else None) or "",
        team=(started.team if started else None) or "",
        line=(started.line if started else None) or "",
        direction=started.direction if started else "",
        started_at_utc=(started.started_at_utc if started else None) or "",
        duration_ms=sheet.duration_ms,
        ended_by=ended.ended_by if ended else "",
        score=score.total if score else None,
        fatal=sheet.fatal,
        alerts={severity: sheet.count(severity) for severity in reversed(SEVERITIES)},
        silence_ms=sum(
            span.length_ms(sheet.duration_ms)
            for span in sheet.spans
            if span.body.condition == "silence" and span.channel == "both"
        ),
        longest_silence_ms=sheet.longest_ms("silence", "both"),
        low_volume_ms=sheet.total_ms("low_volume"),
        noise_ms=sheet.total_ms("noise"),
        talk_over_ms=sheet.total_ms("talk_over"),
        speech_ms=sheet.covered("speech_ms"),
        transcribed_ms=sheet.covered("transcribed_ms"),
        suppressed_ms=sheet.covered("suppressed_ms"),
        lost_ms=sheet.covered("lost_ms"),
        not_judged=score.not_judged if score else (),
        model=(started.model if started else None) or "",
        rules_version=(started.rules_version if started else None) or "",
        found=tuple(sheet.alerts),
        measured=tuple(_measured(sheet)),
    )


def _measured(sheet: CallSheet) -> Iterator[Measured]:
    started = sheet.started
    if started is None or started.legs != "recorded":
        return
    for channel in CHANNELS:
        for side, quality in sheet.quality:
            if side == channel:
                yield Measured(
                    sheet.call_id, channel, quality, started.trunk, started.line, started.seat, started.agent_id,
                    started.customer,
                )  # fmt: skip


@dataclass(slots=True)
class Group:
    """Calls that share an agent or a team."""

    name: str
    calls: int = 0
    duration_ms: int = 0
    scores: list[float] = field(default_factory=list)
    alerts: dict[Severity, int] = field(default_factory=lambda: dict.fromkeys(reversed(SEVERITIES), 0))

    @property
    def mean_score(self) -> float | None:
        return round(sum(self.scores) / len(self.scores), 1) if self.scores else None

    def add(self, call: CallFigures) -> None:
        self.calls += 1
        self.duration_ms += call.duration_ms
        if call.score is not None:
            self.scores.append(call.score)
        for severity, count in call.alerts.items():
            self.alerts[severity] += count


@dataclass(slots=True)
class RuleFigures:
    """How often a rule was broken, in how many calls."""

    rule_id: str
    severity: Severity
    clause: str
    alerts: int = 0
    calls: set[str] = field(default_factory=set)


def groups(calls: Iterable[CallFigures], by: str) -> list[Group]:
    """Per agent_id or team, the lowest mean score first; calls without one are left out."""
    found: dict[str, Group] = {}
    for call in calls:
        name = getattr(call, by)
        if name:
            found.setdefault(name, Group(name)).add(call)
    return sorted(found.values(), key=lambda group: (101 if group.mean_score is None else group.mean_score, group.name))


def rules(calls: Sequence[CallFigures]) -> list[RuleFigures]:
    found: dict[str, RuleFigures] = {}
    for call in calls:
        for alert in call.found:
            body = alert.body
            rule = found.setdefault(body.rule_id, RuleFigures(body.rule_id, body.severity, body.clause))
            rule.alerts += 1
            rule.calls.add(call.call_id)
    return sorted(found.values(), key=lambda rule: (-SEVERITIES.index(rule.severity), -rule.alerts, rule.rule_id))


def totals(calls: Iterable[CallFigures]) -> Group:
    everything = Group("")
    for call in calls:
        everything.add(call)
    return everything


def worst_first(calls: Iterable[CallFigures]) -> list[CallFigures]:
    return sorted(calls, key=lambda call: (-call.weight, 101 if call.score is None else call.score, call.call_id))
