"""Kind `unanswered`: the customer asks, and within so many turns the agent says nothing of content.

An agent's utterance has content when at least min_chars of it remain without the `empty` phrases (好的, 这个不好说).
Never more than probable: a short answer may be a good one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from monitor.compliance.anchor import Anchor
from monitor.compliance.rule import SYLLABLE_MS, Listening, Rule, Said, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.turns import TurnCount
from monitor.compliance.words import Words
from monitor.core.events import Evidence


class Unanswered(Rule):
    quoted: ClassVar[frozenset[str]] = frozenset({"anchor"})

    kind: Literal["unanswered"]
    after: Anchor
    empty: Said
    within_turns: int = Field(2, ge=1, le=20)
    min_chars: int = Field(6, ge=1, le=100)

    @property
    def timed(self) -> bool:
        return False

    def listening(self) -> Iterator[Listening]:
        yield from self.after.listening()
        yield from wording_keys("empty", self.empty, "agent")

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Asked(self, words)
        words.add(runner)
        return (runner,)


class _Asked(Runner):
    hears = True

    def __init__(self, rule: Unanswered, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._question: tuple[Evidence, ...] = ()
        self._heard: list[Evidence] = []
        self._count = TurnCount("agent")

    def words(self, words: Words, found: Sequence[Found]) -> None:
        answered_ms = self.lane.state.answered_ms
        if answered_ms is None or words.start_ms < answered_ms:
            return
        if self._question:
            self._count.take(words)
            if self._count.turns > self.rule.within_turns:
                self._report(words.start_ms)
            elif words.channel == "agent":
                self._answer(words, found)
        if not self._question and words.channel == "customer":
            anchors = self.rule.after.in_words(found)
            if anchors:
                self._question = tuple(one.evidence for one in anchors)
                self._heard = []
                self._count.reset(words.channel)

    def _answer(self, words: Words, found: Sequence[Found]) -> None:
        if words.heard is None:
            self.lane.memory.not_judged.add(self.rule.id)
            self._question = ()
            return
        empty = sum(one.hit.end - one.hit.start for one in found if one.key[0] == "empty")
        if len(words.heard.chars) - empty >= self.rule.min_chars:
            self._question = ()
            self.lane.memory.passed.add(self.rule.id)
        else:
            quote = Evidence(quote=words.text[:40], start_ms=words.start_ms, end_ms=words.end_ms, certainty="probable")
            self._heard.append(quote)

    def _report(self, at_ms: int) -> None:
        evidence = (*self._question, *self._heard[:5])
        proof = [one.model_copy(update={"certainty": "probable"}) for one in evidence]
        start_ms, asked_ms = self._question[0].start_ms, self._question[0].end_ms
        if self.lane.doubtful_ms("agent", asked_ms, at_ms) >= self.rule.min_chars * SYLLABLE_MS:
            self.lane.memory.not_judged.add(self.rule.id)
            self._question = ()
            return
        self.lane.memory.alert(self.rule, at_ms, "agent", start_ms, at_ms, evidence=proof, verdict="unanswered")
        self._question = ()

    def finish(self, end_ms: int) -> None:
        if self._question and self._count.turns >= self.rule.within_turns:
            self._report(end_ms)
