"""The encoder sees the segment and a margin, never a length that CTranslate2 misreads."""

from __future__ import annotations

import numpy as np
import pytest
from faster_whisper.feature_extractor import FeatureExtractor
from hypothesis import given
from hypothesis import strategies as st

from monitor.asr.features import FULL_FRAMES, context_frames, log_mel, waveform


@given(
    audio_ms=st.integers(0, 40_000),
    margin_ms=st.integers(2560, 10_000),
    class_ms=st.integers(10, 500).map(lambda n: n * 10),
    n_mels=st.sampled_from([80, 128]),
)
def test_a_context_holds_the_audio_and_the_margin_and_is_no_trap(audio_ms, margin_ms, class_ms, n_mels):
    frames = context_frames(audio_ms, margin_ms, class_ms, n_mels)
    assert 0 < frames <= FULL_FRAMES
    assert (frames + 1) // 2 != n_mels
    assert frames == FULL_FRAMES or frames * 10 >= audio_ms + margin_ms


@pytest.mark.parametrize(("n_mels", "trap"), [(80, 160), (128, 256)])
def test_the_trap_lengths_are_stepped_over(n_mels, trap):
    assert context_frames(0, trap * 10, 10, n_mels) > trap
    assert context_frames(0, trap * 10, 10, 80 + 128 - n_mels) == trap


def test_segments_of_like_length_share_a_context():
    assert {context_frames(ms, 2560, 500, 80) for ms in range(1000, 11_000)} == set(range(400, 1401, 50))


@pytest.mark.parametrize("n_mels", [80, 128])
@pytest.mark.parametrize("samples", [1, 159, 160, 4000, 33_333])
@pytest.mark.parametrize("amplitude", [0.0, 1e-4, 0.5])
def test_features_equal_those_of_audio_followed_by_zeros(n_mels, samples, amplitude):
    extract = FeatureExtractor(feature_size=n_mels)
    audio = (amplitude * np.random.default_rng(samples).standard_normal(samples)).astype(np.float32)
    got = log_mel(audio, 600, extract)
    assert got.shape == (n_mels, 600)
    assert got.dtype == np.float32
    padded = np.zeros(600 * 160, np.float32)
    padded[:samples] = audio
    np.testing.assert_allclose(got, extract(padded, padding=0), atol=1e-5)


def test_a_waveform_is_16_khz_and_within_one():
    tone = (30_000 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)).astype(np.int16)
    up = waveform(tone, 8000)
    assert up.dtype == np.float32
    assert up.size == 16_000
    assert np.argmax(np.abs(np.fft.rfft(up))) == 440
    assert np.abs(up).max() == pytest.approx(30_000 / 32_768, rel=0.02)
    assert np.array_equal(waveform(tone, 16_000), tone.astype(np.float32) / 32_768)
    assert waveform(tone[:0], 8000).size == 0
