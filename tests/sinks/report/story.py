"""One stored call with something of everything."""

from __future__ import annotations

from monitor.core.events import (
    AlertAcknowledged,
    AlertCleared,
    AlertConfirmed,
    AlertRaised,
    Body,
    CallAnswered,
    CallClosed,
    CallEnded,
    CallStarted,
    ChannelCoverage,
    ConditionEnded,
    ConditionStarted,
    Coverage,
    Envelope,
    Event,
    Evidence,
    Metric,
    Score,
    ScoreItem,
    ScriptStep,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from monitor.core.types import Side

NASTY = '<script>alert("x")</script>'


def story(call_id: str = "call-1", agent_id: str = "1042") -> list[Envelope]:
    said: list[tuple[int, Side | None, Body]] = [
        (0, None, CallStarted(source="files", sample_rate_hz=8000, agent_id=agent_id, team="早班", model="demo-zh")),
        (0, None, CallAnswered(inferred=False)),
        (600, "agent", SpeechStarted(since_ms=500)),
        (2800, "agent", SpeechEnded(since_ms=500, end_ms=2500)),
        (2800, "agent", Utterance(segment_id="s1", start_ms=500, end_ms=2500, text="您好,请问有什么可以帮助您")),
        (4500, "both", ConditionStarted(condition="silence", since_ms=2500, value=2000, unit="ms")),
        (9000, "both", ConditionEnded(condition="silence", since_ms=2500, end_ms=9000, value=6500, unit="ms")),
        (
            9500,
            "customer",
            ConditionStarted(condition="low_volume", since_ms=9000, value=-37.5, unit="dBov", level="warn"),
        ),
        (12_000, "customer", SpeechEnded(since_ms=9000, end_ms=11_700)),
        (
            12_000,
            "customer",
            Utterance(segment_id="s2", start_ms=9000, end_ms=11_700, text="谢谢观看", suppressed=("credits",)),
        ),
        (13_000, "agent", Utterance(segment_id="s3", start_ms=12_000, end_ms=13_000, text="", lost="timeout")),
        (16_000, "agent", SpeechEnded(since_ms=14_000, end_ms=15_700)),
        (
            16_000,
            "agent",
            Utterance(segment_id="s4", start_ms=14_000, end_ms=15_700, text=f"公司就是这么规定的{NASTY}"),
        ),
        (
            16_000,
            "agent",
            AlertRaised(
                alert_id="a1",
                rule_id="B1-policy",
                severity="major",
                start_ms=14_000,
                end_ms=15_700,
                message=f"禁语{NASTY}",
                clause="000",
                points=-10,
                evidence=(Evidence(quote="公司就是这么规定的", start_ms=14_000, end_ms=15_700),),
            ),
        ),
        (16_500, "agent", AlertAcknowledged(alert_id="a1", actor="班长", acted_at_utc="2026-11-22T00:00:00Z")),
        (
            16_600,
            "agent",
            AlertRaised(alert_id="a2", rule_id="A1", severity="minor", start_ms=0, end_ms=0, message="x"),
        ),
        (
            16_700,
            "agent",
            AlertCleared(alert_id="a2", rule_id="A1", severity="minor", start_ms=0, end_ms=0, message="x"),
        ),
        (
            16_800,
            "both",
            AlertRaised(alert_id="a3", rule_id="D1", severity="critical", start_ms=2500, end_ms=0, message="y"),
        ),
        (
            16_900,
            "both",
            AlertConfirmed(alert_id="a3", rule_id="D1", severity="critical", start_ms=2500, end_ms=9000, message="z"),
        ),
        (17_000, "agent", ScriptStep(rule_id="A4", step="ask", verdict="late", due_ms=5000)),
        (18_000, "agent", Metric(rule_id="C2", name="talk share", value=64.5, unit="%", high=60)),
        (18_000, "customer", Metric(rule_id="C5", name="pace", value=None, unit="chars/min")),
        (18_000, None, CallEnded(reason="bye", ended_by="customer", inferred=False)),
        (
            18_000,
            None,
            Coverage(
                agent=ChannelCoverage(heard_ms=18_000, speech_ms=4700, transcribed_ms=3700, lost_ms=1000),
                customer=ChannelCoverage(heard_ms=18_000, speech_ms=2700, suppressed_ms=2700),
            ),
        ),
        (
            18_000,
            None,
            Score(
                total=0,
                base=100,
                dimensions={"self_management": 0, "skill": -10, "flexibility": 0, "relationship": 0},
                items=(
                    ScoreItem(rule_id="B1-policy", points=-10, alert_id="a1"),
                    ScoreItem(rule_id="D1", points=0, fatal=True),
                ),
                not_judged=("A6",),
            ),
        ),
        (18_000, None, CallClosed(duration_ms=18_000)),
    ]
    return [Envelope.of(Event(at, who, body), call_id, seq) for seq, (at, who, body) in enumerate(said, 1)]
