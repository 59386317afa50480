"""What the signal bank finds on the line: speech, conditions, meters, and what a channel was like on the whole."""

from __future__ import annotations

from typing import ClassVar, Literal

from monitor.core.events.body import Body

Condition = Literal[
    "silence", "low_volume", "noise", "talk_over", "one_way", "clipping", "dropout", "tone", "music", "reverberant"
]


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


class Meter(Body):
    type: ClassVar[str] = "meter"
    overlay: ClassVar[bool] = True
    level_dbov: float
    speech_level_dbov: float | None
    noise_dbov: float | None
    snr_db: float | None
    speech: bool
