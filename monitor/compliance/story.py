"""A call written down: what rule examples and tests are made of.

One line for each thing that happens, times in seconds of call audio:

    answered at 3                      (else at 0; "never answered" for a call that nobody took)
    0.5-3 agent: 您好,请问有什么可以帮助您?
    customer: 我要投诉                  (without times: half a second after the line before, at an easy pace)
    4-6 agent (lost): …                lost, suppressed, a confidence (0.2), a language and its probability (yue 0.9),
                                       the speech level (-30 dBov), pitch (220 Hz), its range (5 st); commas between
    2-9 low_volume customer warn       any condition, its channel, then level, kind or cause; "2-" while the call lasts
    10 hold on                         also: hold off, transfer, surname 王
    31.5 hangup agent                  or customer, system, unknown

Speech facts and silence follow from these as the signal bank would report them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, get_args

from monitor.core.events import (
    CallAnswered,
    CallData,
    CallEnded,
    Condition,
    ConditionEnded,
    ConditionStarted,
    Event,
    SpeechEnded,
    SpeechStarted,
    Utterance,
)
from monitor.core.types import CHANNELS, Channel
from monitor.speech.normalise import normalise

SURE_MS, GAP_MS, SILENCE_MS = 100, 300, 2000
_AFTER_MS, _CHARACTER_MS, _SHORTEST_MS, _ANSWER_MS, _TAIL_MS = 500, 220, 600, 800, 1000
_TIME = r"(?:(?P<start>\d+(?:\.\d+)?)(?:-(?P<end>\d+(?:\.\d+)?)?)?\s+)?"
_SAID = re.compile(rf"^{_TIME}(?P<who>agent|customer)\s*(?:\((?P<how>[\w.\- ,]+)\))?\s*[:：]\s*(?P<text>.*)$")
_OTHER = re.compile(rf"^{_TIME}(?P<word>[a-z_]+)\s*(?P<rest>.*)$")
_CONDITIONS = get_args(Condition)


@dataclass(frozen=True, slots=True)
class Line:
    channel: Channel
    start_ms: int
    end_ms: int
    text: str
    lost: str | None = None
    suppressed: tuple[str, ...] | None = None
    confidence: float | None = 0.9
    language: str | None = None
    language_prob: float | None = None
    level_dbov: float | None = None
    pitch_hz: float | None = None
    pitch_range_st: float | None = None


@dataclass(slots=True)
class Story:
    """answered_ms None: never. end_ms: how much audio there is."""

    lines: list[Line] = field(default_factory=list)
    others: list[Event] = field(default_factory=list)
    answered_ms: int | None = 0
    end_ms: int = 0

    @classmethod
    def read(cls, text: str) -> Story:
        """Raises ValueError naming the line that is not understood."""
        story = cls()
        now_ms = 0
        for line in filter(None, (part.strip() for part in text.splitlines())):
            now_ms = story._line(line, now_ms)
        last = [now_ms, *(one.end_ms for one in story.lines), *(one.at_ms for one in story.others)]
        if not any(one.type == "call.ended" for one in story.others) and not story.end_ms:
            story.end_ms = max(last) + _TAIL_MS
        story.end_ms = max(story.end_ms, max(last))
        story._close_conditions()
        return story

    def _line(self, line: str, now_ms: int) -> int:
        other = _OTHER.match(line)
        bare = other is None or not re.match(r"[a-z_]", other["word"])
        said = _SAID.match(line) or (_SAID.match(f"agent: {line}") if bare else None)
        if said is not None:
            return self._said(said, now_ms)
        assert other is not None
        return self._other(line, other, now_ms)

    def _said(self, said: re.Match[str], now_ms: int) -> int:
        text, how = said["text"], said["how"]
        start_ms = _ms(said["start"]) if said["start"] else now_ms + _AFTER_MS
        easy_ms = max(_SHORTEST_MS, _CHARACTER_MS * len(re.sub(r"\W", "", text)))
        end_ms = _ms(said["end"]) if said["end"] else start_ms + easy_ms
        channel: Channel = "agent" if said["who"] == "agent" else "customer"
        self.lines.append(Line(channel, start_ms, end_ms, normalise(text), **_manner(how or "")))
        return end_ms

    def _other(self, line: str, other: re.Match[str], now_ms: int) -> int:
        word, rest = other["word"], other["rest"].split()
        start_ms = _ms(other["start"]) if other["start"] else now_ms + _AFTER_MS
        if word == "answered":
            self.answered_ms = _ms(rest[-1]) if rest else start_ms
            return now_ms
        if word == "never":
            self.answered_ms = None
            return now_ms
        if word == "end":
            self.end_ms = start_ms
        elif word == "hangup":
            ended_by: Any = rest[0] if rest else "unknown"
            self._at(start_ms, None, CallEnded(reason="hangup", ended_by=ended_by, inferred=False))
        elif word in ("hold", "mute", "pause"):
            self._at(start_ms, None, CallData(kind=word, on=rest[:1] != ["off"]))
        elif word in ("transfer", "surname"):
            self._at(start_ms, None, CallData(kind=word, value=rest[0] if rest else None))
        elif word in _CONDITIONS:
            self._condition(word, rest, start_ms, _ms(other["end"]) if other["end"] else None)
        else:
            raise ValueError(f'"{line}" is not understood')
        return max(now_ms, start_ms)

    def _at(self, at_ms: int, channel: Any, body: Any) -> None:
        self.others.append(Event(at_ms, channel, body))

    def _condition(self, name: str, rest: list[str], start_ms: int, end_ms: int | None) -> None:
        values: dict[str, Any] = {"condition": name, "since_ms": start_ms}
        for word in rest[1:]:
            values["level" if word in ("warn", "alarm") else "cause" if word == "no_media" else "kind"] = word
        channel = rest[0] if rest else "both"
        self._at(start_ms, channel, ConditionStarted(**values))
        if end_ms is not None:
            self._at(end_ms, channel, ConditionEnded(**values, end_ms=end_ms))

    def _close_conditions(self) -> None:
        """As the bank does at hang-up."""
        open_ones: dict[tuple[Any, str], Event] = {}
        for event in sorted(self.others, key=lambda one: one.at_ms):
            if isinstance(event.body, ConditionEnded):
                open_ones.pop((event.channel, event.body.condition), None)
            elif isinstance(event.body, ConditionStarted):
                open_ones[(event.channel, event.body.condition)] = event
        for event in open_ones.values():
            body = ConditionEnded(**event.body.model_dump(), end_ms=self.end_ms)
            self.others.insert(0, Event(self.end_ms, event.channel, body))

    def facts(self, delay_ms: Callable[[int], int] = lambda _: _ANSWER_MS) -> list[tuple[int, Event]]:
        """(heard_ms, fact) in the order a call would store them. delay_ms: the recogniser's, by number of line."""
        signals = [(event.at_ms, 1 if event.type == "call.ended" else 0, event) for event in self._signals()]
        for number, line in enumerate(self.lines):
            body = Utterance(
                segment_id=f"{line.channel}-{line.start_ms}",
                start_ms=line.start_ms,
                end_ms=line.end_ms,
                text="" if line.lost else line.text,
                confidence=line.confidence,
                lost=line.lost,
                suppressed=line.suppressed,
                voiced_ms=line.end_ms - line.start_ms,
                language=line.language,
                language_prob=line.language_prob,
                level_dbov=line.level_dbov,
                pitch_hz=line.pitch_hz,
                pitch_range_st=line.pitch_range_st,
            )
            known_ms = line.end_ms + GAP_MS + max(0, delay_ms(number))
            signals.append((known_ms, 2, Event(line.end_ms, line.channel, body)))
        ordered = sorted(signals, key=lambda one: one[:2])
        return [(min(heard_ms, max(self.end_ms, event.at_ms)), event) for heard_ms, _, event in ordered]

    def _signals(self) -> Iterable[Event]:
        if self.answered_ms is not None:
            yield Event(self.answered_ms, None, CallAnswered(inferred=False))
        runs = {channel: self._runs([channel]) for channel in CHANNELS}
        for channel in CHANNELS:
            for start_ms, end_ms in runs[channel]:
                yield Event(min(start_ms + SURE_MS, end_ms), channel, SpeechStarted(since_ms=start_ms))
                at_ms = min(end_ms + GAP_MS, max(self.end_ms, end_ms))
                yield Event(at_ms, channel, SpeechEnded(since_ms=start_ms, end_ms=end_ms))
        for channel in CHANNELS:
            yield from self._silences(channel, runs[channel])
        yield from self._silences("both", self._runs(list(CHANNELS)))
        yield from self.others

    def _runs(self, channels: list[Channel]) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        for line in sorted(self.lines, key=lambda one: one.start_ms):
            if line.channel not in channels:
                continue
            if runs and line.start_ms - runs[-1][1] < GAP_MS:
                runs[-1] = (runs[-1][0], max(runs[-1][1], line.end_ms))
            else:
                runs.append((line.start_ms, line.end_ms))
        return runs

    def _silences(self, channel: Any, runs: list[tuple[int, int]]) -> Iterable[Event]:
        edges = sorted({0, self.answered_ms or 0})
        since = [(edge, min([start for start, _ in runs if start >= edge], default=None)) for edge in edges]
        since = [one for one in since if not any(start < one[0] < end for start, end in runs)][-1:]
        since += [
            (end, min([start for start, _ in runs if start >= end], default=None))
            for _, end in runs
            if end >= (self.answered_ms or 0)
        ]
        for since_ms, next_ms in since:
            end_ms = next_ms if next_ms is not None else self.end_ms
            if end_ms - since_ms < SILENCE_MS:
                continue
            body: dict[str, Any] = {"condition": "silence", "since_ms": since_ms, "value": SILENCE_MS, "unit": "ms"}
            yield Event(since_ms + SILENCE_MS, channel, ConditionStarted(**body))
            at_ms = end_ms + (SURE_MS if next_ms is not None else 0)
            body["value"] = end_ms - since_ms
            yield Event(at_ms, channel, ConditionEnded(**body, end_ms=end_ms))


_UNITS = {"dBov": "level_dbov", "Hz": "pitch_hz", "st": "pitch_range_st"}


def _manner(how: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for words in filter(None, (part.split() for part in how.split(","))):
        match words:
            case ["lost"]:
                out |= {"lost": "timeout", "confidence": None}
            case ["suppressed"]:
                out["suppressed"] = ("invented",)
            case [value, ("dBov" | "Hz" | "st") as unit]:
                out[_UNITS[unit]] = float(value)
            case [language, value]:
                out |= {"language": language, "language_prob": float(value)}
            case _:
                out["confidence"] = float(words[0])
    return out


def _ms(seconds: str) -> int:
    return round(float(seconds) * 1000)
