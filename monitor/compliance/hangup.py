"""Kind `hangup`: the agent may not end the call first, but lawfully.

Lawful: a goodbye of the agent and wait_ms after it; a transfer; or the customer said goodbye. A hang-up that a script
has judged (silent call, low volume, noise) is not judged again. Who hung up unknown: not judged. The customer or the
system: nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from pydantic import Field

from monitor.compliance.rule import Listening, Rule, Said, Wording, wording_keys
from monitor.compliance.runner import Found, Lane, Runner
from monitor.compliance.words import Words
from monitor.core.events import CallData, CallEnded, Event
from monitor.core.types import CHANNELS, EndedBy


class Hangup(Rule):
    """goodbye: of the agent. farewell: of the customer. within_ms: a goodbye older than this no longer counts.
    wait_ms: how long the agent waits after the goodbye."""

    kind: Literal["hangup"]
    goodbye: Said
    farewell: Wording = Wording()
    within_ms: int = Field(20_000, ge=1000, le=600_000)
    wait_ms: int = Field(2000, ge=0, le=60_000)
    early_ms: int = Field(500, ge=0, le=10_000)

    def listening(self) -> Iterator[Listening]:
        yield from wording_keys("goodbye", self.goodbye, "agent")
        yield from wording_keys("farewell", self.farewell, "customer")

    def needs(self, rules: Iterable[Rule]) -> set[str]:
        return {rule.id for rule in rules if rule.kind == "script"}

    def runners(self, signal: Lane, words: Lane) -> Sequence[Runner]:
        runner = _Ending(self, words)
        words.add(runner)
        return (runner,)


class _Ending(Runner):
    wants = frozenset(("call.ended", "call.data"))
    hears = True

    def __init__(self, rule: Hangup, lane: Lane) -> None:
        self.rule, self.lane, self.rule_id = rule, lane, rule.id
        self._goodbye_ms: int | None = None
        self._farewell_ms: int | None = None
        self._transfer_ms: int | None = None
        self._agent_ms = 0
        self._ended: tuple[int, EndedBy] | None = None

    def fact(self, event: Event) -> None:
        if isinstance(event.body, CallEnded):
            self._ended = (event.at_ms, event.body.ended_by)
        elif isinstance(event.body, CallData) and event.body.kind == "transfer":
            self._transfer_ms = event.at_ms

    def words(self, words: Words, found: Sequence[Found]) -> None:
        if self._ended is not None:
            return
        if words.channel == "agent":
            self._agent_ms = words.end_ms
        said = {name: {one.key[1] for one in found if one.key[0] == name} for name in ("goodbye", "farewell")}
        if said["goodbye"] and self.rule.goodbye.satisfied(said["goodbye"]):
            self._goodbye_ms = words.end_ms
        if said["farewell"] and self.rule.farewell.satisfied(said["farewell"]):
            self._farewell_ms = words.end_ms

    def finish(self, end_ms: int) -> None:
        rule, memory = self.rule, self.lane.memory
        if self._ended is None or self.lane.state.answered_ms is None:
            return
        at_ms, ended_by = self._ended
        if ended_by in ("customer", "system") or memory.hung_up:
            return
        if ended_by == "unknown":
            memory.not_judged.add(rule.id)
        elif self._lawful(at_ms):
            memory.passed.add(rule.id)
        elif self._unheard(at_ms):
            memory.not_judged.add(rule.id)
        else:
            early = self._goodbye_ms is not None and at_ms - self._goodbye_ms < rule.within_ms
            verdict = "early" if early else "no_goodbye"
            memory.alert(rule, at_ms, "agent", at_ms, at_ms, verdict=verdict)

    def _unheard(self, at_ms: int) -> bool:
        """Whether the goodbye, or the farewell that would have allowed it, may have been said unheard."""
        rule, lane = self.rule, self.lane
        agent_ms, customer_ms = (lane.doubtful_ms(one, at_ms - rule.within_ms, at_ms) for one in CHANNELS)
        farewell = not rule.farewell.empty and customer_ms > 0 and customer_ms >= rule.farewell.shortest_ms
        return farewell or (agent_ms > 0 and agent_ms >= rule.goodbye.shortest_ms)

    def _lawful(self, at_ms: int) -> bool:
        within_ms = self.rule.within_ms
        if self._transfer_ms is not None and at_ms - self._transfer_ms <= within_ms:
            return True
        if self._farewell_ms is not None and at_ms - self._farewell_ms <= within_ms:
            return True
        if self._goodbye_ms is None or at_ms - self._goodbye_ms > within_ms:
            return False
        return at_ms - max(self._goodbye_ms, self._agent_ms) >= self.rule.wait_ms - self.rule.early_ms
