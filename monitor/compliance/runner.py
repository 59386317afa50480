"""What follows one call for one rule, and the two lanes it can follow it in.

The signal lane takes facts as they come. The words lane takes facts and utterances merged in the order of audio time,
once the watermark has passed them. In both, at one instant facts come first, then utterances, then timers: the same
stored facts give the same findings however the audio was chunked and however late the recogniser answered.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2s
from itertools import count
from typing import TYPE_CHECKING, ClassVar

from monitor.compliance.matcher import Hit
from monitor.compliance.words import Unheard, Words
from monitor.core.events import (
    AlertCleared,
    AlertConfirmed,
    AlertRaised,
    Body,
    CallAnswered,
    CallData,
    Event,
    Evidence,
    PromptCleared,
    PromptShown,
    ScriptStep,
    SpeechEnded,
    SpeechStarted,
    StepVerdict,
)
from monitor.core.types import CallInfo, Channel, Side

if TYPE_CHECKING:
    from monitor.compliance.rule import Rule

NEVER_MS = 2**62
MOST_QUOTES = 64


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with its evidence. key: the rule's own name of the phrases."""

    key: tuple[str, int]
    hit: Hit
    evidence: Evidence


class Runner:
    """Follows one call for one rule in one lane. Override what is needed."""

    wants: ClassVar[frozenset[str]] = frozenset()
    hears: bool = False
    rule_id: str = ""
    awake: bool = True
    """False: only utterances with hits of this rule are of interest at present."""

    def fact(self, event: Event) -> None:
        """A fact whose type is in `wants`."""

    def words(self, words: Words, found: Sequence[Found]) -> None:
        """An utterance of either channel, in order, with this rule's hits in it (words lane only)."""

    def timer(self, at_ms: int) -> None:
        """A timer set with `Lane.set_timer` fired; a runner ignores one it no longer waits for."""

    def finish(self, end_ms: int) -> None:
        """Nothing more will come."""

    def conclude(self, end_ms: int) -> None:
        """Every rule has finished; only what puts their verdicts together has something to do."""


@dataclass(slots=True)
class CallMemory:
    """What the rules of one call have found so far; small, whatever the call's length."""

    info: CallInfo
    out: list[Event] = field(default_factory=list)
    violations: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    first_alert: dict[str, tuple[int, str, bool]] = field(default_factory=dict)
    quotes: dict[str, list[tuple[Side, tuple[tuple[int, int], ...]]]] = field(default_factory=dict)
    """Of forbidden rules: when the words of each alert were said; the first MOST_QUOTES to come."""
    passed: set[str] = field(default_factory=set)
    not_judged: set[str] = field(default_factory=set)
    surname: str = ""
    company: str = ""
    hung_up: bool = False
    """Whether a script has judged the agent's hang-up."""

    def filled(self, text: str) -> str:
        """A prompt with what is known of this call in place of its slots."""
        known = {
            "company": self.company,
            "agent": self.info.agent_id or "",
            "surname": self.surname,
            "title": self.info.customer_title or "先生／小姐",
        }
        for name, value in known.items():
            text = text.replace(f"{{{name}}}", value or "××")
        return text

    def emit(self, at_ms: int, channel: Side | None, body: Body) -> None:
        self.out.append(Event(at_ms, channel, body))

    def id_of(self, *parts: object) -> str:
        text = "|".join(map(str, (self.info.call_id, *parts)))
        return blake2s(text.encode(), digest_size=8).hexdigest()

    def alert(
        self,
        rule: Rule,
        at_ms: int,
        channel: Side,
        start_ms: int,
        end_ms: int,
        message: str = "",
        evidence: Iterable[Evidence] = (),
        verdict: str = "violated",
        kind: type[AlertRaised] = AlertRaised,
        fault: str = "",
    ) -> str:
        """Raise (or confirm, or clear) an alert and remember it for the score. Returns its id.

        fault: whose known fault it is; such an alert informs and costs nobody points.
        """
        alert_id = self.id_of(rule.id, channel, start_ms)
        proof = self._proof(evidence)
        body = kind(
            alert_id=alert_id,
            rule_id=rule.id,
            severity="info" if fault else rule.severity,
            start_ms=start_ms,
            end_ms=end_ms,
            message=(message or rule.said) + (f"（{fault}）" if fault else ""),
            clause=f"{rule.clause.document}: {rule.clause.passage}",
            verdict=verdict,
            points=0 if fault else rule.points,
            fatal=rule.fatal and not fault and self._certain(proof),
            evidence=proof,
        )
        if kind is AlertRaised and not fault:
            self._remember(rule, alert_id, start_ms, proof)
        self.emit(at_ms, channel, body)
        return alert_id

    def quote(self, rule: Rule, channel: Side, evidence: Iterable[Evidence]) -> None:
        """Remember which words an alert rests on, so that the score can charge them once."""
        known = self.quotes.setdefault(rule.id, [])
        if len(known) < MOST_QUOTES:
            known.append((channel, tuple((one.start_ms, one.end_ms) for one in evidence)))

    def _proof(self, evidence: Iterable[Evidence]) -> tuple[Evidence, ...]:
        """Where the channels were not recorded apart, who said it is never more than probable."""
        if self.info.legs == "recorded":
            return tuple(evidence)
        return tuple(one.model_copy(update={"certainty": "probable"}) for one in evidence)

    def _certain(self, proof: tuple[Evidence, ...]) -> bool:
        return self.info.legs == "recorded" and all(one.certainty == "certain" for one in proof)

    def _remember(self, rule: Rule, alert_id: str, start_ms: int, proof: tuple[Evidence, ...]) -> None:
        self.violations[rule.id] += 1
        certain = self._certain(proof)
        mine = (start_ms, alert_id, certain)
        known = self.first_alert.get(rule.id)
        if known is None:
            self.first_alert[rule.id] = mine
        else:
            self.first_alert[rule.id] = (*min(mine[:2], known[:2]), certain or known[2])

    def step(
        self, rule: Rule, at_ms: int, step: str, verdict: StepVerdict, due_ms: int, alert_id: str | None = None
    ) -> None:
        body = ScriptStep(rule_id=rule.id, step=step, verdict=verdict, due_ms=due_ms, alert_id=alert_id)
        self.emit(at_ms, "agent", body)

    def prompt(self, rule: Rule, at_ms: int, start_ms: int, text: str, countdown_ms: int | None = None) -> str:
        prompt_id = self.id_of("prompt", rule.id, start_ms)
        shown = PromptShown(
            prompt_id=prompt_id, rule_id=rule.id, text=self.filled(text), countdown_ms=countdown_ms
        )
        self.emit(at_ms, "agent", shown)
        return prompt_id

    def unprompt(self, rule: Rule, at_ms: int, prompt_id: str) -> None:
        self.emit(at_ms, "agent", PromptCleared(prompt_id=prompt_id, rule_id=rule.id))


