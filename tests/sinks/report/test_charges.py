"""What an alert took off the score: once a rule, once for the same words, nothing where nothing was taken."""

from __future__ import annotations

import pytest

from monitor.core.events import AlertRaised, Score, ScoreItem
from monitor.sinks.report.charges import Charge, added_up, charge

CARD = Score(
    total=0,
    base=80,
    dimensions={"skill": 0},
    items=(
        ScoreItem(rule_id="B1", points=-60, alert_id="b1-first"),
        ScoreItem(rule_id="B3", points=-40, alert_id="b3"),
        ScoreItem(rule_id="B9", points=0, alert_id="b9"),
        ScoreItem(rule_id="X", points=-10, fatal=True, alert_id="x"),
    ),
    not_judged=("A6",),
)


def alert(rule_id: str, alert_id: str, points: float = -5) -> AlertRaised:
    return AlertRaised(
        alert_id=alert_id, rule_id=rule_id, severity="minor", start_ms=0, end_ms=0, message="", points=points
    )


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (alert("B1", "b1-first"), Charge(-60)),
        (alert("B1", "b1-later", -60), Charge(0, "counted_before")),
        (alert("B9", "b9"), Charge(0, "same_words")),
        (alert("X", "x"), Charge(-10, "veto")),
        (alert("D2", "d2", 0), Charge(0)),
    ],
)
def test_an_alert_counts_what_the_card_says(of: AlertRaised, expected: Charge) -> None:
    assert charge(CARD, of) == expected


def test_while_there_is_no_score_an_alert_shows_what_its_rule_would_take() -> None:
    assert charge(None, alert("B1", "b1", -60)) == Charge(-60)


def test_all_alerts_of_a_call_add_up_to_the_card() -> None:
    told = [alert("B1", "b1-first"), alert("B1", "b1-later"), alert("B3", "b3"), alert("B9", "b9"), alert("X", "x")]
    assert CARD.base + sum(charge(CARD, each).points for each in told) == added_up(CARD) == -30
