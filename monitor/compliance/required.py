"""Kind `required`: words that must be said in a window of the call.

Found anywhere in its window: met. Else, where the window holds speech that was not heard, lost, suppressed or doubtful
for at least as long as the shortest phrase takes: not judged. Else: missing. A window is counted in the times of the
words themselves, never of the turn they stand in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.rule import Listening, Rule, Said, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import CallEnded, Event, Evidence, StepVerdict
from monitor.core.types import Channel, EndedBy


class Required(Rule):
    """within_ms: the first so many ms from the answer. before_end_ms: the last so many ms before the hang-up; neither:
    the whole call. if_customer_heard: only in calls in which the customer spoke. not_if_ended_by: no verdict of missing
    where one of these ended the call (someone hung up before it could be said)."""

    told_of_phrases: ClassVar[bool] = True

    kind: Literal["required"]
    channel: Channel = "agent"
    words: Said
    within_ms: int | None = Field(None, ge=100, le=3_600_000)
    before_end_ms: int | None = Field(None, ge=100, le=3_600_000)
    if_customer_heard: bool = False
    not_if_ended_by: tuple[EndedBy, ...] = ()

    @property
    def timed(self) -> bool:
        return self.within_ms is not None or self.before_end_ms is not None

    @model_validator(mode="after")
    def _one_window(self) -> Self:
        if self.within_ms is not None and self.before_end_ms is not None:
            raise ValueError("within_ms and before_end_ms are two windows; write two rules")
        return self

    def listening(self) -> Iterator[Listening]:
        yield from wording_keys("words", self.words, self.channel)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Window(self, words)
        words.add(runner)
        return (runner,)


class _Window(Runner):
    wants = frozenset(("call.answered", "call.ended"))
    hears = True

    def __init__(self, rule: Required, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._from_ms: int | None = None
        self._until_ms: int | None = None
        self._ended_by: EndedBy | None = None
        self._done = False
        self.awake = False
        self._said: dict[int, Evidence] = {}

    def fact(self, event: Event) -> None:
        if isinstance(event.body, CallEnded):
            self._ended_by = event.body.ended_by
        elif self._from_ms is None:
            self._from_ms = event.at_ms
            if self.rule.within_ms is not None:
                self._until_ms = event.at_ms + self.rule.within_ms
                self.lane.set_timer(self._until_ms, self)

    def words(self, words: Words, found: Sequence[Found]) -> None:
        if self._done or not found or self._from_ms is None:
            return
        for one in found:
            start_ms = one.evidence.start_ms
            if start_ms >= self._from_ms - 500 and (self._until_ms is None or start_ms < self._until_ms):
                self._said[one.key[1]] = one.evidence
        if self.rule.before_end_ms is None and self.rule.words.satisfied(self._said.keys()):
            self._met(max(one.end_ms for one in self._said.values()))

    def timer(self, at_ms: int) -> None:
        if not self._done:
            self._judge(at_ms)

    def finish(self, end_ms: int) -> None:
        if self._done or self._from_ms is None:
            return
        before_ms = self.rule.before_end_ms
        if self._until_ms is not None:
            # the call ended inside the window: too short to say it was left out
            self._until_ms = end_ms
            if self._ended_by != "agent":
                self._not_judged(end_ms)
                return
        if before_ms is not None:
            self._from_ms = max(self._from_ms, end_ms - before_ms)
            self._said = {at: one for at, one in self._said.items() if one.end_ms > self._from_ms}
        self._judge(end_ms)

    def _judge(self, at_ms: int) -> None:
        rule, lane = self.rule, self.lane
        assert self._from_ms is not None
        if rule.words.satisfied(self._said.keys()):
            self._met(at_ms)
            return
        if rule.if_customer_heard and "customer" not in lane.state.heard_since_answer:
            self._done = True
            return
        doubtful_ms = lane.doubtful_ms(rule.channel, self._from_ms, at_ms)
        if self._ended_by in rule.not_if_ended_by or (doubtful_ms and doubtful_ms >= rule.words.shortest_ms):
            self._not_judged(at_ms)
            return
        self._done = True
        missing = rule.words.missing(self._said.keys())
        alert_id = lane.memory.alert(
            rule, at_ms, rule.channel, self._from_ms, at_ms, f"{rule.said}（未说：{'；'.join(missing)}）",
            self._said.values(), verdict="missing",
        )  # fmt: skip
        self._step(at_ms, "skipped", alert_id)

    def _met(self, at_ms: int) -> None:
        self._done = True
        self.lane.memory.passed.add(self.rule.id)
        self._step(at_ms, "in_time", None)

    def _not_judged(self, at_ms: int) -> None:
        self._done = True
        self.lane.memory.not_judged.add(self.rule.id)
        self._step(at_ms, "not_judged", None)

    def _step(self, at_ms: int, verdict: StepVerdict, alert_id: str | None) -> None:
        due_ms = self._until_ms if self._until_ms is not None else at_ms
        self.lane.memory.step(self.rule, at_ms, "said", verdict, due_ms, alert_id)
