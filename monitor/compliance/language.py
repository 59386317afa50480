"""Kind `language`: another language or dialect than expected, by the recogniser's own guess over several utterances.

Fires when `times` of the last `of` utterances of the channel were taken for another language with at least min_prob.
Always "probable": a guess. A recogniser that does not guess (language null) leaves the rule not judged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from monitor.compliance.rule import Rule
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import Evidence
from monitor.core.types import Channel


class Language(Rule):
    """expected: language codes that are in order. min_voiced_ms: shorter utterances tell nothing."""

    kind: Literal["language"]
    channel: Channel = "agent"
    expected: tuple[str, ...] = ("zh",)
    times: int = Field(3, ge=1, le=20)
    of: int = Field(5, ge=1, le=50)
    min_prob: float = Field(0.6, ge=0, le=1)
    min_voiced_ms: int = Field(1500, ge=0, le=10_000)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Guessing(self, words)
        words.add(runner)
        return (runner,)


class _Guessing(Runner):
    hears = True

    def __init__(self, rule: Language, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._last: deque[Evidence | None] = deque(maxlen=rule.of)
        self._prompt_id = ""
        self._raised = self._known = self._spoke = False

    def words(self, words: Words, found: Sequence[Found]) -> None:
        rule, answered_ms = self.rule, self.lane.state.answered_ms
        if words.channel != rule.channel or answered_ms is None or words.start_ms < answered_ms:
            return
        if words.voiced_ms < rule.min_voiced_ms:
            return
        self._spoke = True
        if words.language is None or words.language_prob is None:
            return
        self._known = True
        other = words.language not in rule.expected and words.language_prob >= rule.min_prob
        quote = f"{words.language} {words.language_prob:.2f}"
        proof = Evidence(quote=quote, start_ms=words.start_ms, end_ms=words.end_ms, certainty="probable")
        self._last.append(proof if other else None)
        evidence = [one for one in self._last if one is not None]
        if len(evidence) >= rule.times and not self._raised:
            self._raised = True
            if rule.prompt:
                self._prompt_id = self.lane.memory.prompt(rule, words.end_ms, words.start_ms, rule.prompt)
            start_ms = evidence[0].start_ms
            self.lane.memory.alert(
                rule, words.end_ms, rule.channel, start_ms, words.end_ms, evidence=evidence, verdict="other_language"
            )

    def finish(self, end_ms: int) -> None:
        if self._prompt_id:
            self.lane.memory.unprompt(self.rule, end_ms, self._prompt_id)
        if not self._raised and self._spoke:
            (self.lane.memory.passed if self._known else self.lane.memory.not_judged).add(self.rule.id)
