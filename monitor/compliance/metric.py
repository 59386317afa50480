"""Kind `metric`: a figure of the whole call, shown with it; an alert only where the rule says so.

speech_rate: characters a minute of voiced time, points not counted, utterances under min_chars left out. talk_share:
the channel's part of all speech in percent. count, density: hits of `words`, as such and for 100 characters.
longest_turn: ms from the first to the last word of a turn without a pause of 2 s. response_delay: mean ms from the
other's last word to the first of this channel. sentence_length: characters per utterance. interruptions: talk-overs in
which it came second.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, Self

from pydantic import Field, model_validator

from monitor.compliance.rule import Listening, Rule, Wording, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import ConditionStarted, Event, Metric, SpeechEnded, SpeechStarted
from monitor.core.types import Channel

Measure = Literal[
    "speech_rate", "talk_share", "count", "density", "longest_turn", "response_delay", "sentence_length",
    "interruptions",
]  # fmt: skip
UNITS: dict[Measure, str] = {
    "speech_rate": "chars/min", "talk_share": "%", "count": "times", "density": "per 100 chars", "longest_turn": "ms",
    "response_delay": "ms", "sentence_length": "chars", "interruptions": "times",
}  # fmt: skip
_SAID: dict[Measure, tuple[int, str]] = {
    "speech_rate": (1, "字/分"), "talk_share": (1, "%"), "count": (1, "次"), "density": (1, "次/百字"),
    "longest_turn": (1000, "秒"), "response_delay": (1000, "秒"), "sentence_length": (1, "字"),
    "interruptions": (1, "次"),
}  # fmt: skip
"""How a message says a figure: divided by so much, in this unit."""
_LONGEST_GAP_MS = 10_000
_PAUSE_MS = 2000
"""A longer pause ends a turn as measured: who waits is not holding a monologue."""


class Metric_(Rule):  # noqa: N801  (Metric is the event)
    """low, high: what is usual. alert: whether a figure outside raises one. min_speech_ms: of the channel, else not
    judged."""

    kind: Literal["metric"]
    measure: Measure
    channel: Channel = "agent"
    words: Wording = Wording()
    low: float | None = None
    high: float | None = None
    alert: bool = False
    min_chars: int = Field(4, ge=0, le=100)
    min_speech_ms: int = Field(10_000, ge=0, le=3_600_000)

    @property
    def timed(self) -> bool:
        return True

    @model_validator(mode="after")
    def _words_where_counted(self) -> Self:
        if self.words.empty == (self.measure in ("count", "density")):
            raise ValueError("words goes with the measures count and density, and only with them")
        if self.alert and self.low is None and self.high is None:
            raise ValueError("alert needs low or high")
        return self

    def listening(self) -> Iterator[Listening]:
        yield from wording_keys("words", self.words, self.channel)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Measuring(self, words)
        words.add(runner)
        return (runner,)


class _Measuring(Runner):
    wants = frozenset(("speech.started", "speech.ended", "condition.started"))
    hears = True

    def __init__(self, rule: Metric_, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._chars = self._voiced_ms = self._all_chars = self._utterances = self._hits = self._overs = 0
        self._speech_ms = {"agent": 0, "customer": 0}
        self._turn: tuple[int, int] | None = None
        self._longest = (0, 0)
        self._other_end_ms: int | None = None
        self._delays = self._delay_ms = 0

    def fact(self, event: Event) -> None:
        body = event.body
        if self.lane.state.answered_ms is None:
            return
        if isinstance(body, SpeechEnded) and event.channel in self._speech_ms:
            self._speech_ms[event.channel] += body.end_ms - body.since_ms
            if event.channel != self.rule.channel:
                self._other_end_ms = body.end_ms
        elif isinstance(body, SpeechStarted) and event.channel == self.rule.channel:
            self._replied(body.since_ms)
        elif isinstance(body, ConditionStarted) and event.channel == self.rule.channel:
            self._overs += body.condition == "talk_over"

    def _replied(self, since_ms: int) -> None:
        if self._other_end_ms is not None and 0 <= since_ms - self._other_end_ms < _LONGEST_GAP_MS:
            self._delays += 1
            self._delay_ms += since_ms - self._other_end_ms
        self._other_end_ms = None

    def words(self, words: Words, found: Sequence[Found]) -> None:
        answered_ms = self.lane.state.answered_ms
        if answered_ms is None or words.start_ms < answered_ms:
            return
        if words.channel != self.rule.channel:
            self._turn = None
            return
        if self._turn is not None and words.start_ms - self._turn[1] > _PAUSE_MS:
            self._turn = None
        self._turn = (self._turn[0] if self._turn else words.start_ms, words.end_ms)
        self._longest = max(self._longest, self._turn, key=lambda turn: turn[1] - turn[0])
        if words.heard is None:
            return
        chars = len(words.heard.chars)
        self._all_chars += chars
        self._utterances += 1
        if chars >= self.rule.min_chars:
            self._chars += chars
            self._voiced_ms += words.voiced_ms or words.end_ms - words.start_ms
        groups = {one.key[1] for one in found}
        if groups and self.rule.words.satisfied(groups):
            self._hits += len(found)

    def value(self) -> float | None:
        match self.rule.measure:
            case "speech_rate":
                return 60_000 * self._chars / self._voiced_ms if self._voiced_ms else None
            case "talk_share":
                total = sum(self._speech_ms.values())
                return 100 * self._speech_ms[self.rule.channel] / total if total else None
            case "count":
                return self._hits
            case "density":
                return 100 * self._hits / self._all_chars if self._all_chars else None
            case "longest_turn":
                return self._longest[1] - self._longest[0] or None
            case "response_delay":
                return self._delay_ms / self._delays if self._delays else None
            case "sentence_length":
                return self._all_chars / self._utterances if self._utterances else None
            case "interruptions":
                return self._overs

    def finish(self, end_ms: int) -> None:
        rule, memory = self.rule, self.lane.memory
        if self.lane.state.answered_ms is None:
            return
        value = self.value()
        value = None if value is None else round(value, 2)
        name = rule.title_en or rule.title
        memory.emit(
            end_ms, rule.channel,
            Metric(rule_id=rule.id, name=name, value=value, unit=UNITS[rule.measure], low=rule.low, high=rule.high),
        )  # fmt: skip
        if not rule.alert:
            return
        if value is None or self._speech_ms[rule.channel] < rule.min_speech_ms:
            if self._speech_ms[rule.channel]:
                memory.not_judged.add(rule.id)
        elif (rule.low is not None and value < rule.low) or (rule.high is not None and value > rule.high):
            self._outside(end_ms, value)
        else:
            memory.passed.add(rule.id)

    def _outside(self, end_ms: int, value: float) -> None:
        rule = self.rule
        low, high = rule.low, rule.high
        few = low is not None and value < low
        unheard_ms = self.lane.doubtful_ms(rule.channel, 0, end_ms)
        if few and rule.measure == "count" and unheard_ms >= rule.words.shortest_ms:
            self.lane.memory.not_judged.add(rule.id)
            return
        scale, unit = _SAID[rule.measure]
        limit = f"低于 {(low or 0) / scale:g}" if few else f"高于 {(high or 0) / scale:g}"
        whole = (self.lane.state.answered_ms or 0, end_ms)
        start_ms, stop_ms = self._longest if rule.measure == "longest_turn" else whole
        message = f"{rule.said}（{round(value / scale, 1):g} {unit}，{limit}）"
        self.lane.memory.alert(
            rule, end_ms, rule.channel, start_ms, stop_ms, message, verdict="low" if few else "high"
        )
