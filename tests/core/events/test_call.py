"""Facts about a call: what an older line of a file left out has a default that claims nothing."""

import pytest
from pydantic import ValidationError

from monitor.core.events import CallData, CallEnded, CallStarted, ChannelCoverage, Coverage


def test_what_a_call_does_not_say_of_itself_is_unknown() -> None:
    body = CallStarted.model_validate({"source": "files", "sample_rate_hz": 8000})
    assert {body.agent_id, body.line, body.trunk, body.seat, body.customer, body.group, body.separation} == {None}
    assert (body.legs, body.faults) == ("recorded", ())


@pytest.mark.parametrize("kind", ["hold", "mute", "transfer", "join", "leave", "pause", "surname", "hangup_side"])
def test_a_platform_may_say(kind: str) -> None:
    assert CallData.model_validate({"kind": kind}).kind == kind


def test_a_platform_may_not_say_anything_else() -> None:
    with pytest.raises(ValidationError):
        CallData.model_validate({"kind": "shout"})
    with pytest.raises(ValidationError):
        CallEnded.model_validate({"reason": "bye", "ended_by": "weather", "inferred": False})


def test_coverage_is_of_both_channels_and_begins_with_nothing() -> None:
    with pytest.raises(ValidationError):
        Coverage.model_validate({"agent": {}})
    assert set(ChannelCoverage().model_dump().values()) == {0}
