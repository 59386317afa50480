"""Short against full context on recordings as a user has them: any length, one channel or two, truth or none."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.asr import registry
from monitor.asr.settings import AsrSettings
from monitor.asr.verify import _advice, _Both, segments
from monitor.core.types import Answer, Segment
from monitor.errors import ModelError
from tests.asr.conftest import QUESTION, spoken
from tests.asr.segments import segment
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


def test_of_recordings_in_which_nobody_speaks_nothing_is_advised(model_dir: Path, tmp_path: Path) -> None:
    silent = [write_wav(tmp_path / f"{n}.wav", quiet(2000), 8000) for n in range(2)]
    with pytest.raises(ModelError, match="nobody speaks in 2 recordings"):
        registry.verify(model_dir, silent, {"0.wav": "您好"})
    report = registry.verify(model_dir, [*silent, write_wav(tmp_path / "q.wav", np.asarray(spoken().samples), 8000)])
    assert [bool(one.short) for one in report.heard] == [False, False, True]


def test_nor_of_a_model_that_hears_no_words_in_what_is_said(
    model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = SimpleNamespace(decode=lambda cuts, full: [Answer(cuts[0].segment_id)])
    monkeypatch.setattr("monitor.asr.verify.WhisperEngine", lambda *how: deaf)
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


class Clockwork:
    """Costs 9 in full context, 3 in short, and 100 for whatever is decoded first."""

    def __init__(self) -> None:
        self.now, self.order = 0.0, []

    def decode(self, segments: list[Segment], full: bool) -> list[Answer]:
        self.now += 100 if not self.order else 9 if full else 3
        self.order.append((segments[0].segment_id, full))
        return [Answer(segments[0].segment_id, text="好")]


def test_the_first_decode_counts_for_neither_and_the_contexts_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = Clockwork()
    monkeypatch.setattr("monitor.asr.verify.time", SimpleNamespace(process_time=lambda: engine.now, perf_counter=None))
    both = _Both(engine, "cpu")
    assert both.texts([segment("a"), segment("b")]) == ("好好", "好好")
    assert both.speed_up == 3
    assert engine.order[2:] == [("a", True), ("a", False), ("b", False), ("b", True)]
    assert {name for name, _ in engine.order[:2]} == {"a"}