@dataclass(slots=True)
class LaneState:
    """What a lane has seen up to its own time."""

    answered_ms: int | None = None
    speaking_since: dict[Channel, int] = field(default_factory=dict)
    last_end_ms: dict[Channel, int] = field(default_factory=dict)
    heard_since_answer: set[Channel] = field(default_factory=set)
    on_hold: bool = False

    def take(self, event: Event) -> None:
        body, channel = event.body, event.channel
        match body:
            case CallAnswered():
                self.answered_ms = event.at_ms
                self.heard_since_answer = set(self.speaking_since)
            case SpeechStarted() if channel in ("agent", "customer"):
                self.speaking_since[channel] = body.since_ms
                if self.answered_ms is not None:
                    self.heard_since_answer.add(channel)
            case SpeechEnded() if channel in ("agent", "customer"):
                self.speaking_since.pop(channel, None)
                self.last_end_ms[channel] = body.end_ms
            case CallData() if body.kind in ("hold", "mute", "pause") and body.on is not None:
                self.on_hold = body.on


_FACT, _WORDS, _TIMER = 0, 1, 2
_Item = tuple[int, int, int, int, object]


class Lane:
    """Items and timers of one lane in order of audio time. ordered: hold items back until the mark has passed them."""

    def __init__(self, memory: CallMemory, unheard: Mapping[Channel, Unheard], ordered: bool) -> None:
        self.memory = memory
        self.unheard = unheard
        self.ordered = ordered
        self.state = LaneState()
        self.now_ms = 0
        self._items: list[_Item] = []
        self._numbers = count()
        self._by_type: dict[str, list[Runner]] = defaultdict(list)
        self._hearing: list[Runner] = []
        self._runners: list[Runner] = []

    def add(self, runner: Runner) -> None:
        self._runners.append(runner)
        for kind in runner.wants:
            self._by_type[kind].append(runner)
        if runner.hears:
            self._hearing.append(runner)

    @property
    def hearing(self) -> list[Runner]:
        return self._hearing

    @property
    def next_ms(self) -> int:
        return self._items[0][0] if self._items else NEVER_MS

    def set_timer(self, at_ms: int, runner: Runner) -> None:
        heapq.heappush(self._items, (at_ms, _TIMER, 0, next(self._numbers), runner))

    def take(self, event: Event) -> None:
        """A fact: at once in the signal lane (after timers due before it), in its turn in the words lane."""
        if self.ordered:
            heapq.heappush(self._items, (event.at_ms, _FACT, 0, next(self._numbers), event))
            return
        self.run(event.at_ms)
        self._fact(event)

    def take_words(self, words: Words) -> None:
        order = 0 if words.channel == "agent" else 1
        heapq.heappush(self._items, (words.start_ms, _WORDS, order, next(self._numbers), words))

    def run(self, before_ms: int, hear: Callable[[Words], None] | None = None) -> None:
        """Everything strictly before `before_ms`."""
        while self._items and self._items[0][0] < before_ms:
            at_ms, kind, _, _, item = heapq.heappop(self._items)
            self.now_ms = max(self.now_ms, at_ms)
            if kind == _TIMER:
                assert isinstance(item, Runner)
                item.timer(at_ms)
            elif kind == _FACT:
                assert isinstance(item, Event)
                self._fact(item)
            else:
                assert isinstance(item, Words)
                assert hear is not None
                hear(item)

    def _fact(self, event: Event) -> None:
        self.now_ms = max(self.now_ms, event.at_ms)
        self.state.take(event)
        for runner in self._by_type.get(event.type, ()):
            runner.fact(event)

    def finish(self, end_ms: int) -> None:
        for runner in self._runners:
            runner.finish(end_ms)
        for runner in self._runners:
            runner.conclude(end_ms)

    def doubtful_ms(self, channel: Channel, start_ms: int, end_ms: int) -> int:
        """Speech of the window whose words are unknown or doubtful."""
        return self.unheard[channel].within(start_ms, end_ms)


__all__ = [
    "NEVER_MS", "AlertCleared", "AlertConfirmed", "AlertRaised", "CallMemory", "Found", "Lane", "LaneState", "Runner",
]  # fmt: skip
