"""Kind `condition`: a state of the line that lasts too long: silence, low volume, noise, talk-over and the rest.

The alert is raised at the deadline (since_ms + after_ms), cleared when the state ends before the call does, confirmed
when it lasted until the hang-up. Detectors say what the line is; how long is too long stands here. Words may excuse it
for a bounded time (「请稍等」 before a silence); such a rule waits for the words before the state began, another never
waits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from monitor.compliance.anchor import Anchor, LineState
from monitor.compliance.rule import Listening, Rule, Said, Table, wording_keys
from monitor.compliance.runner import AlertCleared, AlertConfirmed, Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import ConditionEnded, ConditionStarted, Event
from monitor.core.types import Channel


class Excuse(Table):
    """words said by `channel` at most before_ms before the state began (or while it lasts) move the deadline to for_ms
    after them."""

    channel: Channel = "agent"
    words: Said
    before_ms: int = Field(10_000, ge=0, le=600_000)
    for_ms: int = Field(60_000, ge=1000, le=3_600_000)


class Condition(Rule):
    """line: the state. after_ms: how long it may last. part: opening (the customer has not been heard since the
    answer), middle (the customer has), any. hold_excuses: no alert while the platform says the call is on hold."""

    kind: Literal["condition"]
    line: LineState
    after_ms: int = Field(0, ge=0, le=3_600_000)
    part: Literal["any", "opening", "middle"] = "any"
    excuse: Excuse | None = None
    near: Anchor | None = Field(None, description="only in the near_ms after this anchor")
    near_ms: int = Field(20_000, ge=100, le=3_600_000)
    hold_excuses: bool = True
    excused_by: tuple[Literal["trunk", "line", "seat"], ...] = Field(
        (), description="whose known fault excuses it: the alert informs, says whose fault it is, and costs no points"
    )

    @property
    def asks_who(self) -> bool:
        return self.line.channel != "both" or self.excuse is not None or self.near is not None

    def listening(self) -> Iterator[Listening]:
        if self.excuse is not None:
            yield from wording_keys("excuse", self.excuse.words, self.excuse.channel)
        if self.near is not None:
            yield from self.near.listening()

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        lane = words if self.excuse is not None or self.near is not None else signal
        runner = _Watch(self, lane)
        lane.add(runner)
        return (runner,)


_FAULTS = {
    "trunk": "已知中继 {} 的问题",
    "line": "已知线路 {} 的问题",
    "seat": "已知座席 {} 的耳麦或话机的问题",
}


class _Watch(Runner):
    wants = frozenset(("condition.started", "condition.ended", "call.data"))

    def __init__(self, rule: Condition, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self.hears = rule.excuse is not None or rule.near is not None
        self._near_ms: int | None = None
        self._since_ms: int | None = None
        self._due_ms: int | None = None
        self._ended_ms: int | None = None
        self._told_ms = 0
        self._excused_ms: int | None = None
        self._raised = False
        self._prompt_id = ""
        self._fault = self._known_fault()

    def _known_fault(self) -> str:
        """Whose fault this condition is known to be on this call's seat, line or trunk; "" where it is not."""
        rule, info = self.rule, self.lane.memory.info
        names = {"trunk": info.trunk, "line": info.line, "seat": info.seat}
        for dimension in rule.excused_by:
            if f"{dimension}:{rule.line.condition}:{rule.line.channel}" in info.faults:
                return _FAULTS[dimension].format(names[dimension])
        return ""

    def fact(self, event: Event) -> None:
        body = event.body
        if self.rule.near is not None and self.rule.near.in_fact(event):
            self._anchor(event.at_ms)
        if event.type == "call.data":
            self._hold()
        elif isinstance(body, ConditionEnded):
            if self._since_ms is not None and self.rule.line.holds(event):
                # a change of level is an end and a start at one instant, and so are a state's and the call's: wait
                # until that instant is over
                self._ended_ms, self._told_ms = body.end_ms, event.at_ms
                self.lane.set_timer(event.at_ms + 1, self)
        elif isinstance(body, ConditionStarted) and self.rule.line.holds(event):
            if self._since_ms is not None and self._ended_ms is not None:
                self._ended_ms = None
            elif self._applies():
                self._begin(body.since_ms, event.at_ms)

    def _applies(self) -> bool:
        state, part = self.lane.state, self.rule.part
        if state.answered_ms is None or (state.on_hold and self.rule.hold_excuses):
            return False
        near = self.rule.near
        if near is not None and (self._near_ms is None or self.lane.now_ms - self._near_ms > self.rule.near_ms):
            return False
        heard = "customer" in state.heard_since_answer
        return part == "any" or heard == (part == "middle")

    def _anchor(self, at_ms: int) -> None:
        near, answered_ms = self.rule.near, self.lane.state.answered_ms
        if near is not None and answered_ms is not None and near.early(at_ms, answered_ms):
            self._near_ms = at_ms

    def _begin(self, since_ms: int, now_ms: int) -> None:
        self._since_ms, self._raised, self._ended_ms = since_ms, False, None
        due_ms = since_ms + self.rule.after_ms
        excuse = self.rule.excuse
        if excuse is not None and self._excused_ms is not None and since_ms - self._excused_ms <= excuse.before_ms:
            due_ms = max(due_ms, self._excused_ms + excuse.for_ms)
        self._wait(max(due_ms, now_ms))

    def _wait(self, due_ms: int) -> None:
        self._due_ms = due_ms
        self.lane.set_timer(due_ms, self)

    def words(self, words: Words, found: Sequence[Found]) -> None:
        excuse, near = self.rule.excuse, self.rule.near
        if near is not None and words.channel == near.channel and near.in_words(found):
            self._anchor(words.end_ms)
        if excuse is None or words.channel != excuse.channel:
            return
        mine = [one for one in found if one.key[0] == "excuse"]
        if mine and excuse.words.satisfied({one.key[1] for one in mine}):
            self._excused_ms = words.end_ms
            if self._since_ms is not None and not self._raised:
                self._wait(max(self._due_ms or 0, words.end_ms + excuse.for_ms))

    def _hold(self) -> None:
        if self.lane.state.on_hold and self.rule.hold_excuses and self._since_ms is not None:
            self._close(self.lane.now_ms, AlertCleared)

    def timer(self, at_ms: int) -> None:
        if self._since_ms is None:
            return
        if self._ended_ms is not None:
            self._close(self._told_ms, AlertCleared)
        elif at_ms == self._due_ms and not self._raised:
            self._raise(at_ms)

    def _raise(self, at_ms: int) -> None:
        rule, since_ms = self.rule, self._since_ms
        assert since_ms is not None
        self._raised = True
        self.lane.memory.alert(
            rule, at_ms, rule.line.channel, since_ms, at_ms, verdict=rule.line.condition, fault=self._fault
        )
        if rule.prompt:
            self._prompt_id = self.lane.memory.prompt(rule, at_ms, since_ms, rule.prompt)

    def _close(self, at_ms: int, kind: type[AlertCleared] | type[AlertConfirmed]) -> None:
        since_ms, end_ms = self._since_ms, self._ended_ms if self._ended_ms is not None else at_ms
        assert since_ms is not None
        if self._raised:
            rule = self.rule
            self.lane.memory.alert(
                rule, at_ms, rule.line.channel, since_ms, end_ms, verdict=rule.line.condition, kind=kind,
                fault=self._fault,
            )
        if self._prompt_id:
            self.lane.memory.unprompt(self.rule, at_ms, self._prompt_id)
            self._prompt_id = ""
        self._since_ms = self._due_ms = self._ended_ms = None

    def finish(self, end_ms: int) -> None:
        if self._since_ms is not None:
            over = self._ended_ms is not None and self._ended_ms < end_ms
            self._close(end_ms, AlertCleared if over else AlertConfirmed)
