"""What flows between the rooms cannot be changed on the way, and its codes are those that arrays hold."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields

import numpy as np
import pytest

from monitor.core.types import (
    CHANNELS,
    FRAME_MS,
    RATES_HZ,
    SEVERITIES,
    Absent,
    Answer,
    CallInfo,
    Frame,
    MediaChunk,
    Segment,
)


def test_a_frame_ends_where_the_next_begins() -> None:
    pcm = np.zeros((2, 160), np.int16)
    assert [Frame(index, pcm).end_ms for index in range(3)] == [20, 40, 60]
    assert Frame(0, pcm).absent == (Absent.PRESENT, Absent.PRESENT)


def test_frames_hold_whole_samples_at_every_rate() -> None:
    assert [rate_hz * FRAME_MS % 1000 for rate_hz in RATES_HZ] == [0, 0]


def test_codes_in_arrays_do_not_move() -> None:
    assert {cause.name: int(cause) for cause in Absent} == {"PRESENT": 0, "DTX": 1, "LOST": 2, "UNKNOWN": 3}
    assert not np.zeros(2, np.uint8).astype(bool).any(), "zero is: media is there"
    assert CHANNELS == ("agent", "customer")
    assert SEVERITIES == ("info", "minor", "major", "critical"), "in order of how bad it is"


@pytest.mark.parametrize("one", [CallInfo("c", "files"), Answer("a1"), MediaChunk("agent", np.zeros(1, np.int16))])
def test_nothing_is_changed_on_the_way(one: object) -> None:
    for field in fields(one):  # type: ignore[arg-type]
        with pytest.raises(FrozenInstanceError):
            setattr(one, field.name, None)


def test_an_answer_is_heard_unless_it_says_otherwise() -> None:
    answer = Answer("a1", "您好")
    assert (answer.lost, answer.suppressed) == (None, ())


def test_a_segment_shows_no_audio_in_a_log() -> None:
    segment = Segment("a1", "c", "agent", 0, 20, 0, 8000, np.ones(160, np.int16), 20, -20.0, -60.0)
    assert "samples" not in repr(segment)
