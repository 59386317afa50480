"""Rules tried on plain text: what `linewatch rules try` shows. Speech evidence is assumed; timed rules are left out."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter

from monitor.compliance.engine import Engine
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import AlertRaised, CallAnswered, Event, SpeechEnded, SpeechStarted, Utterance
from monitor.core.types import CHANNELS, CallInfo
from monitor.errors import ConfigError
from monitor.speech.normalise import normalise

_PACE_MS, _PAUSE_MS = 220, 600


Turn = tuple[str, str, str, str]
"""dialog, turn, role (agent or customer), text"""
COLUMNS = ("dialog", "turn", "role", "text")


def read_tsv(name: str, text: str) -> list[Turn]:
    """A table with a header line of these columns in any order; others are passed over. Raises ConfigError."""
    lines = text.splitlines()
    header = lines[0].lstrip("\ufeff").split("\t") if lines else []
    missing = [column for column in COLUMNS if column not in header]
    if missing:
        wanted = f"Wanted, tab-separated: {', '.join(COLUMNS)}"
        raise ConfigError(f"{name}:1", f"no column {', '.join(missing)}", do=wanted)
    where = [header.index(column) for column in COLUMNS]
    turns: list[Turn] = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if not line.strip():
            continue
        if len(cells) <= max(where):
            raise ConfigError(f"{name}:{number}", "too few columns", str(len(cells)), f"Wanted: {len(header)}")
        dialog, turn, role, said = (cells[at] for at in where)
        if role not in CHANNELS:
            raise ConfigError(f"{name}:{number}", "role is agent or customer", role)
        turns.append((dialog, turn, role, said))
    return turns


def try_text(rulebook: Rulebook, turns: Iterable[Turn]) -> tuple[list[str], list[dict[str, str]]]:
    """Ids of the rules left out, and the hits of the others: dialog, turn, rule_id, kind, severity, quote, certainty.

    turns: those of a dialogue stand together, in order. certainty is that of the weakest piece of evidence, and
    "certain" where something was not said.
    """
    timed = [rule.id for rule in rulebook.rules if rule.timed]
    book = rulebook.only(*(rule.id for rule in rulebook.rules if not rule.timed))
    hits = [hit for _, group in itertools.groupby(turns, key=itemgetter(0)) for hit in _hits(book, list(group))]
    return timed, hits


def _hits(book: Rulebook, turns: list[Turn]) -> Iterator[dict[str, str]]:
    starts, events = _dialog(book, turns)
    for event in events:
        body = event.body
        if type(body) is not AlertRaised:
            continue
        dialog, turn, _, _ = turns[max(0, bisect_right(starts, body.start_ms) - 1)]
        certain = all(one.certainty == "certain" for one in body.evidence)
        yield {
            "dialog": dialog, "turn": turn, "rule_id": body.rule_id, "kind": book.rule(body.rule_id).kind,
            "severity": body.severity, "quote": "；".join(one.quote for one in body.evidence),
            "certainty": "certain" if certain else "probable",
        }  # fmt: skip


def _dialog(book: Rulebook, turns: list[Turn]) -> tuple[list[int], list[Event]]:
    engine = Engine(book, CallInfo(call_id=turns[0][0], source="text"))
    out = engine.push(Event(0, None, CallAnswered(inferred=True)))
    starts: list[int] = []
    now_ms = 0
    for number, (_, _, role, said) in enumerate(turns):
        text, channel = normalise(said), CHANNELS[CHANNELS.index(role)]
        start_ms = now_ms + _PAUSE_MS
        end_ms = start_ms + _PACE_MS * max(1, len(text))
        starts.append(start_ms)
        body = Utterance(
            segment_id=str(number), start_ms=start_ms, end_ms=end_ms, text=text, voiced_ms=end_ms - start_ms
        )
        out += engine.push(Event(start_ms + 100, channel, SpeechStarted(since_ms=start_ms)))
        out += engine.push(Event(end_ms + 300, channel, SpeechEnded(since_ms=start_ms, end_ms=end_ms)))
        out += engine.push(Event(end_ms, channel, body))
        now_ms = end_ms + 300
    return starts, out + engine.finish(now_ms + _PAUSE_MS)
