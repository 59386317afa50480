from __future__ import annotations

import numpy as np
import pytest

from monitor.core.events import ConditionEnded
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.signal.scenes import conditions, heard
from tests.tapes import Signal


def spoken(snr_db: float, noise: Signal) -> list[ConditionEnded]:
    """Turns of two seconds with pauses of two seconds over a noise."""
    parts = [tapes.speech(2000, -26, seed=k) if k % 2 else np.zeros(16_000) for k in range(10)]
    speech = np.concatenate(parts)
    line = tapes.line(tapes.white(20_000, -66), speech + tapes.at_level(noise[: len(speech)], -26 - snr_db))
    return [body for side, body in conditions(heard(line)) if side == 1 and body.condition == "noise"]


@pytest.mark.parametrize(("snr_db", "level"), [(13.0, "warn"), (5.0, "alarm"), (0.0, "alarm")])
def test_levels(snr_db: float, level: str) -> None:
    found = spoken(snr_db, tapes.white(20_000, -30))
    assert [body.level for body in found] == [level]
    assert found[0].since_ms <= 1000


@pytest.mark.parametrize("snr_db", [17.0, 20.0, 30.0])
def test_a_usual_line_is_none(snr_db: float) -> None:
    assert spoken(snr_db, tapes.white(20_000, -30)) == []


@pytest.mark.parametrize("snr_db", [0.0, 5.0, 10.0, 14.0])
def test_snr_within_three_decibels(snr_db: float) -> None:
    parts = [tapes.speech(2000, -26, seed=k) if k % 2 else np.zeros(16_000) for k in range(10)]
    noise = tapes.white(20_000, -26 - snr_db)
    assert last_snr(np.concatenate(parts) + noise) == pytest.approx(snr_db, abs=3)


def last_snr(leg: Signal) -> float:
    bank = Bank(8000, SignalSettings())
    number = bank.open()
    for pcm, absent in tapes.line(leg, leg * 0).frames():
        readings = bank.step(np.array([number]), pcm[None], absent[None]).readings
    return float(readings.snr_db[0, 0])


@pytest.mark.parametrize(
    ("kind", "noise"),
    [
        ("hiss", tapes.white(20_000, -30)),
        ("hiss", tapes.hiss(20_000, -30)),
        ("hum", tapes.hum(20_000, -30)),
        ("hum", tapes.hum(20_000, -30, hz=60)),
        ("traffic", tapes.pink(20_000, -30)),
    ],
)
def test_kinds(kind: str, noise: Signal) -> None:
    assert {body.kind for body in spoken(3.0, noise)} == {kind}


def test_before_any_speech_the_reference_is_minus_26() -> None:
    line = tapes.line(tapes.white(8000, -45), tapes.white(8000, -33, seed=2))
    found = [(side, b.level, b.since_ms) for side, b in conditions(heard(line)) if b.condition == "noise"]
    assert found == [(1, "alarm", pytest.approx(0, abs=500))]


def test_it_must_last_three_seconds() -> None:
    line = tapes.tape("." * 20 + "N" * 22 + "." * 60)
    assert [b for _, b in conditions(heard(line)) if b.condition == "noise" and b.since_ms < 1500] == []


@pytest.mark.parametrize(("goes_on", "levels"), [(True, ["alarm"]), (False, [])])
def test_what_is_over_before_it_can_be_stated_is_none(goes_on: bool, levels: list[str]) -> None:
    """A hiss as the customer begins; who talks on for four seconds; then either the hiss is there still, or nothing."""
    hiss = tapes.hiss(14_000, -30)
    hiss[12_000 if not goes_on else len(hiss) :] = 0
    speech = np.zeros(len(hiss))
    speech[10_400:42_400] = tapes.speech(4000, -26)
    line = tapes.line(tapes.white(14_000, -66), hiss + speech + tapes.white(14_000, -66, seed=3))
    assert [body.level for _, body in conditions(heard(line)) if body.condition == "noise"] == levels


@pytest.mark.parametrize("kind", ["S", "M", "R", "B", "D", "_", "u", "d", "."])
def test_what_is_no_noise(kind: str) -> None:
    line = tapes.tape("a: " + "." * 20 + kind * 80 + "." * 20)
    assert [b for _, b in conditions(heard(line)) if b.condition == "noise"] == []
