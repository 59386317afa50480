"""One verdict: the demo calls judged live, live at full speed, in audit and from the store are the reviewed files."""

import pytest

from tests.demo_runs import Calls, audited, live_now
from tests.goldens import golden, projection

NAMES = {"broadband", "silent"}


def check(calls: Calls) -> None:
    assert set(calls) == NAMES
    for name, envelopes in calls.items():
        assert projection(envelopes) == golden(name), name


def test_audit_gives_the_reviewed_findings() -> None:
    check(audited())


@pytest.mark.system
def test_live_at_full_speed_gives_them_and_so_does_replay_from_the_store() -> None:
    stored, replayed = live_now("max")
    check(stored)
    check(replayed)


@pytest.mark.system
def test_live_in_real_time_gives_them() -> None:
    stored, replayed = live_now(1)
    check(stored)
    check(replayed)
