"""The noise under the words is taken out of the level that the meter shows."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.signal.bank import Bank, Readings
from monitor.signal.settings import SignalSettings
from monitor.signal.under import under_db
from tests import tapes
from tests.tapes import Signal

ONE = 160.0**2 * 32768.0**2


def raised(speech_dbov: float, noise_dbov: float, floor_dbov: float, known: bool = True) -> float:
    power, noise = np.array([int(ONE * 10 ** (speech_dbov / 10))]), np.array([noise_dbov])
    seen = noise if known else np.array([np.nan])
    return float(under_db(power, np.array([1]), noise, seen, np.array([floor_dbov]), 160)[0])


@pytest.mark.parametrize(("below_db", "by_db"), [(20, 0.04), (10, 0.46), (6, 1.26), (3, 3.02)])
def test_it_is_what_two_powers_add(below_db: float, by_db: float) -> None:
    assert raised(-26, -26 - below_db, -26 - below_db - 2) == pytest.approx(by_db, abs=0.03)


def test_it_is_never_more_than_four_decibels() -> None:
    assert raised(-50, -20, -20) == pytest.approx(3.98, abs=0.01)


def test_of_what_clatters_over_a_quiet_floor_three_quarters_are_under_the_words() -> None:
    assert raised(-26, -31, -60) == pytest.approx(1.17, abs=0.02)


def test_nothing_of_it_while_little_was_heard_between_words() -> None:
    assert raised(-26, -28, -60, known=False) < 0.01
    assert raised(-26, -36, -38, known=False) == pytest.approx(0.46, abs=0.03)


def test_nothing_is_taken_out_before_anything_is_known() -> None:
    nothing = np.array([0])
    some = np.array([-50.0])
    assert under_db(nothing, nothing, some, some, some, 160) == 0
    assert raised(-26, np.nan, np.nan) == 0


def shown(leg: Signal) -> Readings:
    bank = Bank(8000, SignalSettings())
    number = bank.open()
    for pcm, absent in tapes.line(leg, leg * 0).frames():
        readings = bank.step(np.array([number]), pcm[None], absent[None]).readings
    return readings


@pytest.mark.parametrize("below_db", [20, 10, 5])
def test_the_meter_shows_the_voice_alone(below_db: float) -> None:
    talk = np.concatenate([tapes.speech(1500, -26, seed=k) * (k % 2) for k in range(8)])
    readings = shown(talk + tapes.white(12_000, -26 - below_db))
    assert readings.speech_level_dbov[0, 0] == pytest.approx(-26, abs=1)
    assert readings.snr_db[0, 0] == pytest.approx(below_db, abs=2)


def test_where_nobody_has_paused_yet_nothing_is_taken_for_noise() -> None:
    readings = shown(tapes.speech(8000, -26, seed=3))
    assert readings.speech_level_dbov[0, 0] == pytest.approx(-26, abs=0.5)
