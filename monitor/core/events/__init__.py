"""The vocabulary: every fact and every finding is an `Event`; on disk and on sockets it is an `Envelope`.

Bodies are frozen pydantic models, so the wire schema, the store's reader and the rooms share one definition. Import
them from here; the files inside are by subject.
"""

from monitor.core.events.alert import (
    AlertAcknowledged,
    AlertCleared,
    AlertConfirmed,
    AlertPending,
    AlertRaised,
    AlertWithdrawn,
    Certainty,
    Evidence,
    Review,
    ReviewAppealed,
    ReviewDecided,
    ReviewRejected,
)
from monitor.core.events.body import Body
from monitor.core.events.call import (
    CallAnswered,
    CallClosed,
    CallData,
    CallEnded,
    CallStarted,
    ChannelCoverage,
    Coverage,
)
from monitor.core.events.envelope import (
    BODIES,
    SCHEMA,
    Envelope,
    Event,
    Facts,
    Folded,
)
from monitor.core.events.line import (
    ChannelQuality,
    Condition,
    ConditionEnded,
    ConditionStarted,
    Meter,
    SpeechEnded,
    SpeechStarted,
)
from monitor.core.events.system import NOTICES, NoticeCode, SystemNotice, notice
from monitor.core.events.verdict import (
    DIMENSIONS,
    Dimension,
    Metric,
    PromptCleared,
    PromptShown,
    Score,
    ScoreItem,
    ScriptStep,
    StepVerdict,
)
from monitor.core.events.words import Hypothesis, Utterance

__all__ = [
    "BODIES",
    "DIMENSIONS",
    "NOTICES",
    "SCHEMA",
    "AlertAcknowledged",
    "AlertCleared",
    "AlertConfirmed",
    "AlertPending",
    "AlertRaised",
    "AlertWithdrawn",
    "Body",
    "CallAnswered",
    "CallClosed",
    "CallData",
    "CallEnded",
    "CallStarted",
    "Certainty",
    "ChannelCoverage",
    "ChannelQuality",
    "Condition",
    "ConditionEnded",
    "ConditionStarted",
    "Coverage",
    "Dimension",
    "Envelope",
    "Event",
    "Evidence",
    "Facts",
    "Folded",
    "Hypothesis",
    "Meter",
    "Metric",
    "NoticeCode",
    "PromptCleared",
    "PromptShown",
    "Review",
    "ReviewAppealed",
    "ReviewDecided",
    "ReviewRejected",
    "Score",
    "ScoreItem",
    "ScriptStep",
    "SpeechEnded",
    "SpeechStarted",
    "StepVerdict",
    "SystemNotice",
    "Utterance",
    "notice",
]
