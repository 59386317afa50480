from __future__ import annotations

import numpy as np
import pytest

from tests import tapes
from tests.signal.scenes import conditions, heard
from tests.tapes import Signal


def tones(signal: Signal, rate_hz: int = 8000) -> list[tuple[str | None, int, int]]:
    leg = signal + tapes.white(len(signal) * 1000 // rate_hz, -66, rate_hz)
    found = conditions(
        heard(tapes.line(leg * 0 + tapes.white(len(leg) * 1000 // rate_hz, -66, rate_hz, 5), leg, rate_hz))
    )
    assert not [body for _, body in found if body.condition not in ("tone", "silence")]
    return [(body.kind, body.since_ms, body.end_ms) for side, body in found if body.condition == "tone"]


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize("level_dbov", [-12.0, -30.0])
def test_ring_back_lasts_over_its_pauses(rate_hz: int, level_dbov: float) -> None:
    ((kind, since, end),) = tones(tapes.ring_back(17_000, level_dbov, rate_hz), rate_hz)
    assert kind == "ring-back"
    assert since == pytest.approx(0, abs=60)
    assert end >= 16_000


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize("ms", [3000, 12_000])
def test_a_tone_that_goes_on_is_no_ring_back(ms: int, rate_hz: int) -> None:
    """A dial tone is 450 Hz, too."""
    signal = np.concatenate((np.zeros(rate_hz), tapes.sine(450, ms, -20, rate_hz), np.zeros(2 * rate_hz)))
    ((kind, since, end),) = tones(signal, rate_hz)
    assert (kind, since, end) == (None, pytest.approx(1000, abs=60), pytest.approx(1000 + ms, abs=60))


def test_a_dial_tone_after_ring_back_is_a_tone_of_its_own() -> None:
    first, then = tones(np.concatenate((tapes.ring_back(9000), tapes.sine(450, 6000, -20))))
    assert (first[0], then[0]) == ("ring-back", None)
    assert first[2] == then[1] == pytest.approx(9000, abs=60)


def test_ring_back_is_said_once_its_first_burst_is_over() -> None:
    leg = tapes.ring_back(6000) + tapes.white(6000, -66)
    start = next(e for e in heard(tapes.line(leg, leg * 0)) if getattr(e.body, "condition", "") == "tone")
    assert start.at_ms == pytest.approx(1000, abs=60)


@pytest.mark.parametrize("on_ms", [200, 500, 700])
def test_a_burst_of_another_length_is_neither(on_ms: int) -> None:
    signal = np.concatenate((tapes.sine(450, on_ms, -20), np.zeros(8 * 4000)))
    assert tones(signal) == []


def test_it_is_over_when_no_burst_follows() -> None:
    ((kind, _, end),) = tones(np.concatenate((tapes.ring_back(2000), np.zeros(8000 * 8))))
    assert kind == "ring-back"
    assert end == pytest.approx(1000, abs=60)


@pytest.mark.parametrize("level_dbov", [-12.0, -30.0])
def test_busy(level_dbov: float) -> None:
    ((kind, since, end),) = tones(tapes.busy(7000, level_dbov))
    assert kind == "busy"
    assert since == pytest.approx(0, abs=60)
    assert end == pytest.approx(7000, abs=400)


def test_two_bursts_are_not_busy_yet() -> None:
    assert tones(tapes.busy(1200)) == []


@pytest.mark.parametrize("key", list("0123456789ABCD*#"))
def test_every_key_and_never_which(key: str) -> None:
    ((kind, since, end),) = tones(np.concatenate((np.zeros(8000), tapes.dtmf(key), np.zeros(16_000))))
    assert kind == "dtmf"
    assert since == pytest.approx(1000, abs=40)
    assert end == pytest.approx(1100, abs=60)


def test_a_number_is_one_tone() -> None:
    assert [kind for kind, _, _ in tones(tapes.dtmf("13800138000", on_ms=80, off_ms=80))] == ["dtmf"]


@pytest.mark.parametrize("off_percent", [-1.5, 0.0, 1.5])
def test_a_key_may_be_that_far_out_of_tune(off_percent: float) -> None:
    """ITU-T Q.24: what a receiver is to take."""
    by = 1 + off_percent / 100
    key = tapes.sine(770 * by, 100, -20) + tapes.sine(1336 * by, 100, -20)
    assert [kind for kind, _, _ in tones(np.concatenate((np.zeros(8000), key, np.zeros(16_000))))] == ["dtmf"]


@pytest.mark.parametrize(("low", "high"), [(784, 1319), (698, 1245), (880, 1480)])
def test_two_notes_of_a_hold_music_are_no_key(low: float, high: float) -> None:
    notes = tapes.sine(low, 200, -20) + tapes.sine(high, 200, -20)
    signal = np.concatenate((np.zeros(8000), notes, np.zeros(16_000)))
    assert tones(signal) == []


@pytest.mark.parametrize("falls_db", [12, 30])
def test_a_gong_that_dies_away_is_no_ring_back(falls_db: float) -> None:
    t = np.arange(8000 * 3 // 2) / 8000
    gong = tapes.sine(450, 1500, -20) * 10 ** (-falls_db * t / 20)
    assert tones(np.concatenate((np.zeros(8000), gong, np.zeros(16_000)))) == []


@pytest.mark.parametrize("kind", ["S", "F", "N", "H", "M", "K", "C", "_"])
def test_what_is_no_tone(kind: str) -> None:
    found = conditions(heard(tapes.tape("a: " + kind * 100)))
    assert [body for _, body in found if body.condition == "tone"] == []


def test_somebody_answers() -> None:
    found = conditions(heard(tapes.tape("a: " + "." * 90, "c: " + "R" * 30 + "S" * 40 + "." * 20)))
    ((since, end),) = [(b.since_ms, b.end_ms) for _, b in found if b.condition == "tone"]
    assert (since, end) == (pytest.approx(0, abs=60), pytest.approx(1000, abs=60))
