"""Kind `repeat`: the same thing said again (a greeting repeated, the customer asked twice).

Two utterances of a channel are the same when their RapidFuzz ratio over sounds is at least `similarity`. Fires from the
`times`-th saying on within the last `look_back` utterances.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field
from rapidfuzz import fuzz

from monitor.compliance.rule import Listening, Rule, Wording, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import Evidence
from monitor.core.types import Channel


class Repeat(Rule):
    """words: only utterances that hold these (empty: any). unless: utterances with these do not count. min_chars:
    shorter utterances do not count."""

    kind: Literal["repeat"]
    channel: Channel = "agent"
    words: Wording = Wording()
    unless: Wording = Wording()
    times: int = Field(3, ge=2, le=20)
    look_back: int = Field(20, ge=1, le=200)
    min_chars: int = Field(6, ge=1, le=100)

    @property
    def timed(self) -> bool:
        return False

    def listening(self) -> Iterator[Listening]:
        yield from wording_keys("words", self.words, self.channel)
        yield from wording_keys("unless", self.unless, self.channel)

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Hearing(self, words)
        words.add(runner)
        return (runner,)


class _Hearing(Runner):
    hears = True

    def __init__(self, rule: Repeat, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._past: deque[tuple[str, Evidence]] = deque(maxlen=rule.look_back)

    def words(self, words: Words, found: Sequence[Found]) -> None:
        rule, answered_ms = self.rule, self.lane.state.answered_ms
        if words.channel != rule.channel or words.heard is None or answered_ms is None or words.start_ms < answered_ms:
            return
        groups = {name: {one.key[1] for one in found if one.key[0] == name} for name in ("words", "unless")}
        if (not rule.words.empty and not rule.words.satisfied(groups["words"])) or (
            groups["unless"] and rule.unless.satisfied(groups["unless"])
        ):
            return
        codes = words.heard.codes
        if len(codes) < rule.min_chars:
            return
        same = [one for other, one in self._past if fuzz.ratio(codes, other) >= rule.similarity]
        evidence = Evidence(quote=words.text[:60], start_ms=words.start_ms, end_ms=words.end_ms)
        self._past.append((codes, evidence))
        if len(same) + 1 >= rule.times:
            proof = (*same, evidence)
            message = f"{rule.said}（第 {len(proof)} 次）"
            self.lane.memory.alert(
                rule, words.end_ms, rule.channel, words.start_ms, words.end_ms, message, proof, "repeated"
            )
