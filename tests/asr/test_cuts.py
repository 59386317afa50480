"""Recordings as a user has them, cut as a line cuts them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.asr.cuts import segments
from monitor.errors import ModelError
from tests.asr.conftest import spoken
from tests.asr.wav import quiet, write_wav


def test_a_file_that_is_no_audio(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"no audio at all")
    with pytest.raises(ModelError, match=r"a\.wav: cannot be read as audio"):
        segments(path)


def test_a_recording_is_cut_where_its_voices_pause(tmp_path: Path) -> None:
    voice = np.asarray(spoken().samples)
    long = np.concatenate((quiet(9000), voice, quiet(3000), voice, quiet(2000)))
    cuts = segments(write_wav(tmp_path / "long.wav", long, 8000))
    assert [cut.channel for cut in cuts] == ["agent", "agent"]
    starts = [9000, 12_000 + voice.size // 8]
    assert all(abs(cut.start_ms - start) < 600 for cut, start in zip(cuts, starts, strict=True))
    assert all(cut.end_ms - cut.start_ms <= 10_000 for cut in cuts)


def test_two_channels_are_two_legs(tmp_path: Path) -> None:
    voice = np.asarray(spoken().samples)
    agent = np.concatenate((quiet(1000), voice, quiet(3000 + voice.size // 8)))
    customer = np.concatenate((quiet(3000 + voice.size // 8), voice, quiet(1000)))
    cuts = segments(write_wav(tmp_path / "both.wav", np.stack((agent, customer), 1), 8000))
    assert [cut.channel for cut in cuts] == ["agent", "customer"]
