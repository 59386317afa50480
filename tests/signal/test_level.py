"""Levels against signals whose level is known, and against the reference program's vectors where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.signal.bank import Bank, Readings
from monitor.signal.level import FLOOR_DBOV, dbov, frame_power
from monitor.signal.settings import LowVolumeSettings, SignalSettings
from tests import tapes
from tests.tapes import Signal

DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[3] / "shared" / "data"))


def frame_levels(signal: Signal, rate_hz: int = 8000) -> np.ndarray:  # type: ignore[type-arg]
    pcm, _ = tapes.line(signal, signal, rate_hz).columns()
    return dbov(frame_power(pcm), 1, rate_hz // 50)[:, 0]


def last(leg: Signal, rate_hz: int = 8000, settings: SignalSettings | None = None) -> Readings:
    bank = Bank(rate_hz, settings or SignalSettings())
    number = bank.open()
    for pcm, absent in tapes.line(leg, leg * 0, rate_hz).frames():
        readings = bank.step(np.array([number]), pcm[None], absent[None]).readings
    return readings


@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_a_full_scale_sine_is_minus_3_01_and_a_square_wave_is_0(rate_hz: int) -> None:
    sine = 32767 * np.sin(2 * np.pi * 1000 * np.arange(rate_hz) / rate_hz)
    assert frame_levels(sine, rate_hz) == pytest.approx(-3.01, abs=0.01)
    square = np.where(np.arange(rate_hz) % 8 < 4, 32767.0, -32768.0)
    assert frame_levels(square, rate_hz) == pytest.approx(0.0, abs=0.01)


@given(st.floats(-60, -4), st.integers(2, 34), st.integers(-8000, 8000))
def test_a_sine_has_the_level_it_was_made_with_whatever_the_offset(level_dbov: float, half: int, offset: int) -> None:
    signal = tapes.sine(half * 50, 200, level_dbov - 4) + offset
    assert frame_levels(signal) == pytest.approx(level_dbov - 4, abs=0.1)


def test_silence_is_the_floor_and_readings_step_by_hundredths() -> None:
    assert (frame_levels(np.zeros(1600)) == FLOOR_DBOV).all()
    levels = frame_levels(tapes.white(1000, -40))
    assert np.array_equal(levels, np.rint(levels * 100) / 100)


def test_power_is_exact() -> None:
    pcm = np.random.default_rng(3).integers(-32768, 32768, (5, 2, 320)).astype(np.int16)
    exact = [[320 * sum(int(x) ** 2 for x in leg) - sum(map(int, leg)) ** 2 for leg in frame] for frame in pcm]
    assert frame_power(pcm).tolist() == exact


@pytest.mark.parametrize("dbov_", [-20.0, -26.0, -38.0, -45.0])
def test_active_speech_level_of_a_voice_without_pauses(dbov_: float) -> None:
    readings = last(np.concatenate((np.zeros(8000), tapes.speech(5000, dbov_))))
    assert readings.speech_level_dbov[0, 0] == pytest.approx(dbov_, abs=0.5)


def test_pauses_do_not_lower_the_active_level() -> None:
    talk = np.concatenate([tapes.speech(1000, -26, seed=k) * (k % 3 == 0) for k in range(9)])
    assert last(talk + tapes.white(9000, -70)).speech_level_dbov[0, 0] == pytest.approx(-26, abs=1.0)


def test_noise_is_measured_between_the_words_and_the_floor_before_them() -> None:
    talk = np.concatenate([tapes.speech(1500, -26, seed=k) * (k % 2) for k in range(8)])
    readings = last(talk + tapes.white(12_000, -50))
    assert readings.noise_dbov[0, 0] == pytest.approx(-50, abs=0.5)
    assert readings.snr_db[0, 0] == pytest.approx(24, abs=1)
    assert last(tapes.white(300, -50)).noise_dbov[0, 0] == pytest.approx(-50, abs=1)


def test_nothing_is_known_of_a_leg_without_media() -> None:
    bank = Bank(8000, SignalSettings())
    number = bank.open()
    for pcm, absent in tapes.tape("x" * 20, "d" * 20).frames():
        readings = bank.step(np.array([number]), pcm[None], absent[None]).readings
    assert np.isnan(readings.snr_db).all()
    assert np.isnan(readings.noise_dbov).all()
    assert np.isnan(readings.speech_level_dbov).all()


@pytest.mark.skipif(not DATA.exists(), reason="the recordings are not here (LINEWATCH_DATA)")
@pytest.mark.parametrize(("name", "active_dbov"), [("sv56-voice.nrm", -30.0), ("sv56-voice.src", -25.33)])
def test_active_level_of_the_reference_vectors(name: str, active_dbov: float) -> None:
    voice = np.fromfile(DATA / "reference" / "itu-stl" / name, dtype="<i2").astype(np.float64)
    whole = SignalSettings(low_volume=LowVolumeSettings(window_ms=10_000))
    assert last(voice, 16000, whole).speech_level_dbov[0, 0] == pytest.approx(active_dbov, abs=0.3)
