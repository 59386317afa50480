"""Short against full context on recordings as a user has them: any length, one channel or two, truth or none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from monitor.asr import registry
from monitor.asr.settings import AsrSettings
from monitor.asr.verify import _advice
from monitor.errors import ModelError
from tests.asr.conftest import QUESTION, spoken
from tests.asr.segments import Scripted
from tests.asr.wav import quiet, write_wav


def test_nothing_to_listen_to(model_dir: Path) -> None:
    with pytest.raises(ModelError, match="nothing to listen to"):
        registry.verify(model_dir, [])


def test_one_that_is_no_audio_stops_no_other(model_dir: Path, tmp_path: Path) -> None:
    bad = [tmp_path / "a.wav", tmp_path / "z.wav"]
    for path in bad:
        path.write_bytes(b"no audio at all")
    with pytest.raises(ModelError, match=r"a\.wav: cannot be read as audio"):
        registry.verify(model_dir, bad)
    good = write_wav(tmp_path / "q.wav", np.asarray(spoken().samples), 8000)
    told: list[object] = []
    report = registry.verify(model_dir, [bad[0], good, bad[1]], on_heard=told.append)
    assert [one.path for one in report.heard] == [good]
    assert [error.where for error in report.failed] == [str(path) for path in bad]
    assert told == [report.failed[0], report.heard[0], report.failed[1]]


def test_compares_both_contexts_with_the_truth(model_dir: Path, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "q.wav", np.asarray(spoken().samples), 8000)
    report = registry.verify(model_dir, [path], {"q.wav": QUESTION})
    assert report.heard[0].truth == "请问还有什么可以帮助您的吗"
    assert report.cer_full is not None
    assert report.cer_short is not None
    assert report.agreement >= 80
    assert report.speed_up > 1
    assert report.context in ("fit", "full")


def test_of_recordings_in_which_nobody_speaks_nothing_is_advised(model_dir: Path, tmp_path: Path) -> None:
    silent = [write_wav(tmp_path / f"{n}.wav", quiet(2000), 8000) for n in range(2)]
    with pytest.raises(ModelError, match="nobody speaks in 2 recordings"):
        registry.verify(model_dir, silent, {"0.wav": "您好"})
    report = registry.verify(model_dir, [*silent, write_wav(tmp_path / "q.wav", np.asarray(spoken().samples), 8000)])
    assert [bool(one.short) for one in report.heard] == [False, False, True]


def test_nor_of_a_model_that_hears_no_words_in_what_is_said(
    model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.asr.verify.WhisperEngine", lambda *how: Scripted(lambda segment, full: ""))
    with pytest.raises(ModelError, match=r"the model hears no words in 1 recording\. Name another model"):
        registry.verify(model_dir, [write_wav(tmp_path / "q.wav", np.asarray(spoken().samples), 8000)])


@pytest.mark.parametrize(("agreement", "full", "short", "context"), [
    (100, None, None, "fit"), (94, None, None, "full"), (60, 5.0, 5.5, "fit"), (99, 5.0, 7.0, "full"),
])  # fmt: skip
def test_errors_decide_where_there_is_truth_and_else_agreement(
    agreement: float, full: float | None, short: float | None, context: str
) -> None:
    assert _advice(agreement, full, short)[0] == context


def test_the_users_own_settings_are_measured_but_for_the_context(model_dir: Path, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "q.wav", np.asarray(spoken().samples), 8000)
    settings = AsrSettings(
        device="cpu", compute_type="float32", threads=2, margin_ms=3000, context="full", language="auto"
    )
    report = registry.verify(model_dir, [path], None, settings)
    assert report.setup == "cpu, 2 threads, float32, language auto, margin 3000 ms"
    assert report.clock == "CPU time"
    with pytest.raises(ModelError, match=r"\[asr\] language"):
        registry.verify(model_dir, [path], None, AsrSettings(device="cpu", language="klingon"))


def test_many_segments_are_timed_in_each_length_class(model_dir: Path, tmp_path: Path) -> None:
    voice = np.asarray(spoken("好的,请稍等。").samples)
    long = np.concatenate([each for _ in range(9) for each in (voice, quiet(1500))])
    settings = AsrSettings(device="cpu", batch=4, length_class_ms=700)
    report = registry.verify(model_dir, [write_wav(tmp_path / "long.wav", long, 8000)], None, settings)
    assert report.segments == 9
    assert set(report.classes) == {250, 500, 700, 1000, 2000}
    assert all(cost > 0 for cost in report.classes.values())
    assert (report.batch, report.length_class_ms in report.classes) == (4, True)
