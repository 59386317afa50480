"""An alert's life and what people say of it: one shape throughout, so that the last word replaces the one before."""

import pytest
from pydantic import ValidationError

from monitor.core.events import (
    AlertCleared,
    AlertConfirmed,
    AlertPending,
    AlertRaised,
    AlertWithdrawn,
    Evidence,
    Review,
    ReviewAppealed,
    ReviewDecided,
    ReviewRejected,
)

RAISED = AlertRaised(
    alert_id="a", rule_id="B1", severity="major", start_ms=0, end_ms=900, message="禁语",
    evidence=(Evidence(quote="这不关我的事", start_ms=0, end_ms=900),),
)  # fmt: skip


@pytest.mark.parametrize("kind", [AlertConfirmed, AlertCleared, AlertPending, AlertWithdrawn])
def test_an_alert_keeps_its_fields_through_its_life(kind: type[AlertRaised]) -> None:
    later = kind.model_validate(RAISED.model_dump())
    assert later.model_dump() == RAISED.model_dump()
    assert later.type != RAISED.type


def test_evidence_is_certain_unless_it_says_otherwise_and_never_anything_else() -> None:
    assert RAISED.evidence[0].certainty == "certain"
    with pytest.raises(ValidationError):
        Evidence(quote="", start_ms=0, end_ms=0, certainty="surely")  # type: ignore[arg-type]


def test_a_severity_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        AlertRaised.model_validate(RAISED.model_dump() | {"severity": "grave"})


def test_reviews_are_told_apart_by_their_type_alone() -> None:
    said = {"alert_id": "a", "actor": "Li", "acted_at_utc": "2026-11-22T00:00:00Z"}
    types = [kind.model_validate(said).type for kind in (Review, ReviewRejected, ReviewAppealed, ReviewDecided)]
    assert types == ["review.confirmed", "review.rejected", "review.appealed", "review.decided"]
