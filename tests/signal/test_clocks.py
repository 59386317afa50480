"""Media through the framing into the bank: clocks that drift, rates that lie, one sample a message."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.core.events import ConditionEnded, Event
from monitor.core.framing import Framing, FramingSettings
from monitor.core.types import Channel, MediaChunk
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.signal.scenes import conditions

RATE = 8000
Sent = tuple[Channel, NDArray[np.int16], int | None]


def legs(seconds: int = 30, rate_hz: int = RATE) -> list[NDArray[np.int16]]:
    """A call in which nothing is wrong: in turn four seconds of each."""
    both = []
    for side in range(2):
        leg = tapes.white(seconds * 1000, -66, rate_hz, side + 1)
        for at in range(1 + 5 * side, seconds - 4, 10):
            leg[at * rate_hz : (at + 4) * rate_hz] += tapes.speech(4000, -24, rate_hz, at, (120.0, 200.0)[side])
        both.append(tapes.pcm(leg))
    return both


def heard(media: Iterable[Sent], rate_hz: int = RATE) -> tuple[list[Event], Framing]:
    bank, framing, events = Bank(rate_hz, SignalSettings()), Framing(rate_hz, FramingSettings(drift_ms=20)), []
    number = np.array([bank.open()])
    frames = (frame for leg, pcm, at in media for frame in framing.push(MediaChunk(leg, pcm, at)))
    for frame in frames:
        step = bank.step(number, frame.pcm[None], np.array([frame.absent], np.uint8))
        assert np.isfinite(step.readings.level_dbov).all()
        events += [event for _, event in step.events]
    return events + bank.finish(int(number[0])), framing


def packets(both: list[NDArray[np.int16]], samples: int, stamp: float = 1.0) -> Iterable[Sent]:
    """In turn; the customer's clock counts `stamp` samples for each that it sends."""
    for at in range(0, len(both[0]), samples):
        yield "agent", both[0][at : at + samples], at
        yield "customer", both[1][at : at + samples], round(at * stamp)


def said(events: list[Event]) -> set[str]:
    return {body.condition for _, body in conditions(events)}


@pytest.mark.parametrize("ppm", [100, -100, 1000])
def test_legs_that_drift_apart_are_no_fault_of_the_line(ppm: int) -> None:
    """100 ppm are 6 ms a minute; at ten times that a frame slips here."""
    events, framing = heard(packets(legs(40), 160, 1 + ppm * 1e-6))
    assert said(events) == {"silence"}
    silences = [(side, body) for side, body in conditions(events) if body.condition == "silence"]
    plain = [(side, body) for side, body in conditions(heard(packets(legs(40), 160))[0])]
    assert len(silences) == len(plain)
    for (side, body), (other, expected) in zip(silences, plain, strict=True):
        assert side == other
        assert abs(body.since_ms - expected.since_ms) <= 60
        assert abs(body.end_ms - expected.end_ms) <= 60
    assert framing.stats.reanchored <= 2


@pytest.mark.parametrize(
    ("true_hz", "told_hz", "allowed"),
    [
        (7500, 8000, {"silence"}),
        (8500, 8000, {"silence"}),
        (11_025, 8000, {"silence", "noise"}),
        (16_000, 8000, {"silence", "noise"}),
        (8000, 16_000, {"silence", "noise"}),
    ],
)
def test_a_rate_that_lies_is_no_exception_and_no_fault_but_noise(true_hz: int, told_hz: int, allowed: set[str]) -> None:
    """At two thirds, half or twice the speed it may be no voice any more but noise; never quiet, dead or clipped."""
    events, _ = heard(packets(legs(30, true_hz), told_hz // 50), told_hz)
    assert "silence" in said(events) <= allowed
    assert any(event.type == "speech.started" for event in events)


def test_one_sample_a_message_is_the_same_call() -> None:
    short = [leg[8000:32_000] for leg in legs(6)]
    one_by_one, _ = heard(packets(short, 1))
    assert one_by_one == heard(packets(short, 160))[0]
    assert any(event.type == "speech.started" for event in one_by_one)


def test_one_sample_a_message_of_full_scale_is_no_exception() -> None:
    loud = [np.tile(np.array([32767, -32768], np.int16), 4000)] * 2
    events, _ = heard(packets(loud, 1))
    assert all(isinstance(event.body, ConditionEnded) or event.at_ms <= 1000 for event in events)
