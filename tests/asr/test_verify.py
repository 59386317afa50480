"""Short against full context on recordings as a user has them: any length, one channel or two, truth or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.asr import registry
from monitor.asr.verify import Heard, _report, segments
from monitor.errors import ModelError
from tests.asr.conftest import QUESTION, spoken
from tests.asr.wav import write_wav


def test_nothing_to_listen_to(model_dir: Path) -> None:
    with pytest.raises(ModelError, match="nothing to listen to"):
        registry.verify(model_dir, [])


def test_a_file_that_is_no_audio(model_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"no audio at all")
    with pytest.raises(ModelError, match=r"a\.wav: cannot be read as audio"):
        registry.verify(model_dir, [path])


def test_compares_both_contexts_with_the_truth(model_dir: Path, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "q.wav", np.asarray(spoken().samples), 8000)
    report = registry.verify(model_dir, [path], {"q.wav": QUESTION})
    assert report.heard[0].truth == "请问还有什么可以帮助您的吗"
    assert report.cer_full is not None
    assert report.cer_short is not None
    assert report.agreement >= 80
    assert report.speed_up > 1
    assert report.context in ("fit", "full")


def quiet(ms: int) -> np.ndarray:
    return np.random.default_rng(2).normal(0, 8, ms * 8).astype(np.int16)


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


def test_a_recording_in_which_nobody_speaks_has_nothing_to_compare(model_dir: Path, tmp_path: Path) -> None:
    report = registry.verify(model_dir, [write_wav(tmp_path / "quiet.wav", quiet(2000), 8000)])
    assert (report.heard[0].short, report.heard[0].full, report.agreement) == ("", "", 100)


@pytest.mark.parametrize(("short", "truth", "context"), [
    ("请稍等", None, "fit"), ("请烧饼", None, "full"), ("请烧饼", "请烧饼", "fit"), ("请烧饼", "请稍等", "full"),
])  # fmt: skip
def test_errors_decide_where_there_is_truth_and_else_agreement(short: str, truth: str | None, context: str) -> None:
    assert _report((Heard(Path("a.wav"), "请稍等", short, truth),), 2.0).context == context
