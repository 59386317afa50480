"""How much of a frame is the voice's, by the weights and by the noise of late; and so the meters."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.signal import mask_weights
from monitor.signal.bank import Bank, Readings
from monitor.signal.gated import FINE, STATES
from monitor.signal.mask import mask, voice_share
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.tapes import Signal

UNITS, MASK = (np.array(getattr(mask_weights, name)) / 256 for name in ("UNITS", "MASK"))


def share(said: float, level_dbov: float, noise_dbov: float, over_floor_db: float = 20) -> float:
    noise = np.array([noise_dbov])
    return float(voice_share(np.array([said]), np.array([level_dbov]), noise, noise - over_floor_db)[0])


def test_it_is_what_the_weights_say_but_for_rounding() -> None:
    states = np.random.default_rng(3).normal(0, 0.5, (200, STATES))
    units = np.maximum(np.concatenate((states, np.ones((200, 1))), axis=1) @ UNITS.T, 0)
    odds = np.concatenate((units, np.ones((200, 1))), axis=1) @ MASK
    found = mask(np.rint(states * FINE))
    # what lines carry is less like a voice than what it is fitted on
    assert np.log(found / (1 - found))[np.abs(odds) < 4] == pytest.approx(odds[np.abs(odds) < 4] + 60 / 256, abs=0.1)


def test_what_is_far_over_the_noise_is_the_voices_own() -> None:
    assert share(0.1, -26, -66) == pytest.approx(1, abs=0.001)
    assert share(0.1, -26, -46) == pytest.approx(0.937, abs=0.001)
    assert share(0.1, -26, -30) == pytest.approx(0.1, abs=0.001)


def test_a_steady_noise_is_no_louder_under_a_word() -> None:
    assert share(0.1, -26, -32, over_floor_db=0) == pytest.approx(0.684, abs=0.001)
    assert share(0.1, -26, -32, over_floor_db=3) == pytest.approx(0.499, abs=0.001)


def test_while_no_noise_is_known_all_is_the_voices_own() -> None:
    assert share(0.1, -26, np.nan) == share(np.nan, -26, np.nan) == 1


def test_where_nothing_stands_out_it_is_what_lies_over_the_noise() -> None:
    assert share(np.nan, -36, -39) == pytest.approx(0.5, abs=0.01)
    assert share(np.nan, -40, -36) == 0


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
