"""What waits on a line leaves in the order in which it fell, however much is taken at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import CallAnswered, CallData
from monitor.core.framing import FramingSettings
from monitor.core.inbox import Inbox, Said, take_together
from monitor.core.types import CHANNELS, Absent, Channel, MediaChunk

RATE, FRAME = 8000, 160
HOLD = CallData(kind="hold", on=True)
ANSWERED = CallAnswered(inferred=False)
Act = tuple[str, int]
"""media: so many frames of both legs; say: one of two things; take: at most so many frames."""
ACTS = st.lists(
    st.tuples(st.just("media"), st.integers(1, 9))
    | st.tuples(st.just("say"), st.integers(0, 1))
    | st.tuples(st.just("take"), st.integers(1, 12)),
    max_size=30,
)


def inbox(answered_ms: int | None = None) -> Inbox:
    return Inbox(RATE, FramingSettings(), answered_ms)


def media(box: Inbox, frames: int, legs: Sequence[Channel] = CHANNELS) -> None:
    for channel in legs:
        box.push(MediaChunk(channel, np.ones(frames * FRAME, np.int16)))


def taken(box: Inbox, most: int) -> list[int | Said]:
    """What was said, and where each frame ends, ms."""
    out: list[int | Said] = []
    while box:
        while (body := box.said()) is not None:
            out.append(body)
        out += [frame.end_ms for frame in box.take(box.undisturbed(most))]
    return out


def test_nothing_waits_before_both_legs_have_come() -> None:
    box = inbox()
    media(box, 3, ["agent"])
    assert (len(box), box.undisturbed(9), box.said()) == (0, 0, None)
    media(box, 2, ["customer"])
    assert (len(box), box.undisturbed(9), box.undisturbed(1)) == (2, 2, 1)
    box.flush()
    assert taken(box, 9) == [20, 40, 60]


def test_what_is_said_waits_for_the_media_before_it_and_stops_who_takes_frames_together() -> None:
    box = inbox()
    box.say(ANSWERED)
    assert box.said() == ANSWERED
    media(box, 2)
    box.say(HOLD)
    media(box, 3)
    assert box.said() is None
    assert (len(box), box.undisturbed(9)) == (6, 2)
    box.take(1)
    assert (box.said(), box.undisturbed(9)) == (None, 1)
    box.take(1)
    assert box.undisturbed(9) == 0
    assert (box.said(), box.undisturbed(9)) == (HOLD, 3)


@pytest.mark.parametrize(
    ("answered_ms", "expected"),
    [
        (None, [20, 40, 60, 80]),
        (0, [20, 40, 60, 80]),
        (1, [ANSWERED, 20, 40, 60, 80]),
        (39, [20, ANSWERED, 40, 60, 80]),
        (40, [20, 40, ANSWERED, 60, 80]),
        (80, [20, 40, 60, 80]),
    ],
)
def test_a_call_is_answered_before_the_first_frame_that_ends_later(
    answered_ms: int | None, expected: list[int | Said]
) -> None:
    box = inbox(answered_ms)
    box.advance(80)
    assert taken(box, 9) == expected


def test_a_platform_that_says_so_itself_is_believed() -> None:
    box = inbox(answered_ms=50)
    media(box, 1)
    box.say(ANSWERED)
    media(box, 5)
    assert taken(box, 9) == [20, ANSWERED, 40, 60, 80, 100, 120]


@given(ACTS, st.none() | st.integers(0, 300))
def test_any_way_of_taking_gives_the_same_order(acts: list[Act], answered_ms: int | None) -> None:
    eager, lazy = inbox(answered_ms), inbox(answered_ms)
    told: tuple[list[int | Said], list[int | Said]] = ([], [])
    for what, number in acts:
        for box, out, most in ((eager, told[0], 50), (lazy, told[1], number)):
            if what == "media":
                media(box, number)
            elif what == "say":
                box.say((HOLD, ANSWERED)[number])
            if box is eager:
                out += taken(box, most)
            elif what == "take":
                body = box.said()
                out += [body] if body is not None else [frame.end_ms for frame in box.take(box.undisturbed(most))]
    assert told[1] + taken(lazy, 7) == told[0]
    ends = [each for each in told[0] if isinstance(each, int)]
    assert ends == list(range(20, 20 * len(ends) + 20, 20))


def test_what_is_cleared_is_gone_and_the_media_goes_on_behind_it() -> None:
    box = inbox()
    media(box, 2)
    box.say(HOLD)
    box.clear()
    assert (len(box), box.said()) == (0, None)
    media(box, 1)
    assert taken(box, 9) == [60]


@pytest.mark.parametrize(
    ("agent", "customer", "who"),
    [(50, 59, "unknown"), (50, 60, "agent"), (60, 50, "customer"), (50, 50, "unknown"), (0, 50, "unknown")],
)
def test_who_stopped_sending_first_hung_up(agent: int, customer: int, who: str) -> None:
    box = inbox()
    media(box, agent, ["agent"])
    media(box, customer, ["customer"])
    box.flush()
    assert box.first_to_stop() == who


def test_frames_of_several_calls_are_taken_as_one_block() -> None:
    first, second = inbox(), inbox()
    media(first, 5)
    first.take(2)
    second.push(MediaChunk("customer", np.full(2 * FRAME, 7, np.int16)))
    second.advance(60)
    pcm, absent, first_ms = take_together([first, second], 2, FRAME)
    assert (pcm.shape, absent.shape, first_ms) == ((2, 2, 2, FRAME), (2, 2, 2), [60, 20])
    assert pcm[:, 0].min() == 1
    assert (np.unique(pcm[:, 1, 0]).tolist(), np.unique(pcm[:, 1, 1]).tolist()) == ([0], [7])
    assert absent[:, 0].max() == Absent.PRESENT
    assert absent[:, 1].tolist() == [[Absent.UNKNOWN, Absent.PRESENT]] * 2
    assert (len(first), len(second)) == (1, 1)
