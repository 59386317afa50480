"""Tells a call as envelopes, for the rooms after `call.py`: each method is one thing that happened."""

from __future__ import annotations

from typing import Any

from monitor.core import events as e
from monitor.core.types import Side


class Story:
    """One call. Every method returns the envelope; stored ones are numbered without holes."""

    def __init__(self, call_id: str = "call-1", agent_id: str | None = "1024", team: str | None = "north") -> None:
        self.call_id, self.agent_id, self.team = call_id, agent_id, team
        self.told: list[e.Envelope] = []
        self.seq = 0

    def tell(self, at_ms: int, body: e.Body, channel: Side | None = None) -> e.Envelope:
        if not body.overlay:
            self.seq += 1
        seq = None if body.overlay else self.seq
        envelope = e.Envelope.of(e.Event(at_ms, channel, body), self.call_id, seq, at_ms)
        if not body.overlay:
            self.told.append(envelope)
        return envelope

    def started(self, model: str | None = "demo-zh", **more: Any) -> e.Envelope:
        body = e.CallStarted(
            source="files", sample_rate_hz=8000, agent_id=self.agent_id, team=self.team, model=model, **more
        )
        return self.tell(0, body)

    def answered(self, at_ms: int = 0) -> e.Envelope:
        return self.tell(at_ms, e.CallAnswered(inferred=False))

    def said(self, channel: Side, start_ms: int, end_ms: int, text: str, **more: Any) -> e.Envelope:
        body = e.Utterance(
            segment_id=f"{channel}-{start_ms}", start_ms=start_ms, end_ms=end_ms, text=text, confidence=0.9, **more
        )
        return self.tell(end_ms, body, channel)

    def condition(self, at_ms: int, name: e.Condition, channel: Side, since_ms: int, **more: Any) -> e.Envelope:
        return self.tell(at_ms, e.ConditionStarted(condition=name, since_ms=since_ms, **more), channel)

    def condition_over(self, at_ms: int, name: e.Condition, channel: Side, since_ms: int) -> e.Envelope:
        return self.tell(at_ms, e.ConditionEnded(condition=name, since_ms=since_ms, end_ms=at_ms), channel)

    def alert(self, at_ms: int, alert_id: str, severity: str = "major", **more: Any) -> e.Envelope:
        body: dict[str, Any] = {
            "alert_id": alert_id,
            "rule_id": "B1",
            "severity": severity,
            "start_ms": at_ms - 1000,
            "end_ms": at_ms,
            "message": "对投诉的客户说了禁语",
            "clause": "B1 投诉禁语",
            "evidence": ({"quote": "这不关我的事", "start_ms": at_ms - 1000, "end_ms": at_ms},),
        }
        return self.tell(at_ms, e.AlertRaised(**(body | more)), "agent")

    def prompt(self, at_ms: int, prompt_id: str, text: str, countdown_ms: int | None = 5000) -> e.Envelope:
        body = e.PromptShown(prompt_id=prompt_id, rule_id="A4", text=text, countdown_ms=countdown_ms)
        return self.tell(at_ms, body, "agent")

    def prompt_over(self, at_ms: int, prompt_id: str) -> e.Envelope:
        return self.tell(at_ms, e.PromptCleared(prompt_id=prompt_id, rule_id="A4"), "agent")

    def step(self, at_ms: int, step: str, verdict: str = "in_time") -> e.Envelope:
        body = e.ScriptStep.model_validate({"rule_id": "A4", "step": step, "verdict": verdict, "due_ms": at_ms})
        return self.tell(at_ms, body, "agent")

    def meter(self, at_ms: int, channel: Side, level_dbov: float = -22.0, speech: bool = True) -> e.Envelope:
        body = e.Meter(level_dbov=level_dbov, speech_level_dbov=-23.0, noise_dbov=-58.0, snr_db=35.0, speech=speech)
        return self.tell(at_ms, body, channel)

    def data(self, at_ms: int, kind: str, **more: Any) -> e.Envelope:
        return self.tell(at_ms, e.CallData.model_validate({"kind": kind, **more}))

    def ended(self, at_ms: int) -> e.Envelope:
        return self.tell(at_ms, e.CallEnded(reason="hangup", ended_by="customer", inferred=False))

    def closed(self, at_ms: int) -> e.Envelope:
        return self.tell(at_ms, e.CallClosed(duration_ms=at_ms))


def notice() -> e.Envelope:
    return e.Envelope.of(e.Event(0, None, e.notice("segments_lost", count=2, reason="timeout")), None, None)
