"""What is speech on a phone line, and what only sounds busy."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.core.events import SpeechEnded
from tests import tapes
from tests.signal.scenes import heard
from tests.tapes import Signal


def runs(leg: Signal, rate_hz: int = 8000) -> list[tuple[int, int]]:
    events = heard(tapes.line(leg, leg * 0, rate_hz))
    return [(e.body.since_ms, e.body.end_ms) for e in events if isinstance(e.body, SpeechEnded)]


def after_idle(signal: Signal, rate_hz: int = 8000) -> Signal:
    return np.concatenate((tapes.white(1500, -66, rate_hz), signal, tapes.white(1500, -66, rate_hz, 2)))


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize("level_dbov", [-18.0, -26.0, -36.0, -45.0])
@pytest.mark.parametrize("hz", [100.0, 200.0])
def test_speech_is_heard_at_every_level(rate_hz: int, level_dbov: float, hz: float) -> None:
    voice = tapes.speech(3000, level_dbov, rate_hz, 3, hz) + tapes.white(3000, -66, rate_hz, 8)
    found = runs(after_idle(voice, rate_hz), rate_hz)
    assert found[0][0] == pytest.approx(1500, abs=120)
    assert found[-1][1] == pytest.approx(4500, abs=120)


@pytest.mark.parametrize("snr_db", [20, 10, 5])
def test_speech_is_heard_over_noise_with_its_edges(snr_db: int) -> None:
    leg = np.concatenate((np.zeros(8000 * 4), tapes.speech(3000, -26), np.zeros(8000 * 4)))
    found = runs(leg + tapes.white(11_000, -26 - snr_db))
    assert found[0][0] == pytest.approx(4000, abs=300)
    assert found[-1][1] == pytest.approx(7000, abs=300)


@pytest.mark.parametrize("level_dbov", [-20.0, -35.0, -50.0])
@pytest.mark.parametrize(
    "make",
    [tapes.white, tapes.hiss, tapes.hum, tapes.ring_back, tapes.busy, tapes.music],
    ids=lambda make: make.__name__,
)
def test_none_of_these_is_speech(make, level_dbov: float) -> None:  # type: ignore[no-untyped-def]
    assert runs(after_idle(make(6000, level_dbov))) == []


@pytest.mark.parametrize("level_dbov", [-10.0, -30.0])
def test_keys_are_not_speech(level_dbov: float) -> None:
    assert runs(after_idle(tapes.dtmf("0123456789*#", level_dbov))) == []


def test_pink_noise_is_hardly_ever_speech() -> None:
    assert sum(end - start for start, end in runs(after_idle(tapes.pink(30_000, -30)))) < 600


@pytest.mark.parametrize("level_dbov", [-90.0, -75.0, -65.0])
def test_near_zero_is_not_speech(level_dbov: float) -> None:
    assert runs(tapes.white(5000, level_dbov)) == []


def test_a_call_that_begins_in_the_middle_of_a_word() -> None:
    assert runs(tapes.speech(2000, -26))[0][0] <= 100


@pytest.mark.system
@pytest.mark.parametrize("voice", ["cmn", "cmn+f3", "yue", "en"])
def test_synthetic_voices_are_speech(voice: str) -> None:
    words = tapes.at_level(tapes.espeak("请问有什么可以帮助您 hello good morning", voice), -26)
    found = runs(after_idle(words + tapes.white(len(words) // 8 + 1, -66)[: len(words)]))
    assert sum(end - start for start, end in found) > 0.7 * len(words) / 8
