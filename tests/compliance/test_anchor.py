from __future__ import annotations

import pytest
from pydantic import ValidationError

from monitor.compliance.anchor import Anchor, LineState
from monitor.compliance.rule import Wording
from monitor.core.events import CallData, ConditionEnded, ConditionStarted, Event


def noise(**more: object) -> Event:
    return Event(0, "customer", ConditionStarted(condition="noise", since_ms=0, **more))  # type: ignore[arg-type]


def test_a_state_of_the_line_with_its_level_kind_and_cause() -> None:
    assert LineState(condition="noise").holds(noise())
    assert LineState(condition="noise", levels=("alarm",), kinds=("hiss",)).holds(noise(level="alarm", kind="hiss"))
    assert not LineState(condition="noise", levels=("alarm",)).holds(noise(level="warn"))
    assert not LineState(condition="noise", channel="agent").holds(noise())
    assert not LineState(condition="noise", causes=("no_media",)).holds(noise())


def test_an_anchor_is_exactly_one_thing() -> None:
    for wrong in ({}, {"event": "hold", "line": LineState(condition="noise")}):
        with pytest.raises(ValidationError, match="exactly one"):
            Anchor(**wrong)
    assert Anchor(words=Wording(phrases=("您好",)))


def test_only_the_beginning_of_a_state_is_an_anchor() -> None:
    anchor = Anchor(line=LineState(condition="noise"))
    ended = Event(0, "customer", ConditionEnded(condition="noise", since_ms=0, end_ms=5))
    assert anchor.in_fact(noise())
    assert not anchor.in_fact(ended)


def test_hold_and_its_end_are_two_events() -> None:
    on, off = (Event(0, None, CallData(kind="hold", on=state)) for state in (True, False))
    assert Anchor(event="unhold").in_fact(off)
    assert not Anchor(event="unhold").in_fact(on)
    assert Anchor(event="hold").in_fact(on)
