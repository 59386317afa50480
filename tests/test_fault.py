"""Whose fault: the same trouble goes along with a person, a headset, a line, a trunk, or a customer's telephone."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.events import ChannelQuality
from monitor.core.types import CallInfo, Channel
from monitor.fault import PROBLEMS, FaultSettings, Finding, Measured, bad, figures, findings, known

LIMITS = FaultSettings()


def quality(level: float | None = -26.0, snr: float | None = 30.0, **more: int) -> ChannelQuality:
    known: dict[str, Any] = {"media_ms": 60_000, "missing_ms": 0, "speech_ms": 20_000, "clipped_ms": 0} | more
    return ChannelQuality(speech_level_dbov=level, noise_dbov=-60.0, snr_db=snr, **known)


class Calls:
    """Written down as they come."""

    def __init__(self) -> None:
        self.all: list[Measured] = []

    def add(self, count: int, level: float = -26.0, channel: Channel = "agent", **where: str) -> Calls:
        for _ in range(count):
            self.all.append(Measured(str(len(self.all)), channel, quality(level), **where))
        return self

    def told(self) -> list[tuple[str, str, int, int]]:
        return [(each.verdict, each.subject, each.bad, each.calls) for each in findings(self.all, LIMITS)]


QUIET = -40.0


def floor() -> Calls:
    """Forty good calls of four agents, each on two seats, over two lines."""
    calls = Calls()
    for agent in range(4):
        for seat in (agent, (agent + 1) % 4):
            calls.add(5, agent_id=f"a{agent}", seat=f"s{seat}", line=f"l{agent % 2}", trunk="t1")
    return calls


def test_nothing_is_nobodys_fault() -> None:
    assert floor().told() == []


def test_low_on_all_calls_of_one_seat_whoever_sits_there_is_the_headset() -> None:
    calls = floor()
    for agent in ("a0", "a1", "a2"):
        calls.add(3, QUIET, agent_id=agent, seat="s9", line="l0", trunk="t1")
    assert calls.told() == [("seat", "s9", 9, 9)]
    (found,) = findings(calls.all, LIMITS)
    assert (found.channel, found.problem, found.across) == ("agent", "low_volume", (("agent_id", 3),))
    assert (found.rest_calls, found.rest_bad) == (40, 0)


def test_low_on_every_seat_of_a_line_is_the_line() -> None:
    calls = floor()
    for agent in range(4):
        calls.add(3, QUIET, agent_id=f"a{agent}", seat=f"s{agent}", line="l7", trunk="t1")
    assert calls.told() == [("line", "l7", 12, 12)]


def test_low_on_every_line_of_a_trunk_is_the_trunk() -> None:
    calls = floor()
    for agent in range(4):
        calls.add(3, QUIET, agent_id=f"a{agent}", seat=f"s{agent}", line=f"l{7 + agent % 2}", trunk="t2")
    assert calls.told() == [("trunk", "t2", 12, 12)]


def test_low_of_one_agent_on_any_seat_is_the_person() -> None:
    calls = floor()
    for seat in ("s0", "s1", "s2"):
        calls.add(3, QUIET, agent_id="a9", seat=seat, line="l0", trunk="t1")
    assert calls.told() == [("agent_id", "a9", 9, 9)]


def test_an_agent_who_never_sat_elsewhere_cannot_be_told_from_the_headset() -> None:
    calls = floor().add(8, QUIET, agent_id="a9", seat="s9", line="l0", trunk="t1")
    assert calls.told() == [("agent_or_seat", "a9", 8, 8)]


def test_an_agent_at_whose_only_seat_others_are_well_is_the_person() -> None:
    calls = floor().add(8, QUIET, agent_id="a9", seat="s0", line="l0", trunk="t1")
    assert calls.told() == [("agent_id", "a9", 8, 8)]


def test_one_good_call_of_another_there_does_not_tell_yet() -> None:
    calls = floor().add(8, QUIET, agent_id="a9", seat="s9", line="l0", trunk="t1")
    calls.add(1, agent_id="a0", seat="s9", line="l0", trunk="t1")
    assert calls.told() == [("agent_or_seat", "a9", 8, 8)]


@pytest.mark.parametrize("channel", ["agent", "customer"])
def test_with_nothing_to_compare_with_nobody_is_blamed(channel: Channel) -> None:
    """Everything came over one trunk and one line, and all of it is bad: gain, exchange, line, who knows."""
    calls = Calls()
    for agent in range(3):
        where = {"agent_id": f"a{agent}", "seat": f"s{agent}", "customer": f"c-{agent}"}
        calls.add(5, QUIET, channel, line="l0", trunk="t1", **where)
    assert calls.told() == [("everywhere", "", 15, 15)]


def test_the_only_agent_of_all_is_not_blamed_for_what_all_calls_have() -> None:
    assert Calls().add(8, QUIET, agent_id="a0", seat="s0", line="l0").told() == [("everywhere", "", 8, 8)]


def test_low_on_one_call_only_is_that_call() -> None:
    assert floor().add(1, QUIET, agent_id="a0", seat="s0", line="l0", trunk="t1").told() == [
        ("single_calls", "", 1, 41)
    ]


def test_few_calls_tell_nothing_and_say_so() -> None:
    calls = Calls().add(2, QUIET, agent_id="a1", seat="s1", line="l1")
    assert calls.told() == [("too_few_calls", "", 2, 2)]


def test_what_is_so_everywhere_is_nobodys() -> None:
    calls = Calls()
    for agent in range(4):
        calls.add(5, QUIET, agent_id=f"a{agent}", seat=f"s{agent}", line=f"l{agent % 2}", trunk=f"t{agent % 2}")
    assert calls.told() == [("everywhere", "", 20, 20)]


def test_the_customers_side_is_the_customer_or_the_line() -> None:
    calls = Calls()
    for number in range(10):
        calls.add(2, channel="customer", customer=f"c-{number}", line="l0")
    calls.add(6, QUIET, channel="customer", customer="c-99", line="l0")
    assert calls.told() == [("customer", "c-99", 6, 6)]
    for number in range(10, 16):
        calls.add(1, QUIET, channel="customer", customer=f"c-{number}", line="l5")
    assert ("line", "l5", 6, 6) in calls.told()


def test_two_faults_at_once_are_both_found() -> None:
    calls = floor()
    for agent in ("a0", "a1"):
        calls.add(4, QUIET, agent_id=agent, seat="s9", line="l0", trunk="t1")
    for agent in range(4):
        calls.add(3, QUIET, agent_id=f"a{agent}", seat=f"s{agent}", line="l7", trunk="t1")
    assert sorted(calls.told()) == [("line", "l7", 12, 12), ("seat", "s9", 8, 8)]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32))
def test_the_order_of_the_calls_does_not_matter(seed: int) -> None:
    calls = floor().add(2, QUIET, agent_id="a0", seat="s0", line="l0", trunk="t1")
    for agent in ("a0", "a1", "a2"):
        calls.add(3, QUIET, agent_id=agent, seat="s9", line="l0", trunk="t1")
    mixed = list(calls.all)
    random.Random(seed).shuffle(mixed)
    assert findings(mixed, LIMITS) == findings(calls.all, LIMITS)


@pytest.mark.parametrize(
    ("figures_of_call", "problem", "expected"),
    [
        (quality(-36.0), "low_volume", True),
        (quality(-35.9), "low_volume", False),
        (quality(None), "low_volume", None),
        (quality(-50.0, speech_ms=2000), "low_volume", None),
        (quality(snr=14.9), "noise", True),
        (quality(snr=None), "noise", None),
        (quality(clipped_ms=1000), "clipping", True),
        (quality(clipped_ms=900), "clipping", False),
        (quality(missing_ms=700), "dropout", True),
        (quality(media_ms=1000, speech_ms=0), "dropout", None),
    ],
)
def test_when_a_call_is_bad(figures_of_call: ChannelQuality, problem: str, expected: bool | None) -> None:
    assert bad(figures_of_call, problem, LIMITS) is expected  # type: ignore[arg-type]


def test_figures_are_medians_by_name_and_channel() -> None:
    calls = Calls().add(3, -20.0, line="l1").add(1, -50.0, line="l1").add(1)
    calls.add(1, -30.0, channel="customer", line="l0")
    rows = figures(calls.all, "line", LIMITS)
    assert [(row.name, row.channel, row.calls, row.speech_level_dbov) for row in rows] == [
        ("l0", "customer", 1, -30.0), ("l1", "agent", 4, -20.0)
    ]  # fmt: skip
    assert rows[1].bad == dict.fromkeys(PROBLEMS, 0) | {"low_volume": 1}


def test_a_finding_is_counted_honestly() -> None:
    for found in findings(floor().add(9, QUIET, agent_id="a9", seat="s9").all, LIMITS):
        assert isinstance(found, Finding)
        assert 0 < found.bad <= found.calls


def test_a_call_is_told_the_faults_of_its_own_seat_and_line() -> None:
    calls = floor()
    for agent in ("a0", "a1", "a2"):
        calls.add(3, QUIET, agent_id=agent, seat="s9", line="l0", trunk="t1")
    found = findings(calls.all, LIMITS)
    assert known(found, CallInfo("c", "sip", seat="s9", line="l0")) == ("seat:low_volume:agent",)
    assert known(found, CallInfo("c", "sip", seat="s1")) == known(found, CallInfo("c", "sip")) == ()
