"""What changed rules would change, short enough to listen to: five places of stored calls, spread over the rules."""

from __future__ import annotations

import itertools
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from monitor.audit import Difference
from monitor.core.events import Envelope, Utterance

FIVE = 5
BEFORE_MS, LISTEN_MS = 2000, 12_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen. change: `new`, what only the present rules find, or `gone`, what they no longer find."""

    call_id: str
    change: Literal["new", "gone"]
    rule_id: str
    channel: str | None
    start_ms: int


def places(differences: Iterable[Difference], most: int = FIVE) -> list[Place]:
    """At most so many: of every rule and change one before any has two, found in the order of the calls."""
    by_kind: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for one in differences:
        for place in (
            *(Place(one.call_id, "new", *found) for found in one.new),
            *(Place(one.call_id, "gone", *found) for found in one.gone),
        ):
            kept = by_kind[place.rule_id, place.change]
            if len(kept) < most:
                kept.append(place)
    rounds = itertools.zip_longest(*(by_kind[key] for key in sorted(by_kind)))
    return [place for turn in rounds for place in turn if place is not None][:most]


def words_at(place: Place, envelopes: Sequence[Envelope]) -> str:
    """What was said there, by either side: the utterances that reach into the time to listen to."""
    until_ms = place.start_ms + LISTEN_MS - BEFORE_MS
    said = [
        (str(one.channel), one.body)
        for one in envelopes
        if one.type == Utterance.type and one.body["end_ms"] > place.start_ms and one.body["start_ms"] < until_ms
    ]
    return " / ".join(f"{side}: {body['text']}" for side, body in said if body["text"])


def play_command(place: Place, recordings: Mapping[str, Path]) -> str:
    """A command that plays it; where no recording of the call is known, one that shows the call's words."""
    file = recordings.get(place.call_id)
    if file is None:
        return f"linewatch calls export {shlex.quote(place.call_id)}"
    begin_s = max(0, place.start_ms - BEFORE_MS) / 1000
    return f"ffplay -autoexit -ss {begin_s:g} -t {LISTEN_MS / 1000:g} {shlex.quote(str(file))}"
