"""What a channel was like over a whole call."""

from __future__ import annotations

import numpy as np
import pytest

from monitor.core.events import ChannelQuality
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from tests import tapes
from tests.tapes import Tape, tape


def quality(line: Tape) -> dict[str | None, ChannelQuality]:
    bank = Bank(8000, SignalSettings())
    row = bank.open()
    for pcm, absent in zip(*line.columns(), strict=True):
        bank.step(np.array([row]), pcm[None], absent[None])
    found = {}
    for event in bank.quality(row):
        assert isinstance(event.body, ChannelQuality)
        found[event.channel] = event.body
    return found


@pytest.mark.parametrize(("speech_dbov", "noise_dbov"), [(-26, -55), (-40, -60), (-20, -40)])
def test_levels_of_speech_and_noise(speech_dbov: float, noise_dbov: float) -> None:
    leg = tapes.white(24_000, noise_dbov, seed=2)
    for at_ms in range(1000, 22_000, 4000):
        voice = tapes.speech(2000, speech_dbov, seed=at_ms)
        leg[at_ms * 8 : at_ms * 8 + len(voice)] += voice
    found = quality(tapes.line(leg, tapes.white(24_000, -66), 8000))["agent"]
    assert found.speech_level_dbov == pytest.approx(speech_dbov, abs=1)
    assert found.noise_dbov == pytest.approx(noise_dbov, abs=1)
    assert found.snr_db == pytest.approx(speech_dbov - noise_dbov, abs=2)
    assert found.speech_ms == pytest.approx(12_000, abs=800)
    assert (found.media_ms, found.missing_ms, found.clipped_ms) == (24_000, 0, 0)


def test_losses_and_clipping_are_counted() -> None:
    found = quality(tape("a: ....CCCCCCCCCCCCCCCCCCCC......", "c: ....SSSSSSSSxxxxxxxxxxSSSSSSSS"))
    assert found["agent"].clipped_ms > 0.5 * found["agent"].speech_ms > 0
    assert found["customer"].missing_ms == 1000
    assert found["customer"].clipped_ms == 0


def test_a_leg_without_media_says_nothing_and_one_without_speech_has_no_level() -> None:
    found = quality(tape("a: ..............................", "c: uuuuuuuuuuuuuuuuuuuuuuuuuuuuuu"))
    assert set(found) == {"agent"}
    assert found["agent"].speech_level_dbov is found["agent"].snr_db is None
    assert found["agent"].noise_dbov == pytest.approx(-66, abs=1)


def test_a_line_number_that_is_used_again_begins_anew() -> None:
    bank = Bank(8000, SignalSettings())
    row = bank.open()
    for pcm, absent in zip(*tape("a: SSSSSSSSSSSSSSS", "c: ...............").columns(), strict=True):
        bank.step(np.array([row]), pcm[None], absent[None])
    bank.close(row)
    assert bank.open() == row
    assert bank.quality(row) == []
