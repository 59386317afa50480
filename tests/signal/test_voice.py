import numpy as np
import pytest
from numpy.typing import NDArray

from demo.voice import Speaker, say
from monitor.core.types import Segment
from monitor.signal.voice import Voice, voice

RATE_HZ = 8000


def spoken(sound: NDArray[np.float64], before_ms: int = 0, after_ms: int = 0) -> Segment:
    """The sound as a segment's speech, with so much of silence kept around it."""
    whole_ms = len(sound) // 8
    parts = (np.zeros(before_ms * 8), sound[: whole_ms * 8], np.zeros(after_ms * 8))
    return Segment(
        segment_id="a1", call_id="call", channel="agent", start_ms=5000, end_ms=5000 + whole_ms,
        audio_start_ms=5000 - before_ms, rate_hz=RATE_HZ, samples=np.concatenate(parts).astype(np.int16),
        voiced_ms=whole_ms, level_dbov=-26, noise_dbov=-60,
    )  # fmt: skip


def sung(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    phase = 2 * np.pi * np.cumsum(hz) / RATE_HZ
    return np.asarray(1000 * np.sum([np.cos(k * phase) / k for k in range(1, 8)], axis=0))


def test_a_steady_voice_has_its_height_and_no_range() -> None:
    assert voice(spoken(sung(np.full(8000, 200.0)))) == Voice(200.0, 0.0)


def test_the_range_is_that_of_the_middle_four_fifths() -> None:
    glide = voice(spoken(sung(np.geomspace(150, 300, 24_000))))
    assert glide.pitch_hz == pytest.approx(212, abs=3)
    assert glide.pitch_range_st == pytest.approx(0.8 * 12, abs=0.3)


def test_what_surrounds_the_speech_does_not_count() -> None:
    loud_hum = sung(np.full(2400, 100.0))
    bare = sung(np.full(8000, 200.0))
    segment = spoken(bare, 300, 300)
    segment.samples[:2400] = loud_hum.astype(np.int16)
    segment.samples[-2400:] = loud_hum.astype(np.int16)
    assert voice(segment).pitch_hz == pytest.approx(200, abs=0.5)


def test_an_octave_slip_does_not_widen_the_range() -> None:
    slips = np.concatenate((np.full(6000, 200.0), np.full(1500, 100.0), np.full(6000, 200.0)))
    assert voice(spoken(sung(slips))).pitch_range_st == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("ms", [0, 20, 280])
def test_too_little_voice_tells_nothing(ms: int) -> None:
    assert voice(spoken(sung(np.full(ms * 8, 200.0)))) == Voice()


def test_a_short_word_has_a_height_but_no_range() -> None:
    assert voice(spoken(sung(np.full(400 * 8, 200.0)))) == Voice(200.0, None)


def test_noise_has_no_voice() -> None:
    noise = np.random.default_rng(1).standard_normal(16_000) * 1000
    assert voice(spoken(noise)) == Voice()


@pytest.mark.parametrize("text", ["您好,请问有什么可以帮助您", "这个业务我们今天给您办好"])
def test_a_synthetic_agent_sounds_alike_at_any_level(text: str) -> None:
    loud, soft = (voice(spoken(say(text, Speaker("f3", 180, 50, level)))) for level in (-18, -32))
    assert loud.pitch_hz is not None
    assert loud.pitch_range_st is not None
    assert soft.pitch_hz == pytest.approx(loud.pitch_hz, rel=0.03)
    assert soft.pitch_range_st == pytest.approx(loud.pitch_range_st, abs=1)
