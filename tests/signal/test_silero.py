from __future__ import annotations

import numpy as np
import pytest

from monitor.core.events import SpeechEnded
from monitor.errors import ModelError
from monitor.signal import silero
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings, VadSettings
from tests import tapes
from tests.signal.scenes import heard

NEURAL = SignalSettings(vad=VadSettings(engine="silero"))


@pytest.mark.system
@pytest.mark.parametrize("rate_hz", [8000, 16000])
def test_it_hears_a_voice_where_it_is(rate_hz: int) -> None:
    voice = tapes.at_level(tapes.espeak("good morning, how can I help you today", "en", rate_hz), -26)
    pause = np.zeros(2 * rate_hz)
    leg = np.concatenate((pause, voice, pause))
    leg += tapes.white(len(leg) * 1000 // rate_hz + 1, -66, rate_hz)[: len(leg)]
    runs = [e.body for e in heard(tapes.line(leg, leg * 0, rate_hz), NEURAL) if isinstance(e.body, SpeechEnded)]
    assert runs[0].since_ms == pytest.approx(2000, abs=300)
    assert runs[-1].end_ms == pytest.approx(2000 + len(voice) * 1000 / rate_hz, abs=450)


def test_noise_and_silence_are_not_speech() -> None:
    for kind in "N_.":
        assert not [e for e in heard(tapes.tape(kind * 40), NEURAL) if isinstance(e.body, SpeechEnded)]


def test_rows_do_not_hear_each_other() -> None:
    line = tapes.tape("SSSSSSSSSS", "..........")
    alone, together = Bank(8000, NEURAL), Bank(8000, NEURAL)
    alone.open(), together.open(), together.open()
    for pcm, absent in line.frames():
        one = alone.step(np.array([0]), pcm[None], absent[None])
        two = together.step(np.array([1, 0]), np.stack([pcm[::-1], pcm]), np.stack([absent, absent]))
        assert np.array_equal(one.readings.speech[0], two.readings.speech[1])
    together.close(1)
    assert together.open() == 1


def test_a_missing_model_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(silero, "MODEL", "assets/none.onnx")
    with pytest.raises(ModelError, match="Silero's model is not in faster-whisper"):
        Bank(8000, NEURAL)
