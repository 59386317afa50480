"""Kind `response`: after an anchor, words that must follow within so many ms or so many turns of the one who answers.

A turn is all that one channel says until the other speaks. The anchor's own utterance is never its answer. Answered:
met. Else, where the window holds speech that was not heard, lost, suppressed or doubtful for at least as long as the
shortest phrase, or the call ended inside it: not judged. Else the alert is raised, stamped with the deadline.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.anchor import Anchor
from monitor.compliance.rule import Listening, Rule, Wording, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import Event, Evidence
from monitor.core.types import Channel


class Response(Rule):
    """after: the anchor. channel: who has to answer, with `words`. each: every anchor is judged, else the first only.
    prompt is shown when the anchor comes, and cleared when it is answered or judged."""

    kind: Literal["response"]
    after: Anchor
    channel: Channel = "agent"
    words: Wording
    within_ms: int | None = Field(None, ge=100, le=600_000)
    within_turns: int | None = Field(None, ge=1, le=50)
    each: bool = False

    @property
    def timed(self) -> bool:  # type: ignore[override]
        return self.within_turns is None or self.after.words.empty

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.within_ms is None and self.within_turns is None:
            raise ValueError("one of within_ms and within_turns is needed")
        if self.words.empty:
            raise ValueError("words holds no phrases")
        return self

    def listening(self) -> Iterator[Listening]:
        yield from self.after.listening()
        yield from wording_keys("words", self.words, self.channel)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Waiting(self, words)
        words.add(runner)
        return (runner,)


class _Waiting(Runner):
    wants = frozenset(("call.answered", "call.data", "condition.started"))
    hears = True

    def __init__(self, rule: Response, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._since_ms: int | None = None
        self._due_ms: int | None = None
        self._anchor: tuple[Evidence, ...] = ()
        self._said: set[int] = set()
        self._turns = 0
        self._last: Channel | None = None
        self._prompt_id = ""
        self._used = False

    def fact(self, event: Event) -> None:
        if self.rule.after.in_fact(event):
            self._begin(event.at_ms, ())

    def words(self, words: Words, found: Sequence[Found]) -> None:
        rule = self.rule
        if self._since_ms is not None and words.channel == rule.channel:
            if self._last != rule.channel:
                self._turns += 1
            if rule.within_turns is not None and self._turns > rule.within_turns:
                self._judge(words.start_ms)
            elif self._answered(words, found):
                return
        if self._since_ms is not None:
            self._last = words.channel
        if self._since_ms is None and words.channel == rule.after.channel and found:
            anchors = self.rule.after.in_words(found)
            if anchors:
                self._begin(max(one.evidence.end_ms for one in anchors), tuple(one.evidence for one in anchors))
                self._last = words.channel

    def _begin(self, at_ms: int, evidence: tuple[Evidence, ...]) -> None:
        rule, answered_ms = self.rule, self.lane.state.answered_ms
        if self._since_ms is not None or answered_ms is None or at_ms < answered_ms or (self._used and not rule.each):
            return
        if rule.after.first_ms is not None and at_ms > answered_ms + rule.after.first_ms:
            return
        self._used, self._since_ms, self._anchor = True, at_ms, evidence
        self._said, self._turns, self._last = set(), 0, None
        if rule.within_ms is not None:
            self._due_ms = at_ms + rule.within_ms
            self.lane.set_timer(self._due_ms, self)
        if rule.prompt:
            self._prompt_id = self.lane.memory.prompt(rule, at_ms, at_ms, rule.prompt)

    def _answered(self, words: Words, found: Sequence[Found]) -> bool:
        for one in found:
            late = self._due_ms is not None and one.evidence.start_ms > self._due_ms
            if one.key[0] == "words" and not late:
                self._said.add(one.key[1])
        if not self.rule.words.satisfied(self._said):
            return False
        self.lane.memory.passed.add(self.rule.id)
        self._end(words.end_ms)
        return True

    def timer(self, at_ms: int) -> None:
        if self._since_ms is not None and at_ms == self._due_ms:
            self._judge(at_ms)

    def finish(self, end_ms: int) -> None:
        if self._since_ms is not None:
            if self._turns and self.rule.within_turns is not None and self._turns >= self.rule.within_turns:
                self._judge(end_ms)
            else:
                self.lane.memory.not_judged.add(self.rule.id)
                self._end(end_ms)

    def _judge(self, at_ms: int) -> None:
        rule, since_ms = self.rule, self._since_ms
        assert since_ms is not None
        doubtful_ms = self.lane.doubtful_ms(rule.channel, since_ms, at_ms)
        if doubtful_ms and doubtful_ms >= rule.words.shortest_ms:
            self.lane.memory.not_judged.add(rule.id)
        else:
            missing = "；".join(rule.words.missing(self._said))
            start_ms = self._anchor[0].start_ms if self._anchor else since_ms
            self.lane.memory.alert(
                rule, at_ms, rule.channel, start_ms, at_ms, f"{rule.said}（未说：{missing}）", self._anchor, "missing"
            )
        self._end(at_ms)

    def _end(self, at_ms: int) -> None:
        self._since_ms = self._due_ms = None
        if self._prompt_id:
            self.lane.memory.unprompt(self.rule, at_ms, self._prompt_id)
            self._prompt_id = ""
