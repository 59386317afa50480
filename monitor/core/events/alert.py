"""Alerts through their life, and what people say of them afterwards."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from monitor.core.events.body import Body
from monitor.core.types import Severity

Certainty = Literal["certain", "probable"]


class Evidence(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    quote: str
    start_ms: int
    end_ms: int
    certainty: Certainty = "certain"


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
