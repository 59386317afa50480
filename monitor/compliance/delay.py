"""Kind `delay`: the other has finished, and nobody answers for too long.

Measured on speech facts: from the end of the other's last run until `channel` begins. Raised at the deadline, not after
the late answer. Silence that was announced (「请稍等」) is the business of a `condition` rule with an excuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from monitor.compliance.rule import Rule
from monitor.compliance.runner import Lane, Runner
from monitor.core.events import Event, SpeechEnded
from monitor.core.types import Channel


class Delay(Rule):
    """after_ms: how long the answer may take. min_speech_ms: a shorter run of the other asks for no answer."""

    kind: Literal["delay"]
    channel: Channel = "agent"
    after_ms: int = Field(5000, ge=300, le=600_000)
    min_speech_ms: int = Field(600, ge=0, le=60_000)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Answering(self, signal)
        signal.add(runner)
        return (runner,)


class _Answering(Runner):
    wants = frozenset(("speech.started", "speech.ended", "call.data", "call.ended"))

    def __init__(self, rule: Delay, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._since_ms: int | None = None

    def fact(self, event: Event) -> None:
        body, state = event.body, self.lane.state
        if event.type != "speech.ended":
            self._since_ms = None
        elif state.answered_ms is not None and event.channel != self.rule.channel and not state.on_hold:
            assert isinstance(body, SpeechEnded)
            long_enough = body.end_ms - body.since_ms >= self.rule.min_speech_ms
            if long_enough and self.rule.channel not in state.speaking_since:
                self._since_ms = body.end_ms
                self.lane.set_timer(max(event.at_ms, body.end_ms + self.rule.after_ms), self)

    def timer(self, at_ms: int) -> None:
        since_ms = self._since_ms
        if since_ms is not None and at_ms >= since_ms + self.rule.after_ms:
            self._since_ms = None
            if self.lane.doubtful_ms(self.rule.channel, since_ms, at_ms):
                self.lane.memory.not_judged.add(self.rule.id)
                return
            self.lane.memory.alert(self.rule, at_ms, self.rule.channel, since_ms, at_ms, verdict="late")
