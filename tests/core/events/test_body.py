"""Every body of the wire format: known by its type, imported from one place, and never changed once it is made."""

import pytest
from pydantic import ValidationError

from monitor.core import events
from monitor.core.events import BODIES, Body, SpeechStarted


def kinds(body: type[Body]) -> set[type[Body]]:
    return {body}.union(*map(kinds, body.__subclasses__()))


def test_every_body_can_be_read_back_and_is_imported_from_one_place() -> None:
    ours = {kind for kind in kinds(Body) - {Body} if kind.__module__.startswith("monitor.")}
    assert ours == set(BODIES.values())
    assert {kind.__name__ for kind in ours} <= set(events.__all__)
    assert all(BODIES[kind.type] is kind for kind in ours)


def test_a_body_is_not_changed_afterwards() -> None:
    body = SpeechStarted(since_ms=100)
    with pytest.raises(ValidationError, match="frozen"):
        body.since_ms = 200  # type: ignore[misc]
