"""Kind `sequence`: after an anchor, several things to be said in order (complaint: apologise, restate, then explain).

Judged when the window closes: so many ms, so many turns of the one who speaks, or the end of the call. A step that was
not said is missing, unless the window holds speech that was not understood (then not judged). With `ordered`, a step
said before one that stands above it is out of order; an optional step may be left out but not come too early.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.anchor import Anchor
from monitor.compliance.rule import Listening, Rule, Said, Table, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.turns import TurnCount
from monitor.compliance.words import Words
from monitor.core.events import Event, Evidence, StepVerdict
from monitor.core.types import Channel


class SequenceStep(Table):
    id: str = Field(min_length=1)
    title: str = ""
    words: Said
    optional: bool = False


class Sequence_(Rule):  # noqa: N801  (Sequence is taken)
    """steps in their order. ordered: whether the order matters. need: how many steps that are not optional are enough;
    default all."""

    quoted: ClassVar[frozenset[str]] = frozenset({"anchor"})

    kind: Literal["sequence"]
    after: Anchor
    channel: Channel = "agent"
    steps: tuple[SequenceStep, ...] = Field(min_length=1)
    ordered: bool = True
    need: int | None = Field(None, ge=1)
    within_ms: int | None = Field(None, ge=1000, le=3_600_000)
    within_turns: int | None = Field(None, ge=1, le=100)

    @property
    def timed(self) -> bool:
        return self.within_ms is not None or self.after.words.empty

    @model_validator(mode="after")
    def _steps_have_names(self) -> Self:
        if len({step.id for step in self.steps}) < len(self.steps):
            raise ValueError("two steps have the same id")
        return self

    def listening(self) -> Iterator[Listening]:
        yield from self.after.listening()
        for at, step in enumerate(self.steps):
            yield from wording_keys(f"step{at}", step.words, self.channel)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Following(self, words)
        words.add(runner)
        return (runner,)


class _Following(Runner):
    wants = frozenset(("call.answered", "call.data", "condition.started"))
    hears = True

    def __init__(self, rule: Sequence_, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._since_ms: int | None = None
        self._due_ms: int | None = None
        self._done = False
        self.awake = False
        self._anchor: tuple[Evidence, ...] = ()
        self._groups: list[set[int]] = [set() for _ in rule.steps]
        self._said: dict[int, Evidence] = {}
        self._count = TurnCount(rule.channel)
        self._prompt_id = ""

    def fact(self, event: Event) -> None:
        if self.rule.after.in_fact(event):
            self._begin(event.at_ms, ())

    def words(self, words: Words, found: Sequence[Found]) -> None:
        if self._done:
            return
        rule = self.rule
        if self._since_ms is None:
            anchors = rule.after.in_words(found) if words.channel == rule.after.channel and found else []
            if anchors:
                self._begin(max(one.evidence.end_ms for one in anchors), tuple(one.evidence for one in anchors))
                self._count.reset(words.channel)
            return
        self._count.take(words)
        if words.channel != rule.channel:
            return
        if rule.within_turns is not None and self._count.turns > rule.within_turns:
            self._judge(words.start_ms)
            return
        for one in found:
            name, group = one.key
            if name.startswith("step"):
                at = int(name[4:])
                self._groups[at].add(group)
                if rule.steps[at].words.satisfied(self._groups[at]):
                    self._said.setdefault(at, one.evidence)
        if all(step.optional or at in self._said for at, step in enumerate(rule.steps)):
            self._unprompt(words.end_ms)

    def _begin(self, at_ms: int, evidence: tuple[Evidence, ...]) -> None:
        answered_ms = self.lane.state.answered_ms
        if self._since_ms is not None or self._done or answered_ms is None or at_ms < answered_ms:
            return
        first_ms = self.rule.after.first_ms
        if first_ms is not None and at_ms > answered_ms + first_ms:
            return
        self._since_ms, self._anchor, self.awake = at_ms, evidence, True
        if self.rule.within_ms is not None:
            self._due_ms = at_ms + self.rule.within_ms
            self.lane.set_timer(self._due_ms, self)
        if self.rule.prompt:
            self._prompt_id = self.lane.memory.prompt(self.rule, at_ms, at_ms, self.rule.prompt)

    def timer(self, at_ms: int) -> None:
        if not self._done and at_ms == self._due_ms:
            self._judge(at_ms)

    def finish(self, end_ms: int) -> None:
        if self._since_ms is not None and not self._done:
            self._judge(end_ms)

    def _judge(self, at_ms: int) -> None:
        rule, memory = self.rule, self.lane.memory
        assert self._since_ms is not None
        self._done, self.awake = True, False
        required = [at for at, step in enumerate(rule.steps) if not step.optional]
        missing = [at for at in required if at not in self._said]
        early = self._too_early() if rule.ordered else set()
        short = len(required) - len(missing) < (rule.need or len(required))
        doubtful_ms = self.lane.doubtful_ms(rule.channel, self._since_ms, at_ms)
        unknown = short and doubtful_ms and doubtful_ms >= min(rule.steps[at].words.shortest_ms for at in missing)
        alert_id = None
        if unknown and not early:
            memory.not_judged.add(rule.id)
        elif short or early:
            alert_id = self._alert(at_ms, missing if short else [], early)
        else:
            memory.passed.add(rule.id)
        for at, step in enumerate(rule.steps):
            verdict: StepVerdict = "in_time"
            if at in early:
                verdict = "early"
            elif at not in self._said:
                verdict = "not_judged" if unknown or step.optional else "skipped"
            if at in self._said or not step.optional:
                memory.step(rule, at_ms, step.id, verdict, self._due_ms or at_ms, alert_id)
        self._unprompt(at_ms)

    def _unprompt(self, at_ms: int) -> None:
        if self._prompt_id:
            self.lane.memory.unprompt(self.rule, at_ms, self._prompt_id)
            self._prompt_id = ""

    def _too_early(self) -> set[int]:
        """Steps said before one that stands above them and was said too, or had to be."""
        out = set()
        for at, evidence in self._said.items():
            for above in range(at):
                first = self._said.get(above)
                if first is not None and first.start_ms > evidence.start_ms:
                    out.add(at)
        return out

    def _alert(self, at_ms: int, missing: list[int], early: set[int]) -> str:
        rule = self.rule
        name = [step.title or step.id for step in rule.steps]
        parts = [f"未做：{'、'.join(name[at] for at in missing)}"] if missing else []
        parts += [f"过早：{'、'.join(name[at] for at in sorted(early))}"] if early else []
        evidence = (*self._anchor, *(self._said[at] for at in sorted(early)))
        start_ms = self._anchor[0].start_ms if self._anchor else self._since_ms
        assert start_ms is not None
        return self.lane.memory.alert(
            rule, at_ms, rule.channel, start_ms, at_ms, f"{rule.said}（{'；'.join(parts)}）", evidence,
            "missing" if missing else "out_of_order",
        )  # fmt: skip
