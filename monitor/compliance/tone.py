"""Kind `tone`: how a channel sounds beside itself: its level, pitch and pace, as the utterances carry them.

raised: `times` utterances running that are at least `louder_db` louder and `higher_st` semitones higher than the
median of up to 20 utterances of the same call before (at least 3), which raised ones never join. What follows within
`unless_ms` after `unless` does not count: who is not heard may speak up. flat: at the end of the call, the middle of
all utterances' pitch ranges (weighted by their speech; shown as a metric) lies under `range_st`.

A voice proves nothing by itself: every finding is "probable", and no such rule can be fatal. Without levels and pitch,
or with too little to compare with, it is not judged.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Sequence
from statistics import median
from typing import ClassVar, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from monitor.compliance.anchor import Anchor
from monitor.compliance.rule import Listening, Rule
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import Event, Evidence, Metric
from monitor.core.types import Channel

_BASELINE, _LEAST = 20, 3
_FLATTEST = 3
_MIN_CHARS = 4
_ONLY: dict[str, frozenset[str]] = {
    "raised": frozenset(("louder_db", "higher_st", "times", "unless", "unless_ms")),
    "flat": frozenset(("range_st", "min_speech_ms")),
}


class Tone(Rule):
    """min_voiced_ms: shorter utterances tell nothing. min_speech_ms: of utterances whose pitch range is known."""

    quoted: ClassVar[frozenset[str]] = frozenset({"anchor"})

    kind: Literal["tone"]
    look: Literal["raised", "flat"]
    channel: Channel = "agent"
    min_voiced_ms: int = Field(500, ge=0, le=10_000)
    louder_db: float = Field(6.0, ge=1, le=30, description="raised: louder than the own baseline, dB")
    higher_st: float = Field(2.0, ge=0.5, le=24, description="raised: higher than the own baseline, semitones")
    times: int = Field(2, ge=1, le=50, description="raised: so many utterances running")
    unless: Anchor | None = Field(None, description="raised: what makes speaking up lawful")
    unless_ms: int = Field(30_000, ge=1000, le=600_000)
    range_st: float = Field(2.5, ge=0.1, le=24, description="flat: a pitch range under this, semitones")
    min_speech_ms: int = Field(20_000, ge=1000, le=3_600_000)
    fatal: bool = Field(False, description="always false: evidence only", json_schema_extra={"const": False})

    @model_validator(mode="after")
    def _own_keys(self) -> Self:
        if self.fatal:
            raise ValueError("a tone of voice is evidence, never fatal")
        for look, keys in _ONLY.items():
            strange = sorted(keys & self.model_fields_set)
            if look != self.look and strange:
                raise ValueError(f'"{strange[0]}" goes with look = "{look}"')
        return self

    def listening(self) -> Iterator[Listening]:
        if self.unless is not None:
            yield from self.unless.listening()

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Raised(self, words) if self.look == "raised" else _Flat(self, words)
        words.add(runner)
        return (runner,)


class _Sound(NamedTuple):
    """chars_min: characters a minute of voiced time, None where there are too few words."""

    level_dbov: float
    pitch_hz: float
    chars_min: float | None


class _Listener(Runner):
    hears = True

    def __init__(self, rule: Tone, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self.spoke = False

    def mine(self, words: Words) -> bool:
        """Whether it is a heard utterance of the channel, after the answer, and long enough."""
        answered_ms = self.lane.state.answered_ms
        if words.channel != self.rule.channel or answered_ms is None or words.start_ms < answered_ms:
            return False
        self.spoke |= words.voiced_ms > 0
        return words.heard is not None and words.voiced_ms >= self.rule.min_voiced_ms


class _Raised(_Listener):
    wants = frozenset(("call.answered", "call.data", "condition.started"))

    def __init__(self, rule: Tone, lane: Lane) -> None:
        super().__init__(rule, lane)
        self._past: deque[_Sound] = deque(maxlen=_BASELINE)
        self._running: list[tuple[_Sound, Evidence]] = []
        self._lawful_until_ms = -1
        self._compared = self._raised = False

    def fact(self, event: Event) -> None:
        if self.rule.unless is not None and self.rule.unless.in_fact(event):
            self._allow(event.at_ms)

    def _allow(self, since_ms: int) -> None:
        self._lawful_until_ms = max(self._lawful_until_ms, since_ms + self.rule.unless_ms)

    def words(self, words: Words, found: Sequence[Found]) -> None:
        if self.rule.unless is not None and words.channel == self.rule.unless.channel:
            for one in self.rule.unless.in_words(found):
                self._allow(one.evidence.end_ms)
        if not self.mine(words) or words.level_dbov is None or words.pitch_hz is None:
            return
        if words.start_ms < self._lawful_until_ms:
            self._running = []
            return
        sound = _Sound(words.level_dbov, words.pitch_hz, _pace(words))
        if len(self._past) >= _LEAST:
            self._compared = True
            if self._stands_out(sound):
                self._running.append((sound, _proof(words)))
                if len(self._running) == self.rule.times:
                    self._raise()
                return
        self._running = []
        self._past.append(sound)

    def _stands_out(self, sound: _Sound) -> bool:
        louder, higher = self._rise(sound)
        return louder >= self.rule.louder_db and higher >= self.rule.higher_st

    def _rise(self, sound: _Sound) -> tuple[float, float]:
        level = median(one.level_dbov for one in self._past)
        hz = median(one.pitch_hz for one in self._past)
        return sound.level_dbov - level, _semitones(sound.pitch_hz, hz)

    def _raise(self) -> None:
        self._raised = True
        evidence = [one for _, one in self._running]
        strongest = max((sound for sound, _ in self._running), key=lambda sound: sound.level_dbov)
        louder, higher = self._rise(strongest)
        figures = f"{louder:+.1f} dB，{higher:+.1f} 半音"
        paces = [one.chars_min for one in self._past if one.chars_min is not None]
        if strongest.chars_min is not None and paces:
            figures += f"，语速 {100 * (strongest.chars_min / median(paces) - 1):+.0f} %"
        start_ms, end_ms = evidence[0].start_ms, evidence[-1].end_ms
        message = f"{self.rule.said}（{figures}）"
        self.lane.memory.alert(self.rule, end_ms, self.rule.channel, start_ms, end_ms, message, evidence, "raised")

    def finish(self, end_ms: int) -> None:
        if not self._raised and self.spoke:
            (self.lane.memory.passed if self._compared else self.lane.memory.not_judged).add(self.rule.id)


class _Flat(_Listener):
    def __init__(self, rule: Tone, lane: Lane) -> None:
        super().__init__(rule, lane)
        self._ranges: list[tuple[float, int, Evidence]] = []

    def words(self, words: Words, found: Sequence[Found]) -> None:
        if self.mine(words) and words.pitch_range_st is not None:
            self._ranges.append((words.pitch_range_st, words.voiced_ms, _proof(words)))

    def finish(self, end_ms: int) -> None:
        rule, memory = self.rule, self.lane.memory
        if not self.spoke:
            return
        self._ranges.sort(key=lambda one: (one[0], one[2].start_ms))
        value = self._middle()
        name = rule.title_en or rule.title
        figure = Metric(rule_id=rule.id, name=name, value=value, unit="semitones", low=rule.range_st)
        memory.emit(end_ms, rule.channel, figure)
        if value is None or sum(voiced_ms for _, voiced_ms, _ in self._ranges) < rule.min_speech_ms:
            memory.not_judged.add(rule.id)
        elif value >= rule.range_st:
            memory.passed.add(rule.id)
        else:
            evidence = sorted((one for *_, one in self._ranges[:_FLATTEST]), key=lambda one: one.start_ms)
            message = f"{rule.said}（音域 {value:.1f} 半音，低于 {rule.range_st:g}）"
            start_ms = self.lane.state.answered_ms or 0
            memory.alert(rule, end_ms, rule.channel, start_ms, end_ms, message, evidence, "flat")

    def _middle(self) -> float | None:
        """The range that half of the speech lies under."""
        half, so_far = sum(voiced_ms for _, voiced_ms, _ in self._ranges) / 2, 0
        for range_st, voiced_ms, _ in self._ranges:
            so_far += voiced_ms
            if so_far >= half:
                return range_st
        return None


def _semitones(hz: float, base_hz: float) -> float:
    return 12 * math.log2(hz / base_hz)


def _pace(words: Words) -> float | None:
    chars = len(words.heard.chars) if words.heard else 0
    return 60_000 * chars / words.voiced_ms if chars >= _MIN_CHARS and words.voiced_ms else None


def _proof(words: Words) -> Evidence:
    return Evidence(quote=words.text[:60], start_ms=words.start_ms, end_ms=words.end_ms, certainty="probable")
