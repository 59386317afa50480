"""Two legs of chunks become aligned frames, however the media was cut."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.framing import Framing, FramingSettings
from monitor.core.types import Absent, Frame, MediaChunk

RATE = 8000
FRAME = 160


def ramp(samples: int, start: int = 1) -> np.ndarray:
    return (np.arange(start, start + samples) % 30000).astype(np.int16)


def joined(frames: list[Frame]) -> np.ndarray:
    return np.concatenate([f.pcm for f in frames], axis=1) if frames else np.zeros((2, 0), np.int16)


def test_a_frame_leaves_when_both_legs_cover_it() -> None:
    framing = Framing(RATE)
    assert framing.push(MediaChunk("agent", ramp(400))) == []
    frames = framing.push(MediaChunk("customer", ramp(250, 5000)))
    assert [f.index for f in frames] == [0]
    np.testing.assert_array_equal(frames[0].pcm, np.stack((ramp(160), ramp(160, 5000))))
    assert frames[0].absent == (Absent.PRESENT, Absent.PRESENT)
    assert [f.end_ms for f in framing.flush()] == [40, 60]


def test_the_last_frame_is_filled_with_zeros_at_the_hang_up() -> None:
    framing = Framing(RATE)
    framing.push(MediaChunk("agent", ramp(170)))
    framing.push(MediaChunk("customer", ramp(20)))
    frames = framing.flush()
    assert len(frames) == 2
    np.testing.assert_array_equal(joined(frames)[0], np.concatenate((ramp(170), np.zeros(150, np.int16))))
    assert frames[1].absent == (Absent.PRESENT, Absent.UNKNOWN)
    assert framing.flush() == []


def test_a_line_that_sends_nothing_still_has_time() -> None:
    framing = Framing(RATE)
    frames = framing.advance(5000)
    assert len(frames) == 250
    assert {f.absent for f in frames} == {(Absent.UNKNOWN, Absent.UNKNOWN)}
    assert not joined(frames).any()
    assert framing.heard_ms == 5000


def test_a_gap_is_marked_with_its_cause_and_filled_by_nothing() -> None:
    framing = Framing(RATE, FramingSettings(jitter_ms=0))
    framing.push(MediaChunk("customer", ramp(800), at_sample=1000))
    frames = framing.push(MediaChunk("agent", ramp(160), at_sample=7000))
    frames += framing.push(MediaChunk("agent", ramp(160, 481), at_sample=7480, gap=Absent.LOST))
    assert [f.absent[0] for f in frames] == [Absent.PRESENT, Absent.LOST, Absent.LOST, Absent.PRESENT]
    np.testing.assert_array_equal(frames[3].pcm[0], ramp(160, 481))


def test_packets_out_of_order_are_put_in_order_within_the_jitter_window() -> None:
    framing = Framing(RATE)
    framing.push(MediaChunk("customer", ramp(640), at_sample=0))
    frames = []
    for at in (0, 320, 160, 480):
        frames += framing.push(MediaChunk("agent", ramp(160, at + 1), at_sample=at))
    np.testing.assert_array_equal(joined(frames)[0], ramp(640))


def test_a_packet_that_comes_twice_or_too_late_changes_nothing() -> None:
    framing = Framing(RATE)
    for leg in ("agent", "customer"):
        for at in (0, 160, 320):
            framing.push(MediaChunk(leg, ramp(160, at + 1), at_sample=at))
    assert framing.push(MediaChunk("agent", ramp(160), at_sample=0)) == []
    assert framing.stats.late_samples == 160
    assert framing.flush() == []


def test_a_dead_leg_never_holds_the_other_back_for_long() -> None:
    framing = Framing(RATE, FramingSettings(max_skew_ms=2000))
    frames = [f for _ in range(500) for f in framing.push(MediaChunk("customer", ramp(160)))]
    assert len(frames) == 399
    assert {f.absent[0] for f in frames} == {Absent.UNKNOWN}


def test_one_large_chunk_is_not_ahead_of_what_has_had_no_time_to_come() -> None:
    framing = Framing(RATE, FramingSettings(max_skew_ms=2000))
    assert framing.push(MediaChunk("agent", ramp(RATE * 30))) == []
    frames = framing.push(MediaChunk("customer", ramp(RATE * 30)))
    assert {f.absent for f in frames} == {(Absent.PRESENT, Absent.PRESENT)}
    assert framing.heard_ms == 30_000


def test_media_that_comes_after_its_time_slips_instead_of_being_lost() -> None:
    framing = Framing(RATE)
    framing.push(MediaChunk("agent", ramp(160), at_sample=0))
    framing.push(MediaChunk("customer", ramp(160), at_sample=0))
    framing.advance(100)
    framing.push(MediaChunk("agent", ramp(160, 161), at_sample=160))
    frames = framing.push(MediaChunk("customer", ramp(160, 161), at_sample=160))
    np.testing.assert_array_equal(joined(frames), np.stack((ramp(160, 161), ramp(160, 161))))
    assert framing.stats.slipped_frames == 8


@pytest.mark.parametrize("ppm", [100, -100])
def test_a_drifting_clock_slips_by_whole_frames_and_stays_aligned(ppm: int) -> None:
    framing = Framing(RATE, FramingSettings(drift_ms=40))
    sent = 0
    for n in range(100 * 60 * 10):
        framing.push(MediaChunk("agent", np.full(80, 1, np.int16), at_sample=80 * n))
        due = round(80 * (n + 1) * (1 + ppm * 1e-6)) - sent
        framing.push(MediaChunk("customer", np.full(due, 1, np.int16), at_sample=sent))
        sent += due
    assert abs(framing.last_media_ms(0) - framing.last_media_ms(1)) <= 60
    assert 1 <= framing.stats.slipped_frames <= 4


def test_a_clock_that_jumps_by_hours_is_a_new_clock() -> None:
    framing = Framing(RATE)
    for at in (0, 10**9):
        framing.push(MediaChunk("agent", ramp(160), at_sample=at))
        frames = framing.push(MediaChunk("customer", ramp(160), at_sample=at))
        assert len(frames) == 1
    assert framing.stats.reanchored == 2


@given(
    st.lists(st.tuples(st.booleans(), st.integers(1, 700)), max_size=30),
    st.sampled_from([8000, 16000]),
    st.booleans(),
)
def test_any_chunking_gives_the_same_frames(cuts: list[tuple[bool, int]], rate: int, stamped: bool) -> None:
    total = 3000
    legs = {"agent": ramp(total), "customer": ramp(total, 9000)}
    framing, sent, frames = Framing(rate), {"agent": 0, "customer": 0}, []

    def send(leg: str, count: int) -> None:
        at = sent[leg]
        chunk = legs[leg][at : at + count]
        sent[leg] = at + chunk.size
        frames.extend(framing.push(MediaChunk(leg, chunk, at if stamped else None)))

    for first, count in cuts:
        send("agent" if first else "customer", count)
    send("agent", total)
    send("customer", total)
    frames += framing.flush()
    whole = Framing(rate)
    whole.push(MediaChunk("agent", legs["agent"]))
    expected = whole.push(MediaChunk("customer", legs["customer"])) + whole.flush()
    assert [f.absent for f in frames] == [f.absent for f in expected]
    np.testing.assert_array_equal(joined(frames), joined(expected))
