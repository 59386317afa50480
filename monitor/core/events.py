"""The vocabulary: every fact and every finding is an `Event`; on disk and on sockets it is an `Envelope`.

Bodies are frozen pydantic models, so the wire schema, the store's reader and the rooms share one definition.
Contract: stored envelopes of a call carry seq 1, 2, 3 … without holes; overlay bodies carry none and are never stored.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from monitor.core.types import Direction, EndedBy, Legs, Severity, Side

SCHEMA = 1

Condition = Literal[
    "silence", "low_volume", "noise", "talk_over", "one_way", "clipping", "dropout", "tone", "music", "reverberant"
]
Certainty = Literal["certain", "probable"]
StepVerdict = Literal["in_time", "early", "late", "wrong_words", "skipped", "not_judged"]
Dimension = Literal["self_management", "skill", "flexibility", "relationship"]
DIMENSIONS: tuple[Dimension, ...] = ("self_management", "skill", "flexibility", "relationship")


class Body(BaseModel):
    """The part of an envelope that depends on its type. Every field is part of the wire format."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    type: ClassVar[str]
    overlay: ClassVar[bool] = False


class CallStarted(Body):
    """customer: a pseudonym. group: the group of lines whose thresholds hold. legs, separation,
    faults: see CallInfo."""

    type: ClassVar[str] = "call.started"
    source: str
    direction: Direction = "inbound"
    sample_rate_hz: int
    agent_id: str | None = None
    team: str | None = None
    line: str | None = None
    trunk: str | None = None
    seat: str | None = None
    customer: str | None = None
    group: str | None = None
    called_number: str | None = None
    language: str = "zh"
    tz: str = "Asia/Shanghai"
    model: str | None = None
    rules_version: str | None = None
    customer_surname: str | None = None
    customer_title: str | None = None
    started_at_utc: str | None = None
    legs: Legs = "recorded"
    separation: float | None = None
    faults: tuple[str, ...] = ()


class CallAnswered(Body):
    type: ClassVar[str] = "call.answered"
    inferred: bool


class CallData(Body):
    type: ClassVar[str] = "call.data"
    kind: Literal["hold", "mute", "transfer", "join", "leave", "pause", "surname", "hangup_side"]
    on: bool | None = None
    agent_id: str | None = None
    value: str | None = None


class CallEnded(Body):
    type: ClassVar[str] = "call.ended"
    reason: str
    ended_by: EndedBy
    inferred: bool


class CallClosed(Body):
    type: ClassVar[str] = "call.closed"
    duration_ms: int


class SpeechStarted(Body):
    """Emitted on the frame where a speech run became certain (100 ms); since_ms is its first frame's start."""

    type: ClassVar[str] = "speech.started"
    since_ms: int


class SpeechEnded(Body):
    """Emitted once the run's gap reached 300 ms; end_ms is exclusive and never moved by a hangover."""

    type: ClassVar[str] = "speech.ended"
    since_ms: int
    end_ms: int


class ConditionStarted(Body):
    type: ClassVar[str] = "condition.started"
    condition: Condition
    since_ms: int
    value: float | None = None
    unit: str | None = None
    level: Literal["warn", "alarm"] | None = None
    kind: str | None = None
    cause: str | None = None
    certainty: float | None = None


class ConditionEnded(ConditionStarted):
    type: ClassVar[str] = "condition.ended"
    end_ms: int


class ChannelQuality(Body):
    """What a channel was like over the whole call; at the hang-up. Levels: active speech, and noise between the words;
    None where there was none of it. clipped_ms: of the speech. missing_ms: lost or unknown, not DTX."""

    type: ClassVar[str] = "channel.quality"
    media_ms: int
    missing_ms: int
    speech_ms: int
    clipped_ms: int
    speech_level_dbov: float | None
    noise_dbov: float | None
    snr_db: float | None


