"""Rules tried on plain text: what `linewatch rules try` shows. Speech evidence is assumed; timed rules are left out."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from monitor.compliance.engine import Engine
from monitor.compliance.rule import Rule
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import AlertRaised, CallAnswered, Event, SpeechEnded, SpeechStarted, Utterance
from monitor.core.types import CallInfo, Channel
from monitor.speech.normalise import normalise

_PACE_MS, _PAUSE_MS = 220, 600


@dataclass(frozen=True, slots=True)
class Turn:
    dialog: str
    turn: str
    channel: Channel
    text: str


@dataclass(frozen=True, slots=True)
class TextHit:
    """certainty: that of the weakest piece of evidence; certain where something was not said."""

    dialog: str
    turn: str
    rule_id: str
    kind: str
    severity: str
    quote: str
    certainty: str


def text_only(rulebook: Rulebook) -> tuple[Rulebook, tuple[Rule, ...]]:
    """The rules that need no times, and those that were left out."""
    timed = tuple(rule for rule in rulebook.rules if rule.timed)
    return rulebook.only(*(rule.id for rule in rulebook.rules if not rule.timed)), timed


def try_text(rulebook: Rulebook, turns: Iterable[Turn]) -> Iterator[TextHit]:
    """Hits of the text-only rules, dialogue by dialogue. turns: those of a dialogue stand together, in order."""
    book, _ = text_only(rulebook)
    kinds = {rule.id: rule.kind for rule in book.rules}
    for dialog, group in itertools.groupby(turns, key=lambda turn: turn.dialog):
        spoken = list(group)
        starts, events = _dialog(book, dialog, spoken)
        for event in events:
            body = event.body
            if type(body) is AlertRaised:
                at = max(0, bisect_right(starts, body.start_ms) - 1)
                proof = body.evidence
                certain = all(one.certainty == "certain" for one in proof)
                yield TextHit(
                    dialog, spoken[at].turn, body.rule_id, kinds[body.rule_id], body.severity,
                    "；".join(one.quote for one in proof), "certain" if certain else "probable",
                )  # fmt: skip


def _dialog(book: Rulebook, dialog: str, turns: list[Turn]) -> tuple[list[int], list[Event]]:
    engine = Engine(book, CallInfo(call_id=dialog, source="text"))
    out = engine.push(Event(0, None, CallAnswered(inferred=True)))
    starts: list[int] = []
    now_ms = 0
    for turn in turns:
        text = normalise(turn.text)
        start_ms = now_ms + _PAUSE_MS
        end_ms = start_ms + _PACE_MS * max(1, len(text))
        starts.append(start_ms)
        body = Utterance(
            segment_id=turn.turn, start_ms=start_ms, end_ms=end_ms, text=text, voiced_ms=end_ms - start_ms
        )
        out += engine.push(Event(start_ms + 100, turn.channel, SpeechStarted(since_ms=start_ms)))
        out += engine.push(Event(end_ms + 300, turn.channel, SpeechEnded(since_ms=start_ms, end_ms=end_ms)))
        out += engine.push(Event(end_ms, turn.channel, body))
        now_ms = end_ms + 300
    return starts, out + engine.finish(now_ms + _PAUSE_MS)
