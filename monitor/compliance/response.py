"""Kind `response`: words that must stand near an anchor: after it, before it, or around it.

`side = "after"`: within so many ms, turns or sentences of the one who answers, else the alert is raised, stamped with
the deadline. "before": they must have been said already when the anchor comes. "around": either. A turn is all that
one channel says until the other speaks. The anchor's own utterance counts as said before it, never as after. Where the
window holds speech that was not heard, lost, suppressed or doubtful for at least as long as the shortest phrase, or the
call ended inside it: not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.anchor import Anchor
from monitor.compliance.rule import Listening, Rule, Said, Wording, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.turns import TurnCount, keys
from monitor.compliance.words import Words
from monitor.core.events import Event, Evidence
from monitor.core.types import Channel


class Response(Rule):
    """after: the anchor. channel: who has to say `words`. each: every anchor is judged, else the first only.
    unless_said: an anchor does not count once `channel` has said this. prompt is shown when the anchor comes, and
    cleared when it is answered or judged."""

    quoted: ClassVar[frozenset[str]] = frozenset({"anchor"})

    kind: Literal["response"]
    after: Anchor
    side: Literal["after", "before", "around"] = "after"
    channel: Channel = "agent"
    words: Said
    unless_said: Wording = Wording()
    within_ms: int | None = Field(None, ge=100, le=600_000)
    within_turns: int | None = Field(None, ge=1, le=50)
    within_sentences: int | None = Field(None, ge=1, le=100)
    each: bool = False

    @property
    def timed(self) -> bool:
        return self.after.words.empty or (self.within_turns is None and self.within_sentences is None)

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.within_ms is None and self.within_turns is None and self.within_sentences is None:
            raise ValueError("one of within_ms, within_turns and within_sentences is needed")
        return self

    def listening(self) -> Iterator[Listening]:
        yield from self.after.listening()
        yield from wording_keys("words", self.words, self.channel)
        yield from wording_keys("said", self.unless_said, self.channel)

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
        self._count = TurnCount(rule.channel)
        self._past = TurnCount(rule.channel)
        self._history: dict[int, tuple[int, int, int]] = {}
        self._prompt_id = ""
        self._used = False
        self.awake = rule.side != "after"
        self._excluded = False

    def fact(self, event: Event) -> None:
        if self.rule.after.in_fact(event):
            self._begin(event.at_ms, ())

    def words(self, words: Words, found: Sequence[Found]) -> None:
        rule = self.rule
        self._past.take(words)
        if self._since_ms is not None:
            self._count.take(words)
            if words.channel == rule.channel:
                if self._too_late():
                    self._judge(words.start_ms)
                elif self._answered(words, found):
                    self._remember(found)
                    return
        if self._since_ms is None and words.channel == rule.after.channel and found:
            anchors = rule.after.in_words(found)
            if anchors:
                if rule.after.channel == rule.channel:
                    self._remember(found)
                self._begin(max(one.evidence.end_ms for one in anchors), tuple(one.evidence for one in anchors))
                self._count.reset(words.channel)
        self._remember(found)

    def _remember(self, found: Sequence[Found]) -> None:
        said = keys(found, "said")
        self._excluded = self._excluded or bool(said and self.rule.unless_said.satisfied({one.key[1] for one in said}))
        for one in keys(found, "words"):
            self._history[one.key[1]] = (one.evidence.end_ms, self._past.turns, self._past.sentences)

    def _too_late(self) -> bool:
        rule, count = self.rule, self._count
        return (rule.within_turns is not None and count.turns > rule.within_turns) or (
            rule.within_sentences is not None and count.sentences > rule.within_sentences
        )

    def _begin(self, at_ms: int, evidence: tuple[Evidence, ...]) -> None:
        rule, answered_ms = self.rule, self.lane.state.answered_ms
        if self._since_ms is not None or answered_ms is None or at_ms < answered_ms or (self._used and not rule.each):
            return
        if self._excluded or not rule.after.early(at_ms, answered_ms):
            return
        self._used, self._since_ms, self._anchor = True, at_ms, evidence
        self.awake = True
        self._said = set()
        self._count.reset()
        if rule.side != "after" and rule.words.satisfied(self._already(at_ms)):
            self._met(at_ms)
        elif rule.side == "before":
            self._judge(at_ms)
        else:
            self._wait(at_ms)

    def _already(self, at_ms: int) -> set[int]:
        """Groups said near enough before the anchor."""
        rule, past = self.rule, self._past
        return {
            group
            for group, (end_ms, turn, sentence) in self._history.items()
            if (rule.within_ms is None or at_ms - end_ms <= rule.within_ms)
            and (rule.within_turns is None or past.turns - turn < rule.within_turns)
            and (rule.within_sentences is None or past.sentences - sentence < rule.within_sentences)
        }

    def _wait(self, at_ms: int) -> None:
        rule = self.rule
        if rule.within_ms is not None:
            self._due_ms = at_ms + rule.within_ms
            self.lane.set_timer(self._due_ms, self)
        if rule.prompt:
            self._prompt_id = self.lane.memory.prompt(rule, at_ms, at_ms, rule.prompt)

    def _answered(self, words: Words, found: Sequence[Found]) -> bool:
        for one in keys(found, "words"):
            if self._due_ms is None or one.evidence.start_ms <= self._due_ms:
                self._said.add(one.key[1])
        if not self.rule.words.satisfied(self._said):
            return False
        self._met(words.end_ms)
        return True

    def timer(self, at_ms: int) -> None:
        if self._since_ms is not None and at_ms == self._due_ms:
            self._judge(at_ms)

    def finish(self, end_ms: int) -> None:
        if self._since_ms is None:
            return
        rule, count = self.rule, self._count
        full = (rule.within_turns is not None and count.turns >= rule.within_turns) or (
            rule.within_sentences is not None and count.sentences >= rule.within_sentences
        )
        if full:
            self._judge(end_ms)
        else:
            self.lane.memory.not_judged.add(rule.id)
            self._end(end_ms)

    def _met(self, at_ms: int) -> None:
        self.lane.memory.passed.add(self.rule.id)
        self._end(at_ms)

    def _judge(self, at_ms: int) -> None:
        rule, since_ms = self.rule, self._since_ms
        assert since_ms is not None
        start_ms = since_ms - (rule.within_ms or 60_000) if rule.side != "after" else since_ms
        doubtful_ms = self.lane.doubtful_ms(rule.channel, start_ms, at_ms)
        if doubtful_ms and doubtful_ms >= rule.words.shortest_ms:
            self.lane.memory.not_judged.add(rule.id)
        else:
            missing = "；".join(rule.words.missing(self._said))
            first_ms = self._anchor[0].start_ms if self._anchor else since_ms
            self.lane.memory.alert(
                rule, at_ms, rule.channel, first_ms, at_ms, f"{rule.said}（未说：{missing}）", self._anchor, "missing"
            )
        self._end(at_ms)

    def _end(self, at_ms: int) -> None:
        self._since_ms = self._due_ms = None
        self.awake = self.rule.side != "after"
        if self._prompt_id:
            self.lane.memory.unprompt(self.rule, at_ms, self._prompt_id)
            self._prompt_id = ""
