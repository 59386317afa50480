"""Kind `language`: another language or dialect than expected, told by several utterances of a channel.

An utterance is a sign of it when the recogniser's own guess names another language with at least `min_prob`, when one
of `words` is in it (what only that dialect says), or, with `less_sure`, when the recogniser was so much less sure of it
than of the other channel's utterances, on a line with nothing wrong. Fires when `times` of the last `of` are signs.

Always "probable". What was not found is no proof: only guesses of the expected language pass the rule, for a recogniser
that knows one language writes it whatever it hears. Otherwise not judged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from statistics import median
from typing import ClassVar, Literal, NamedTuple

from pydantic import Field

from monitor.compliance.rule import Listening, Rule, Wording, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import ConditionEnded, ConditionStarted, Event, Evidence
from monitor.core.types import Channel

_OTHERS, _LEAST = 20, 3
_UNDERSTOOD = 0.5
"""Confidence in the other channel under which the recogniser is taken to understand nobody on this line."""
_DISTURBED = frozenset(("noise", "low_volume", "clipping", "dropout", "reverberant", "music"))
_HOW = {"score": "语种判断", "words": "用语", "doubt": "听不准"}


class Language(Rule):
    """expected: language codes that are in order. min_voiced_ms: guesses on shorter utterances tell nothing."""

    quoted: ClassVar[frozenset[str]] = frozenset({"words"})

    kind: Literal["language"]
    channel: Channel = "agent"
    expected: tuple[str, ...] = Field(("zh",), min_length=1)
    words: Wording = Wording()
    times: int = Field(3, ge=1, le=20)
    of: int = Field(5, ge=1, le=50)
    min_prob: float = Field(0.6, ge=0, le=1)
    less_sure: float | None = Field(
        None, ge=0.05, le=1, description="how much lower the confidence than the median of the other channel's"
    )
    min_voiced_ms: int = Field(1500, ge=0, le=10_000)

    def listening(self) -> Iterator[Listening]:
        yield from wording_keys("words", self.words, self.channel)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Guessing(self, words)
        words.add(runner)
        return (runner,)


class _Sign(NamedTuple):
    """prob: the recogniser's, for how == "score"."""

    how: Literal["score", "words", "doubt"]
    evidence: Evidence
    prob: float | None = None


class _Guessing(Runner):
    wants = frozenset(("condition.started", "condition.ended"))
    hears = True

    def __init__(self, rule: Language, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._last: deque[_Sign | None] = deque(maxlen=rule.of)
        self._others: deque[float] = deque(maxlen=_OTHERS)
        self._disturbed: set[str] = set()
        self._prompt_id = ""
        self._raised = False
        self._spoken = self._guessed = 0

    def fact(self, event: Event) -> None:
        body = event.body
        if event.channel != self.rule.channel or not isinstance(body, ConditionStarted):
            return
        if isinstance(body, ConditionEnded):
            self._disturbed.discard(body.condition)
        elif body.condition in _DISTURBED:
            self._disturbed.add(body.condition)

    def words(self, words: Words, found: Sequence[Found]) -> None:
        answered_ms = self.lane.state.answered_ms
        if answered_ms is None or words.start_ms < answered_ms:
            return
        if words.channel != self.rule.channel:
            if words.heard is not None and words.confidence is not None:
                self._others.append(words.confidence)
            return
        long_enough = words.voiced_ms >= self.rule.min_voiced_ms
        self._spoken += long_enough
        self._guessed += long_enough and words.language_prob is not None
        sign = self._wording(words, found) or (self._guess(words) or self._doubt(words) if long_enough else None)
        if sign is None and not (long_enough and self._can_tell(words)):
            return
        self._last.append(sign)
        signs = [one for one in self._last if one is not None]
        if len(signs) >= self.rule.times and not self._raised:
            self._raise(signs, words)

    def _can_tell(self, words: Words) -> bool:
        """Whether an utterance without a sign speaks against another language."""
        return words.language_prob is not None or (not self.rule.words.empty and words.heard is not None)

    def _wording(self, words: Words, found: Sequence[Found]) -> _Sign | None:
        if not self.rule.words.satisfied({one.key[1] for one in found}):
            return None
        quote = "、".join(dict.fromkeys(one.evidence.quote for one in found))[:60]
        return _Sign("words", _proof(words, quote))

    def _guess(self, words: Words) -> _Sign | None:
        if words.language is None or words.language_prob is None:
            return None
        if words.language in self.rule.expected or words.language_prob < self.rule.min_prob:
            return None
        return _Sign("score", _proof(words, f"{words.language} {words.language_prob:.2f}"), words.language_prob)

    def _doubt(self, words: Words) -> _Sign | None:
        if self.rule.less_sure is None or words.confidence is None or self._disturbed or len(self._others) < _LEAST:
            return None
        usual = median(self._others)
        if usual < _UNDERSTOOD or words.confidence > usual - self.rule.less_sure:
            return None
        return _Sign("doubt", _proof(words, f"置信度 {words.confidence:.2f}，另一方 {usual:.2f}"))

    def _raise(self, signs: Sequence[_Sign], words: Words) -> None:
        rule, memory = self.rule, self.lane.memory
        self._raised = True
        start_ms = signs[0].evidence.start_ms
        if rule.prompt:
            self._prompt_id = memory.prompt(rule, words.end_ms, words.start_ms, rule.prompt)
        kinds = [how for how in _HOW if any(one.how == how for one in signs)]
        figures = "、".join(_HOW[how] for how in kinds)
        probs = [one.prob for one in signs if one.prob is not None]
        if probs:
            figures += f" {sum(probs) / len(probs):.2f}"
        message = f"{rule.said}（{figures}，{len(self._last)} 句中 {len(signs)} 句）"
        verdict = "hard_to_follow" if kinds == ["doubt"] else "other_language"
        evidence = [one.evidence for one in signs]
        memory.alert(rule, words.end_ms, rule.channel, start_ms, words.end_ms, message, evidence, verdict)

    def finish(self, end_ms: int) -> None:
        memory = self.lane.memory
        if self._prompt_id:
            memory.unprompt(self.rule, end_ms, self._prompt_id)
        if not self._raised and self._spoken:
            most = 2 * self._guessed >= self._spoken
            (memory.passed if most else memory.not_judged).add(self.rule.id)


def _proof(words: Words, quote: str) -> Evidence:
    return Evidence(quote=quote, start_ms=words.start_ms, end_ms=words.end_ms, certainty="probable")
