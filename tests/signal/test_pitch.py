import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from demo.voice import Speaker, band, say
from monitor.signal.pitch import HIGHEST_HZ, pitch

Float32 = NDArray[np.float32]


def voice(f0_hz: float, ms: int = 600, rate_hz: int = 8000, lowest_hz: float = 0, highest_hz: float = 3400) -> Float32:
    """A complex of harmonics with falling strength and odd phases; lowest_hz takes the fundamental away."""
    at_s = np.arange(ms * rate_hz // 1000) / rate_hz
    tones = [k for k in range(1, 60) if max(lowest_hz, 1) <= k * f0_hz <= highest_hz]
    waves = [np.cos(2 * np.pi * k * f0_hz * at_s + k * k) / k for k in tones]
    return np.sum(waves, axis=0).astype(np.float32)


def noise(ms: int, level: float = 1.0, seed: int = 1) -> Float32:
    return (level * np.random.default_rng(seed).standard_normal(ms * 8)).astype(np.float32)


def semitones(found: NDArray[np.float64], wanted: float) -> NDArray[np.float64]:
    return np.abs(12 * np.log2(found / wanted))


@pytest.mark.parametrize("rate_hz", [8000, 16000])
@pytest.mark.parametrize("lowest_hz", [0, 300], ids=["whole", "fundamental missing"])
@pytest.mark.parametrize("f0_hz", [70, 90, 120, 180, 220, 300, 400, 480])
def test_a_steady_voice_is_found_in_every_frame(f0_hz: float, lowest_hz: float, rate_hz: int) -> None:
    track = pitch(voice(f0_hz, rate_hz=rate_hz, lowest_hz=lowest_hz), rate_hz)
    assert len(track.f0_hz) == len(track.certainty) == 30
    assert semitones(track.f0_hz, f0_hz).max() < 0.1
    assert np.median(track.certainty) > 0.85


def test_a_telephone_in_noise_still_tells_the_pitch() -> None:
    heard = band(voice(110.0, 2000).astype(np.float64)).astype(np.float32)
    heard += noise(2000, level=10 ** (-15 / 20) * float(np.sqrt(np.mean(heard**2))))
    f0, _ = pitch(heard, 8000)
    assert np.isfinite(f0).mean() > 0.95
    assert semitones(f0[np.isfinite(f0)], 110).max() < 0.5


@pytest.mark.parametrize("sound", [np.zeros(8000, np.float32), noise(3000), band(noise(3000)).astype(np.float32)])
def test_without_a_voice_there_is_no_pitch(sound: Float32) -> None:
    f0, certainty = pitch(sound, 8000)
    assert np.isnan(f0).all()
    assert (certainty == 0).all()


def test_frames_say_when_the_voice_is_there() -> None:
    f0, _ = pitch(np.concatenate((noise(400, 0.1), voice(150.0, 400), noise(400, 0.1))), 8000)
    inside = slice(21, 39)
    assert np.isfinite(f0[inside]).all()
    assert np.isnan(f0[:18]).all()
    assert np.isnan(f0[42:]).all()


def test_a_glide_is_followed() -> None:
    hz = np.geomspace(110, 220, 16000)
    phase = 2 * np.pi * np.cumsum(hz) / 8000
    f0, _ = pitch(np.sum([np.cos(k * phase) / k for k in range(1, 12)], axis=0).astype(np.float32), 8000)
    assert np.max(np.abs(12 * np.log2(f0 / hz[80::160]))) < 0.5


@pytest.mark.parametrize("samples", [0, 1, 159])
def test_less_than_a_frame_has_no_track(samples: int) -> None:
    assert [len(column) for column in pitch(voice(200.0)[:samples], 8000)] == [0, 0]


@given(st.floats(1e-3, 3e4), st.integers(160, 4000), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_loudness_changes_nothing_and_values_keep_their_bounds(scale: float, length: int, seed: int) -> None:
    sound = (voice(80 + 3.0 * seed) + noise(600, 0.3, seed))[:length]
    plain, scaled = pitch(sound, 8000), pitch((sound * scale).astype(np.float32), 8000)
    assert len(plain.f0_hz) == length // 160
    assert (np.isnan(plain.f0_hz) == np.isnan(scaled.f0_hz)).mean() > 0.9
    assert np.nanmax(plain.f0_hz, initial=0) <= HIGHEST_HZ * 1.05
    assert ((plain.certainty >= 0) & (plain.certainty <= 1)).all()
    assert (plain.certainty[np.isnan(plain.f0_hz)] == 0).all()


def test_a_synthetic_speaker_is_as_high_as_asked() -> None:
    """espeak-ng's pitch setting 50 is its voice's own, about twice as high at 99."""
    medians = []
    for setting in (35, 50, 65, 80, 99):
        spoken = say("您好,请问有什么可以帮助您", Speaker("m3", 160, setting, -26)).astype(np.float32)
        medians.append(float(np.nanmedian(pitch(spoken, 8000).f0_hz)))
    assert medians == sorted(medians)
    assert medians[-1] / medians[1] == pytest.approx(157 / 88, rel=0.1)
    assert medians[1] == pytest.approx(88, rel=0.1)
