from __future__ import annotations

import numpy as np
import pytest

from monitor.signal.spectrum import WINDOW, Evidence, evidence, narrow
from tests import tapes
from tests.tapes import Signal

NUMBERS = [name for name in Evidence.__slots__ if name not in ("power", "peak")]


def looks(signal: Signal):  # type: ignore[no-untyped-def]
    pcm = tapes.pcm(signal)
    return evidence(np.ascontiguousarray(pcm[: len(pcm) // WINDOW * WINDOW].reshape(-1, WINDOW)))


def test_white_noise_is_flat_and_a_tone_is_not() -> None:
    white, tone = looks(tapes.white(2000, -30)), looks(tapes.sine(450, 2000, -30))
    assert white.flatness.mean() > -0.8
    assert white.periodicity.mean() < 0.35
    assert tone.flatness.max() < -4
    assert tone.tonality.min() > 0.9


@pytest.mark.parametrize("hz", [90.0, 140.0, 220.0])
def test_a_voice_is_periodic(hz: float) -> None:
    assert np.median(looks(tapes.speech(2000, -26, voice_hz=hz)).periodicity) > 0.6


@pytest.mark.parametrize("hz", [110.0, 150.0, 220.0])
def test_a_stack_of_harmonics_is_a_comb_and_noise_is_none(hz: float) -> None:
    stack = looks(tapes.at_level(sum(tapes.sine(hz * k, 1000, -40) for k in range(2, int(3500 / hz))), -26))
    assert stack.comb.min() > 0.3
    assert (stack.comb_of_pitch <= stack.comb).all()
    assert looks(tapes.white(1000, -26)).comb.max() < 0.2


def test_balance() -> None:
    assert looks(tapes.sine(100, 1000, -30)).low.min() > 0.95
    assert looks(tapes.sine(2500, 1000, -30)).high.min() > 0.95
    assert looks(tapes.sine(900, 1000, -30)).within.min() > 0.95
    assert max(looks(tapes.sine(hz, 1000, -30)).within.max() for hz in (50, 3900)) < 0.01


def test_silence_is_no_division_by_zero() -> None:
    found = looks(np.zeros(3200))
    for name in NUMBERS:
        assert np.isfinite(getattr(found, name)).all()


def test_rows_do_not_see_each_other() -> None:
    windows = np.stack([tapes.pcm(tapes.white(40, -30, seed=k)) for k in range(7)])
    together = evidence(windows)
    for k in range(7):
        alone = evidence(windows[k : k + 1])
        for name in NUMBERS:
            assert getattr(alone, name)[0] == getattr(together, name)[k]


def test_wide_band_is_halved() -> None:
    wide = tapes.pcm(tapes.sine(440, 20, -20, 16000)).reshape(1, 1, 320)
    assert narrow(wide).shape == (1, 1, 160)
    assert tapes.level(narrow(wide)[0, 0]) == pytest.approx(-20, abs=0.3)
    assert np.array_equal(narrow(narrow(wide)), narrow(wide))
    assert narrow(np.full((1, 2, 320), -32768, np.int16)).min() == -32768


def test_many_windows_are_measured_as_each_alone() -> None:
    windows = np.random.default_rng(3).integers(-9000, 9000, (600, WINDOW)).astype(np.int16)
    together = evidence(windows)
    for k in (0, 255, 256, 599):
        alone = evidence(windows[k : k + 1])
        for name in Evidence.__slots__:
            assert np.array_equal(getattr(together, name)[k], getattr(alone, name)[0]), (name, k)