class Utterance(Body):
    """One segment's final answer. text is normalised (Simplified, see speech/normalise.py).

    pitch_hz, pitch_range_st: of the voice, see signal/voice.py; null where there was too little of it.
    speaker_certainty: in a recording whose one channel was separated, that it is this party who speaks; else null.
    cut: invented credits that followed the words and were taken off. words: [piece of text, start_ms, end_ms], in order
    and together the whole text; null where no rule may quote the utterance or the recogniser cannot tell.
    """

    type: ClassVar[str] = "utterance"
    segment_id: str
    start_ms: int
    end_ms: int
    text: str
    confidence: float | None = None
    mean_logprob: float | None = None
    context_ms: int | None = None
    lost: str | None = None
    suppressed: tuple[str, ...] | None = None
    voiced_ms: int = 0
    language: str | None = None
    language_prob: float | None = None
    level_dbov: float | None = None
    speaker_certainty: float | None = None
    pitch_hz: float | None = None
    pitch_range_st: float | None = None
    cut: str | None = None
    words: tuple[tuple[str, int, int], ...] | None = None

    @property
    def heard(self) -> bool:
        """Whether its words may count for a rule."""
        return self.lost is None and not self.suppressed


class Evidence(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    quote: str
    start_ms: int
    end_ms: int
    certainty: Certainty = "certain"


class ScriptStep(Body):
    type: ClassVar[str] = "script.step"
    rule_id: str
    step: str
    verdict: StepVerdict
    due_ms: int
    alert_id: str | None = None


class AlertRaised(Body):
    """alert_id is derived from call, rule, channel and start, so that every run of the same call names it alike.

    fatal: on certain evidence of a rule that makes the score 0.
    """

    type: ClassVar[str] = "alert.raised"
    alert_id: str
    rule_id: str
    severity: Severity
    start_ms: int
    end_ms: int
    message: str
    clause: str = ""
    verdict: str = "violated"
    points: float = 0
    fatal: bool = False
    evidence: tuple[Evidence, ...] = ()


class AlertConfirmed(AlertRaised):
    type: ClassVar[str] = "alert.confirmed"


class AlertCleared(AlertRaised):
    type: ClassVar[str] = "alert.cleared"


class AlertPending(AlertRaised):
    type: ClassVar[str] = "alert.pending"
    overlay: ClassVar[bool] = True


class AlertWithdrawn(AlertRaised):
    type: ClassVar[str] = "alert.withdrawn"
    overlay: ClassVar[bool] = True


class AlertAcknowledged(Body):
    type: ClassVar[str] = "alert.acknowledged"
    alert_id: str
    actor: str
    note: str = ""
    acted_at_utc: str


class PromptShown(Body):
    """countdown_ms: how long until the next step is due, None where nothing is counted down."""

    type: ClassVar[str] = "prompt.shown"
    prompt_id: str
    rule_id: str
    text: str
    countdown_ms: int | None = None


class PromptCleared(Body):
    type: ClassVar[str] = "prompt.cleared"
    prompt_id: str
    rule_id: str


class Review(Body):
    type: ClassVar[str] = "review.confirmed"
    alert_id: str
    actor: str
    note: str = ""
    acted_at_utc: str


class ReviewRejected(Review):
    type: ClassVar[str] = "review.rejected"


class ReviewAppealed(Review):
    type: ClassVar[str] = "review.appealed"


class ReviewDecided(Review):
    type: ClassVar[str] = "review.decided"


class Meter(Body):
    type: ClassVar[str] = "meter"
    overlay: ClassVar[bool] = True
    level_dbov: float
    speech_level_dbov: float | None
    noise_dbov: float | None
    snr_db: float | None
    speech: bool


class Hypothesis(Body):
    type: ClassVar[str] = "hypothesis"
    overlay: ClassVar[bool] = True
    segment_id: str
    text: str
    stable_chars: int = 0


class ScoreItem(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    rule_id: str
    points: float
    fatal: bool = False
    alert_id: str | None = None


class Score(Body):
    """Base 100 plus points (deductions negative), floor 0, a fatal item makes 0; see the contract."""

    type: ClassVar[str] = "score"
    total: float
    base: float
    dimensions: dict[Dimension, float]
    items: tuple[ScoreItem, ...] = ()
    not_judged: tuple[str, ...] = ()


class Metric(Body):
    """A figure of the whole call that a rule asks for; text where it is no number (the order of questions).

    low, high: what the rule takes as usual, None where it sets no limit.
    """

    type: ClassVar[str] = "metric"
    rule_id: str
    name: str
    value: float | None
    unit: str = ""
    low: float | None = None
    high: float | None = None
    text: str = ""


class ChannelCoverage(BaseModel):
    """transcribed + suppressed + lost = speech once every segment is answered."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    heard_ms: int = 0
    speech_ms: int = 0
    transcribed_ms: int = 0
    suppressed_ms: int = 0
    lost_ms: int = 0


class Coverage(Body):
    type: ClassVar[str] = "coverage"
    agent: ChannelCoverage
    customer: ChannelCoverage


class SystemNotice(Body):
    """Something about the machine, not about a call: its envelope's call_id is null and it has no seq."""

    type: ClassVar[str] = "system.notice"
    overlay: ClassVar[bool] = True
    kind: Literal[
        "no_lines", "model_gone", "lag", "disk", "store_stalled", "overload", "recovered", "stopping", "rules_kept"
    ]
    message: str
    value: float | None = None


BODIES: dict[str, type[Body]] = {
    cls.type: cls
    for cls in (
        CallStarted, CallAnswered, CallData, CallEnded, CallClosed, SpeechStarted, SpeechEnded, ConditionStarted,
        ConditionEnded, ChannelQuality, Utterance,
        ScriptStep, AlertRaised, AlertConfirmed, AlertCleared, AlertPending, AlertWithdrawn,
        AlertAcknowledged, PromptShown, PromptCleared, Review, ReviewRejected, ReviewAppealed, ReviewDecided, Meter,
        Hypothesis, Metric, Score, Coverage, SystemNotice,
    )
}  # fmt: skip

Facts = (
    CallStarted
    | CallAnswered
    | CallData
    | CallEnded
    | SpeechStarted
    | SpeechEnded
    | ConditionStarted
    | ChannelQuality
    | Utterance
)
"""What replay feeds back into a call; everything else is derived from these."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact or finding. at_ms: the audio instant it belongs to. channel: whom it concerns."""

    at_ms: int
    channel: Side | None
    body: Body

    @property
    def type(self) -> str:
        return self.body.type


class Folded(BaseModel):
    """Why this client is not shown an alert by itself (see monitor/desk/folding.py); live only, never stored.

    cool_down: it repeats the alert `into`, and `count` do by now. budget: more of this severity than a minute allows;
    `count` since the last one that was shown by itself.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    why: Literal["cool_down", "budget"]
    into: str | None
    count: int


class Envelope(BaseModel):
    """One line of JSON Lines, one message on a socket, one row of the store.

    derived: the channel was not recorded apart, but found in (or assumed of) a recording with one channel for both.
    """

    model_config = ConfigDict(frozen=True)
    schema_: int = Field(default=SCHEMA, alias="schema", serialization_alias="schema")
    call_id: str | None
    seq: int | None
    at_ms: int
    type: str
    channel: Side | None
    body: dict[str, Any]
    derived: bool | None = None
    heard_ms: int | None = None
    published_at_utc: str | None = None
    prev_seq: int | None = None
    stored: bool | None = None
    folded: Folded | None = None

    @classmethod
    def of(
        cls,
        event: Event,
        call_id: str | None,
        seq: int | None,
        heard_ms: int | None = None,
        derived: bool | None = None,
    ) -> Envelope:
        return cls(
            schema=SCHEMA,
            call_id=call_id,
            seq=seq,
            at_ms=event.at_ms,
            type=event.type,
            channel=event.channel,
            body=event.body.model_dump(mode="json"),
            derived=derived,
            heard_ms=heard_ms,
        )

    @property
    def overlay(self) -> bool:
        return BODIES[self.type].overlay

    def event(self) -> Event:
        """The typed event; raises pydantic.ValidationError for a body that is not of its type, KeyError for no type."""
        return Event(self.at_ms, self.channel, BODIES[self.type].model_validate(self.body))

    def wire(self) -> dict[str, Any]:
        """The JSON object of the contract; live-only fields are left out where they are not set."""
        out: dict[str, Any] = {
            "schema": self.schema_, "call_id": self.call_id, "seq": self.seq, "at_ms": self.at_ms, "type": self.type,
            "channel": self.channel, "body": self.body,
        }  # fmt: skip
        live = {
            "derived": self.derived, "heard_ms": self.heard_ms,
            "published_at_utc": self.published_at_utc, "prev_seq": self.prev_seq,
            "stored": self.stored, "folded": self.folded and self.folded.model_dump(),
        }  # fmt: skip
        return out | {name: value for name, value in live.items() if value is not None}

    def to_json(self) -> str:
        return json.dumps(self.wire(), ensure_ascii=False, separators=(",", ":"))
