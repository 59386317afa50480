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


@pytest.mark.parametrize("kind", ["S", "F", "N", "H", "M", "K", "C", "_"])
def test_what_is_no_tone(kind: str) -> None:
    found = conditions(heard(tapes.tape("a: " + kind * 100)))
    assert [body for _, body in found if body.condition == "tone"] == []


def test_somebody_answers() -> None:
    found = conditions(heard(tapes.tape("a: " + "." * 90, "c: " + "R" * 30 + "S" * 40 + "." * 20)))
    ((since, end),) = [(b.since_ms, b.end_ms) for _, b in found if b.condition == "tone"]
    assert (since, end) == (pytest.approx(0, abs=60), pytest.approx(1000, abs=60))
