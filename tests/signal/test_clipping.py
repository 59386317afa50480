from __future__ import annotations

import numpy as np
import pytest

from bench.detection import by_wire
from tests import tapes
from tests.signal.scenes import conditions, heard
from tests.tapes import Signal


def clipped(leg: Signal, rate_hz: int = 8000) -> list[tuple[str | None, int, int]]:
    idle = tapes.white(len(leg) * 1000 // rate_hz, -66, rate_hz)
    found = conditions(heard(tapes.line(idle, leg, rate_hz)))
    return [(b.kind, b.since_ms, b.end_ms) for side, b in found if b.condition == "clipping"]


def coded(leg: Signal, law: str) -> Signal:
    tape = by_wire(tapes.line(leg, leg * 0), law)
    return tape.samples[0].astype(np.float64)


VOICE = tapes.speech(6000, -20)
IDLE = tapes.white(1000, -66)


@pytest.mark.parametrize("ceiling", [32767.0, 32256.0, 32124.0])
def test_every_codecs_own_ceiling_is_hard(ceiling: float) -> None:
    driven = np.clip(VOICE / np.abs(VOICE).max() * 100_000, -ceiling, ceiling)
    ((kind, since, end),) = clipped(np.concatenate((IDLE, driven, IDLE)))
    assert (kind, since) == ("hard", pytest.approx(1000, abs=60))
    assert end == pytest.approx(7000, abs=200)


@pytest.mark.parametrize("ceiling", [3000.0, 9000.0, 20_000.0])
@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_a_flat_ceiling_below_it_is_soft(ceiling: float, rate_hz: int) -> None:
    voice = tapes.speech(6000, -20, rate_hz)
    ((kind, _, _),) = clipped(tapes.soft_clip(voice, ceiling, 10), rate_hz)
    assert kind == "soft"


@pytest.mark.parametrize("peak", [8000.0, 32_000.0])
@pytest.mark.parametrize("hz", [95.0, 150.0, 230.0])
def test_a_voice_that_is_only_loud_is_not_clipped(peak: float, hz: float) -> None:
    voice = tapes.speech(8000, -20, seed=5, voice_hz=hz)
    assert clipped(voice / np.abs(voice).max() * peak) == []


@pytest.mark.parametrize("top", [9000.0, 32_124.0])
def test_one_flat_top_is_no_clipping(top: float) -> None:
    """A burst of breath, or a blow against the handset, early in a call: nothing else is so high."""
    voice = tapes.speech(3000, -26)
    at = int(np.abs(voice[:1600]).argmax())
    voice[at : at + 16] = top
    assert clipped(np.concatenate((IDLE, voice, IDLE))) == []


@pytest.mark.parametrize("law", ["alaw", "ulaw"])
def test_the_coarse_steps_of_g711_are_no_ceiling(law: str) -> None:
    assert clipped(coded(tapes.speech(12_000, -20, seed=7), law)) == []
    assert [kind for kind, _, _ in clipped(coded(tapes.soft_clip(VOICE, 9000.0, 10), law))] == ["soft"]


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_a_ceiling_that_noise_throws_from_one_step_into_the_next_is_found(seed: int) -> None:
    between = 12_288.0  # A-law has 12032 and 12544
    driven = tapes.soft_clip(tapes.speech(6000, -20, seed=seed), between, 10) + tapes.white(6000, -58, seed=seed)
    assert {kind for kind, _, _ in clipped(coded(driven, "alaw"))} == {"soft"}


def test_a_tone_stands_at_its_own_height() -> None:
    keys = tapes.dtmf("0123456789*#", -14)
    assert clipped(np.concatenate((IDLE, coded(keys, "alaw"), IDLE))) == []


def test_it_ends_two_seconds_after_the_last_clipped_sample_at_its_time() -> None:
    driven = tapes.hard_clip(VOICE, 10)
    ((_, _, end),) = clipped(np.concatenate((driven, tapes.white(4000, -66))))
    assert end == pytest.approx(6000, abs=100)


def test_low_volume_is_not_stated_while_it_clips() -> None:
    quiet = tapes.soft_clip(VOICE, 2500.0, 24)
    found = conditions(heard(tapes.line(tapes.white(6000, -66), quiet * 0.9)))
    assert "low_volume" not in {body.condition for _, body in found}


@pytest.mark.parametrize("kind", ["S", "q", "N", "R", "M", "H", "_", "."])
def test_what_does_not_clip(kind: str) -> None:
    found = conditions(heard(tapes.tape("a: " + kind * 60)))
    assert [body for _, body in found if body.condition == "clipping"] == []
