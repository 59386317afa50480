"""What each alert took off the score, so that the alerts of a call and its score card tell the same story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from monitor.core.events import AlertRaised, Score, ScoreItem

Why = Literal["", "veto", "same_words", "counted_before"]


@dataclass(frozen=True, slots=True)
class Charge:
    """points: what counts, a deduction is negative. why: it makes the score 0 by itself; or it costs nothing, because a
    graver rule is charged for the same words, or another alert of this rule has been counted."""

    points: float
    why: Why = ""


NOTHING = Charge(0)


def charge(score: Score | None, alert: AlertRaised) -> Charge:
    """Of one alert; while there is no score, what its rule would take off."""
    if score is None:
        return Charge(alert.points)
    item = next((one for one in score.items if one.rule_id == alert.rule_id), None)
    if item is None:
        return NOTHING
    return of_item(item) if item.alert_id == alert.alert_id else Charge(0, "counted_before")


def of_item(item: ScoreItem) -> Charge:
    if item.fatal:
        return Charge(item.points, "veto")
    return Charge(item.points, "" if item.points else "same_words")


def added_up(score: Score) -> float:
    """What base and points come to, before the score is kept at 0 or more and a veto makes it 0."""
    return round(score.base + sum(item.points for item in score.items), 2)
