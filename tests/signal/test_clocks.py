"""Media through the framing into the bank: clocks that drift, rates that lie, one sample a message."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.core.events import Event
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
def test_stamps_that_count_too_fast_or_slow_are_no_fault_of_the_line(ppm: int) -> None:
    """One sample more or less now and then than the packets hold; at 1000 ppm a frame slips here. Clocks that drift
    with all they send: tests/test_lines_bad_input.py."""
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
    ("true_hz", "told_hz"), [(6000, 8000), (7500, 8000), (8500, 8000), (11_025, 8000), (11_025, 16_000)]
)
def test_a_rate_that_lies_is_no_fault_of_the_line(true_hz: int, told_hz: int) -> None:
    """A third slower or quicker a voice is a voice still; the line is as quiet as it was, and nobody spoke together."""
    events, _ = heard(packets(legs(30, true_hz), told_hz // 50), told_hz)
    assert said(events) == {"silence"}
    assert sum(event.type == "speech.started" for event in events) >= 5


@pytest.mark.parametrize(("true_hz", "told_hz"), [(16_000, 8000), (8000, 16_000), (22_050, 16_000)])
def test_at_half_or_twice_the_speed_it_may_be_noise_besides_but_nothing_else(true_hz: int, told_hz: int) -> None:
    """At a pitch of 60 Hz or 400 Hz and half or twice as many syllables a part of it is no voice to anybody: that part
    stands between the words as noise does. It is never quiet, dead, clipped or spoken over."""
    events, _ = heard(packets(legs(30, true_hz), told_hz // 50), told_hz)
    assert "silence" in said(events) <= {"silence", "noise"}
    assert {body.level for _, body in conditions(events) if body.condition == "noise"} <= {"warn"}
    assert any(event.type == "speech.started" for event in events)


def test_one_sample_a_message_is_the_same_call() -> None:
    short = [leg[8000:32_000] for leg in legs(6)]
    one_by_one, _ = heard(packets(short, 1))
    assert one_by_one == heard(packets(short, 160))[0]
    assert any(event.type == "speech.started" for event in one_by_one)


def test_one_sample_a_message_of_full_scale_is_the_same_noise() -> None:
    loud = [np.tile(np.array([32767, -32768], np.int16), 20_000)] * 2
    one_by_one, _ = heard(packets(loud, 1))
    assert one_by_one == heard(packets(loud, 160))[0]
    assert said(one_by_one) == {"silence", "noise"}
