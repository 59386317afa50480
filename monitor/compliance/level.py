"""Kind `level`: how loud a channel speaks, in dB against its own baseline, as the segments' speech levels tell.

The baseline is the median of up to 20 utterances before. After an anchor: within within_ms the loudest utterance's rise
must be at least `at_least_db` (A10: a little louder when the customer cannot hear) or at most `at_most_db` (A6: keep
the own volume). Without an anchor: an alert when `times` utterances running rise above `at_most_db` (shouting, as
evidence only). No levels known, or no baseline: not judged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from statistics import median
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.anchor import Anchor
from monitor.compliance.rule import Listening, Rule
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import Event, Evidence
from monitor.core.types import Channel

_BASELINE, _LEAST = 20, 3


class Level(Rule):
    quoted: ClassVar[frozenset[str]] = frozenset({"anchor"})

    kind: Literal["level"]
    channel: Channel = "agent"
    after: Anchor | None = None
    within_ms: int = Field(20_000, ge=1000, le=600_000)
    at_least_db: float | None = Field(None, ge=-30, le=30)
    at_most_db: float | None = Field(None, ge=-30, le=30)
    times: int = Field(2, ge=1, le=50)
    min_voiced_ms: int = Field(500, ge=0, le=10_000)
    fatal: bool = Field(False, description="always false: evidence only", json_schema_extra={"const": False})

    @model_validator(mode="after")
    def _a_limit(self) -> Self:
        if self.at_least_db is None and self.at_most_db is None:
            raise ValueError("one of at_least_db and at_most_db is needed")
        if self.after is None and self.at_most_db is None:
            raise ValueError("without an anchor only at_most_db has a meaning")
        if self.fatal:
            raise ValueError("loudness is evidence, never fatal")
        return self

    def listening(self) -> Iterator[Listening]:
        if self.after is not None:
            yield from self.after.listening()

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Hearing(self, words)
        words.add(runner)
        return (runner,)


class _Hearing(Runner):
    wants = frozenset(("call.answered", "call.data", "condition.started"))
    hears = True

    def __init__(self, rule: Level, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._past: deque[float] = deque(maxlen=_BASELINE)
        self._since_ms: int | None = None
        self._due_ms: int | None = None
        self._anchor: tuple[Evidence, ...] = ()
        self._base: float | None = None
        self._after: list[tuple[float, Evidence]] = []
        self._running: list[tuple[float, Evidence]] = []

    def fact(self, event: Event) -> None:
        if self.rule.after is not None and self.rule.after.in_fact(event):
            self._begin(event.at_ms, ())

    def _begin(self, at_ms: int, evidence: tuple[Evidence, ...]) -> None:
        if self._since_ms is None and self.lane.state.answered_ms is not None:
            self._since_ms, self._anchor, self._base = at_ms, evidence, self._baseline()
            self._due_ms = at_ms + self.rule.within_ms
            self._after = []
            self.lane.set_timer(self._due_ms, self)

    def _baseline(self) -> float | None:
        return median(self._past) if len(self._past) >= _LEAST else None

    def words(self, words: Words, found: Sequence[Found]) -> None:
        rule = self.rule
        if words.channel == rule.channel and words.level_dbov is not None and words.voiced_ms >= rule.min_voiced_ms:
            proof = Evidence(quote=words.text[:60], start_ms=words.start_ms, end_ms=words.end_ms, certainty="probable")
            self._level(words.level_dbov, proof)
        if rule.after is not None and words.channel == rule.after.channel:
            anchors = rule.after.in_words(found)
            if anchors:
                self._begin(max(one.evidence.end_ms for one in anchors), tuple(one.evidence for one in anchors))

    def _level(self, level_dbov: float, evidence: Evidence) -> None:
        rule, base = self.rule, self._baseline()
        if self._since_ms is not None:
            self._after.append((level_dbov, evidence))
            return
        if rule.after is None and base is not None and rule.at_most_db is not None:
            if level_dbov - base > rule.at_most_db:
                self._running.append((level_dbov - base, evidence))
                if len(self._running) == rule.times:
                    self._raise(max(rise for rise, _ in self._running), [one for _, one in self._running], "high")
                return
            self._running = []
        self._past.append(level_dbov)

    def timer(self, at_ms: int) -> None:
        if self._since_ms is not None and at_ms == self._due_ms:
            self._judge()

    def finish(self, end_ms: int) -> None:
        if self._since_ms is not None:
            self._judge()

    def _judge(self) -> None:
        rule, memory = self.rule, self.lane.memory
        if self._base is None or not self._after:
            memory.not_judged.add(rule.id)
        else:
            rise, evidence = max(((level - self._base, one) for level, one in self._after), key=lambda one: one[0])
            if rule.at_least_db is not None and rise < rule.at_least_db:
                self._raise(rise, [*self._anchor, evidence], "low")
            elif rule.at_most_db is not None and rise > rule.at_most_db:
                self._raise(rise, [*self._anchor, evidence], "high")
            else:
                memory.passed.add(rule.id)
        self._past.extend(level for level, _ in self._after)
        self._since_ms = self._due_ms = None

    def _raise(self, rise_db: float, evidence: list[Evidence], verdict: str) -> None:
        start_ms, end_ms = min(one.start_ms for one in evidence), max(one.end_ms for one in evidence)
        message = f"{self.rule.said}（{rise_db:+.1f} dB）"
        at_ms = max(self._due_ms or 0, end_ms)
        self.lane.memory.alert(self.rule, at_ms, self.rule.channel, start_ms, end_ms, message, evidence, verdict)
