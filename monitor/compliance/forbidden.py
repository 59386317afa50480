"""Kind `forbidden`: words the agent (or whoever `channel` names) must not say.

Fires on the utterance that holds them, without waiting for anything. One alert for each utterance, with a piece of
evidence for each phrase. A phrase cut in two by the segmenter is found when both halves are there. With `range`,
`times` or `near` the words are taken in order, so the alert comes when everything before them is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from pydantic import Field

from monitor.compliance.anchor import Anchor
from monitor.compliance.matcher import ALIKE_FROM, Hit
from monitor.compliance.rule import Listening, Rule, Said, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.turns import Range, keys
from monitor.compliance.words import Words
from monitor.core.events import Event
from monitor.core.types import Channel

_NOT_MEANT = re.compile(
    "((?<!是)不是|并非|没有|没|别|不会|不能|不要|不敢|绝不|从不|从没|怎么会|怎么能)"
    "再?[要想在]?对?[您你]?(说|讲|觉得|认为|以为|意味着|表示)?$"
    "|骂[了过您你他她我是成为]{0,3}$"
)
_BEFORE = 10
_KEPT = 64


def _long(hit: Hit) -> bool:
    """A short exception that only sounds right excuses nothing: 担保月底 is not 包月."""
    return hit.end - hit.start >= ALIKE_FROM


class Forbidden(Rule):
    """unless: a hit that shares characters with one of these does not count (「喂」 not in 「喂您好」). negation: a hit
    right after 「不是说」, 「没有说」 and the like does not count, nor what somebody was called (「被骂是」).
    times: fires from the so-manieth time in a call."""

    quoted: ClassVar[frozenset[str]] = frozenset({"words"})
    told_of_phrases: ClassVar[bool] = True

    kind: Literal["forbidden"]
    channel: Channel = "agent"
    words: Said
    unless: tuple[str, ...] = Field((), description="larger phrases in which a hit is harmless")
    negation: bool = Field(True, description="a phrase that is denied is not counted")
    similarity: int = Field(85, ge=60, le=100)
    range: Range = Range()
    times: int = Field(1, ge=1, le=100)
    near: Anchor | None = Field(None, description="only what is said in the near_ms after this anchor")
    near_ms: int = Field(20_000, ge=100, le=3_600_000)

    @property
    def forbids(self) -> Channel:
        return self.channel

    @property
    def lazy(self) -> bool:
        return self.times == 1 and self.range == Range() and self.near is None

    @property
    def timed(self) -> bool:
        limits = (self.range.from_ms, self.range.first_ms, self.range.last_ms, self.near)
        return any(limit is not None for limit in limits)

    def listening(self) -> Iterator[Listening]:
        yield from wording_keys("words", self.words, self.channel)
        if self.unless:
            yield Listening(self.channel, ("unless", 0), self.unless)
        if self.near is not None:
            yield from self.near.listening()

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        if self.lazy:
            return (Watch(self, signal),)
        runner = Ranged(self, words)
        words.add(runner)
        return (runner,)

    def counted(self, words: Words, found: Sequence[Found]) -> list[Found]:
        """The hits that mean what they say; none where they are not enough."""
        harmless = [one.hit for one in keys(found, "unless") if one.hit.score == 100 or _long(one.hit)]
        kept = [
            one
            for one in keys(found, "words")
            if not any(hit.start < one.hit.end and one.hit.start < hit.end for hit in harmless)
            and not self._denied(words, one)
        ]
        return kept if self.words.satisfied({one.key[1] for one in kept}) else []

    def _denied(self, words: Words, one: Found) -> bool:
        if not self.negation or words.heard is None or one.evidence.start_ms < words.start_ms:
            return False
        return bool(_NOT_MEANT.search(words.heard.chars[max(0, one.hit.start - _BEFORE) : one.hit.start]))

    def report(self, lane: Lane, counted: Sequence[Found]) -> None:
        evidence = sorted((one.evidence for one in counted), key=lambda one: (one.start_ms, one.end_ms, one.quote))
        start_ms, end_ms = evidence[0].start_ms, max(one.end_ms for one in evidence)
        lane.memory.alert(self, end_ms, self.channel, start_ms, end_ms, evidence=evidence)
        lane.memory.quote(self, self.channel, evidence)


class Watch(Runner):
    """Holds nothing of the call: every utterance is judged by itself."""

    def __init__(self, rule: Forbidden, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id

    def words(self, words: Words, found: Sequence[Found]) -> None:
        answered_ms = self.lane.state.answered_ms
        if answered_ms is None or words.start_ms < answered_ms:
            return
        counted = self.rule.counted(words, found)
        if counted:
            self.rule.report(self.lane, counted)


class Ranged(Runner):
    """Takes the words in order, for a range, an anchor or a number of times."""

    wants = frozenset(("call.answered", "call.data", "condition.started"))
    hears = True

    def __init__(self, rule: Forbidden, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._sentences = 0
        self._times = 0
        self._kept: list[tuple[int, list[Found]]] = []
        self._near_ms: int | None = None

    def fact(self, event: Event) -> None:
        if self.rule.near is not None and self.rule.near.in_fact(event):
            self._anchor(event.at_ms)

    def _anchor(self, at_ms: int) -> None:
        near, answered_ms = self.rule.near, self.lane.state.answered_ms
        if near is not None and answered_ms is not None and near.early(at_ms, answered_ms):
            self._near_ms = at_ms

    def words(self, words: Words, found: Sequence[Found]) -> None:
        answered_ms = self.lane.state.answered_ms
        if answered_ms is None or words.start_ms < answered_ms:
            return
        if words.channel == self.rule.channel:
            self._said(words, found, answered_ms)
        near = self.rule.near
        if near is not None and words.channel == near.channel and (anchors := near.in_words(found)):
            self._anchor(max(one.evidence.end_ms for one in anchors))

    def _is_near(self, one: Found) -> bool:
        if self.rule.near is None:
            return True
        return self._near_ms is not None and 0 <= one.evidence.start_ms - self._near_ms <= self.rule.near_ms

    def _said(self, words: Words, found: Sequence[Found], answered_ms: int) -> None:
        self._sentences += 1
        if not found:
            return
        counted = [
            one
            for one in self.rule.counted(words, found)
            if self._is_near(one) and self.rule.range.opens(one, self._sentences, answered_ms)
        ]
        if not counted:
            return
        if self.rule.range.at_end:
            self._kept = [*self._kept[-_KEPT:], (self._sentences, counted)]
        else:
            self._count(counted)

    def _count(self, counted: list[Found]) -> None:
        self._times += 1
        if self._times >= self.rule.times:
            self.rule.report(self.lane, counted)

    def finish(self, end_ms: int) -> None:
        for sentence, counted in self._kept:
            late = [one for one in counted if self.rule.range.closes(one, sentence, self._sentences, end_ms)]
            if late:
                self._count(late)
