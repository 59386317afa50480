"""Steady noise, which the detector goes by, and all that is no word, which the meters show."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.core.events import ChannelQuality
from monitor.signal.bank import Bank, Readings
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.signal.scenes import conditions, heard
from tests.tapes import Signal

MS = 30_000


def strokes(dbov: float) -> Signal:
    """40 ms of a short thud, six times a second: too short to be words, loud enough to be taken for sounds of them."""
    one = tapes.sine(180, 40, dbov) * np.linspace(1.0, 0.2, 320)
    out = np.zeros(MS * 8)
    for at_ms in range(0, MS - 100, 170):
        out[at_ms * 8 : at_ms * 8 + len(one)] += one
    return out


def talk() -> Signal:
    """Two seconds in six are spoken, the first ten are not."""
    out = np.zeros(MS * 8)
    for at_ms in range(10_000, MS - 4000, 6000):
        voice = tapes.speech(2000, -26, seed=at_ms)
        out[at_ms * 8 : at_ms * 8 + len(voice)] += voice
    return out


def shown(leg: Signal) -> tuple[Readings, ChannelQuality]:
    bank = Bank(8000, SignalSettings())
    number = bank.open()
    pcm, absent = tapes.line(leg, tapes.white(MS, -66)).columns()
    step = bank.steps(np.array([number]), pcm[:, None], absent[:, None])[-1]
    (found,) = [event.body for event in bank.quality(number) if event.channel == "agent"]
    assert isinstance(found, ChannelQuality)
    return step.readings, found


@pytest.mark.parametrize("dbov", [-30.0, -40.0])
def test_strokes_between_the_words_are_noise_to_the_meters(dbov: float) -> None:
    beside = strokes(dbov) + tapes.white(MS, -62)
    readings, quality = shown(beside + talk())
    true = tapes.level(beside)
    assert readings.noise_dbov[0, 0] == pytest.approx(true, abs=2)
    assert readings.snr_db[0, 0] == pytest.approx(-26 - true, abs=3)
    assert quality.noise_dbov == pytest.approx(true, abs=2)
    assert quality.snr_db == pytest.approx(-26 - true, abs=3)


def test_steady_noise_is_what_it_was() -> None:
    readings, quality = shown(tapes.white(MS, -50) + talk())
    assert readings.noise_dbov[0, 0] == pytest.approx(-50, abs=0.5)
    assert quality.noise_dbov == pytest.approx(-50, abs=0.5)


def test_a_clean_line_stays_clean_whatever_is_said_on_it() -> None:
    readings, quality = shown(tapes.white(MS, -66) + talk())
    assert readings.noise_dbov[0, 0] == pytest.approx(-66, abs=0.5)
    assert quality.snr_db == pytest.approx(40, abs=2)


def test_music_that_turns_out_to_be_music_is_forgotten() -> None:
    leg = tapes.white(MS, -60)
    leg[8000 : 8000 + 12_000 * 8] += tapes.music(12_000, -24)
    readings, _ = shown(leg)
    assert readings.noise_dbov[0, 0] == pytest.approx(-60, abs=1)
    assert [
        body.condition for side, body in conditions(heard(tapes.line(leg, leg * 0))) if body.condition == "noise"
    ] == []


@pytest.mark.parametrize(("odds", "is_noise"), [(-100.0, False), (-400.0, True)])
def test_a_vowel_that_may_be_a_voice_is_no_noise(odds: float, is_noise: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Held for two seconds between rests; what the voice detector makes of it is given."""
    t = np.arange(16_000) / 8000
    vowel = tapes.at_level(np.asarray(sum(np.sin(2 * np.pi * 150 * k * t) / k for k in range(1, 9))), -24)
    leg = np.concatenate((np.zeros(24_000), vowel, np.zeros(24_000))) + tapes.white(8000, -66)
    bank = Bank(8000, SignalSettings())
    look = bank._vad.look
    monkeypatch.setattr(bank._vad, "look", lambda *given: look(*given)._replace(score=np.full((1, 1, 2), odds)))
    line, shown = np.array([bank.open()]), []
    for pcm, absent in tapes.line(leg, np.zeros(64_000)).frames():
        shown.append(float(bank.step(line, pcm[None], absent[None]).readings.noise_dbov[0, 0]))
    assert (max(shown[150:]) > -40) == is_noise
