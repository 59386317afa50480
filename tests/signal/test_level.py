"""Levels against signals whose level is known, and against the reference program's vectors where they are at hand."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import ChannelQuality
from monitor.signal.bank import Bank, Readings
from monitor.signal.level import FLOOR_DBOV, dbov, frame_power
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.p56 import active_level
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


def gated(on_s: float, off_s: float, dbov_: float, hz: float = 120.0) -> Signal:
    """Six times somebody speaks for on_s, always the same and always as loud, with nothing around it."""
    voice, rest = tapes.speech(round(on_s * 1000), dbov_, voice_hz=hz), np.zeros(round(off_s * 4000))
    return np.concatenate([rest, voice, rest] * 6)


def whole(leg: Signal, rate_hz: int = 8000) -> float:
    """Active level of the whole call, as `channel.quality` states it."""
    bank = Bank(rate_hz, SignalSettings())
    number = bank.open()
    pcm, absent = tapes.line(leg, leg * 0, rate_hz).columns()
    bank.steps(np.array([number]), pcm[:, None], absent[:, None])
    (found,) = [event.body for event in bank.quality(number) if event.channel == "agent"]
    assert isinstance(found, ChannelQuality)
    assert found.speech_level_dbov is not None
    return found.speech_level_dbov


ACTIVITIES = [(0.8, 1.2), (1.0, 1.0), (1.5, 0.5), (2.0, 2.0), (3.0, 6.0), (4.0, 2.0)]
# method B counts on for its hangover of 200 ms, and while its envelope falls by 15.9 dB
COUNTED_AFTER_S = 0.275


@pytest.mark.parametrize(("on_s", "off_s"), ACTIVITIES)
@pytest.mark.parametrize("carrier", ["tone", "noise"])
def test_what_it_is_compared_with_is_right_where_the_active_part_is_known(
    on_s: float, off_s: float, carrier: str
) -> None:
    """The level while it sounds, thinned out by what method B counts after it."""
    sound = tapes.sine(1000, round(on_s * 1000), -26) if carrier == "tone" else tapes.white(round(on_s * 1000), -26)
    rest = np.zeros(round(off_s * 4000))
    known = -26 - 10 * np.log10((on_s + COUNTED_AFTER_S) / on_s)
    assert active_level(np.concatenate([rest, sound, rest] * 4)) == pytest.approx(known, abs=0.1)


@pytest.mark.parametrize("dbov_", [-20.0, -26.0, -38.0, -45.0])
@pytest.mark.parametrize(("on_s", "off_s"), ACTIVITIES)
def test_active_level_of_voices_and_pauses(on_s: float, off_s: float, dbov_: float) -> None:
    """Whatever share of the time is spoken, and however loud: within 0.3 dB of what is known of it, and of method B."""
    talk = gated(on_s, off_s, dbov_, 120.0 if dbov_ < -30 else 200.0)
    stated = whole(talk + tapes.white(len(talk) // 8, -72)[: len(talk)])
    assert stated == pytest.approx(active_level(talk), abs=0.3)
    assert stated == pytest.approx(dbov_ - 10 * np.log10((on_s + COUNTED_AFTER_S) / on_s), abs=0.3)


@pytest.mark.parametrize("rate_hz", [8000, 16_000])
def test_a_voice_without_pauses_is_as_loud_as_it_is(rate_hz: int) -> None:
    for dbov_ in (-20.0, -36.0):
        assert whole(tapes.speech(9000, dbov_, rate_hz), rate_hz) == pytest.approx(dbov_, abs=0.3)


@pytest.mark.parametrize("dbov_", [-20.0, -26.0, -38.0, -45.0])
@pytest.mark.parametrize(("on_s", "off_s"), ACTIVITIES)
def test_the_level_of_the_last_three_seconds(on_s: float, off_s: float, dbov_: float) -> None:
    """What low volume is judged by. Where the window begins in the middle of a turn it holds less of the turn than of
    what counts after it, so it is the mean over two turns and their pauses that is right; each is within 1 dB."""
    talk = gated(on_s, off_s, dbov_)
    bank, turns = Bank(8000, SignalSettings()), round(2 * (on_s + off_s) * 50)
    number = np.array([bank.open()])
    leg = talk + tapes.white(len(talk) // 8, -72)[: len(talk)]
    pcm, absent = tapes.line(leg, leg * 0).columns()
    steps = bank.steps(number, pcm[:, None], absent[:, None])[-turns:]
    shown = np.array([step.readings.speech_level_dbov[0, 0] for step in steps])
    assert shown.mean() == pytest.approx(active_level(talk), abs=0.3)
    assert shown == pytest.approx(active_level(talk), abs=1.0)


def test_what_follows_a_word_at_the_same_loudness_is_not_heard_as_speech_for_long() -> None:
    """A crash right after the words, as loud as they: half a second of it, at most, counts."""
    crash = tapes.white(4000, -26, seed=3)
    talk = np.concatenate((np.zeros(8000), tapes.speech(4000, -26), crash, np.zeros(16_000)))
    assert whole(talk + tapes.white(len(talk) // 8, -70)[: len(talk)]) == pytest.approx(-26, abs=0.5)


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
    assert active_level(voice, 16_000) == pytest.approx(active_dbov, abs=0.05)
    assert whole(voice, 16_000) == pytest.approx(active_dbov, abs=0.3)
    assert last(voice, 16_000).speech_level_dbov[0, 0] == pytest.approx(active_dbov, abs=0.3)


@pytest.mark.skipif(not DATA.exists(), reason="the recordings are not here (LINEWATCH_DATA)")
def test_active_level_of_recorded_voices() -> None:
    """Some of four collections against method B: half of them within 0.15 dB, four in five within 0.3."""
    folders = (
        "speech-zh/magicdata-cs",
        "speech-other/watson-8k",
        "speech-other/azure-customspeech",
        "speech-dialect/yue",
    )
    files = [sorted((DATA / folder).rglob("*.flac"))[k] for folder in folders for k in (0, 3, 6)]
    voices = [tapes.at_level(tapes.recorded(file)[: 8000 * 15], -28) for file in files]
    wrong = [abs(whole(voice) - active_level(voice)) for voice in voices]
    assert np.median(wrong) <= 0.15
    assert np.mean(np.array(wrong) <= 0.3) >= 0.8
