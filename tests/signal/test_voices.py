from __future__ import annotations

import numpy as np
import pytest

from monitor.core.types import Pcm
from monitor.signal.voices import SHAPES, VoiceMeter, Voices
from tests import tapes


def measured(samples: Pcm, rate_hz: int = 8000, block: int = 4000) -> Voices:
    meter = VoiceMeter(rate_hz)
    for at in range(0, len(samples), block):
        meter.push(samples[at : at + block])
    return meter.finish()


@pytest.mark.parametrize("rate_hz", [8000, 16_000])
def test_level_and_pitch_of_a_voice(rate_hz: int) -> None:
    found = measured(tapes.pcm(tapes.speech(3000, -26, rate_hz, 1, 120.0)), rate_hz)
    assert found.length_ms == 3000
    assert abs(10 * np.log10(np.mean(10 ** (found.level_dbov / 10))) + 26) < 1
    assert abs(2 ** np.nanmedian(found.octave) - 120) < 25
    assert found.shape.shape == (150, SHAPES)


def test_noise_has_no_pitch() -> None:
    found = measured(tapes.pcm(tapes.white(2000, -30)))
    assert np.isnan(found.octave).mean() > 0.9


def test_blocks_do_not_matter_and_a_frame_that_is_not_full_is_left_out() -> None:
    samples = tapes.pcm(tapes.speech(12_000, -26))[:-100]
    one, other = measured(samples, block=160), measured(samples, block=50_000)
    assert one.length_ms == other.length_ms == 11_980
    np.testing.assert_array_equal(one.shape, other.shape)
    np.testing.assert_array_equal(one.octave, other.octave)


def test_nothing_is_nothing() -> None:
    assert VoiceMeter(8000).finish().length_ms == 0


def test_the_same_shape_at_both_rates() -> None:
    voice = tapes.speech(2000, -26, 16_000, 3)
    wide, narrow = measured(tapes.pcm(voice), 16_000), measured(tapes.pcm(voice[::2]), 8000)
    apart = np.abs(wide.shape.mean(axis=0) - narrow.shape.mean(axis=0))
    assert apart.max() < 1.0
