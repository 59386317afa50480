"""Audits of real recordings through the real lines: what is judged, and what an earlier run has judged already."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from monitor import audit, config
from monitor.asr import load
from monitor.asr.recogniser import Recogniser
from monitor.config import Settings
from monitor.errors import LinewatchError
from monitor.sources import manifest
from monitor.sources.sidecar import Sidecar
from tests.audit.material import CALLS, Demo, PlaybookEngine, run, short


def test_the_demo_calls_give_every_file(demo: Demo) -> None:
    out, result = demo
    names = sorted(path.stem for path in CALLS.glob("*.wav"))
    assert sorted(call.call_id for call in result.calls) == names
    assert result.failed == ()
    assert sorted(path.stem for path in (out / "calls").iterdir()) == names
    for name in ("events.jsonl", "calls.csv", "report.html", "report.xlsx"):
        assert (out / name).stat().st_size > 500
    with (out / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        assert sorted(row["call_id"] for row in csv.DictReader(file)) == names


def test_a_finished_call_is_not_done_again(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    recordings, out = tmp_path / "in", tmp_path / "out"
    recordings.mkdir()
    first = short(recordings / "a.wav")
    assert run([recordings], out, settings, recogniser).resumed == 0
    short(recordings / "b.wav")
    again = run([recordings], out, settings, recogniser)
    assert again.resumed == 1
    assert [call.call_id for call in again.calls] == ["a", "b"]
    short(first, 3)
    changed = run([recordings], out, settings, recogniser)
    assert changed.resumed == 1
    assert [call.duration_ms for call in changed.calls] == [3000, 2000]
    (recordings / "b.toml").write_text('agent_id = "1042"', encoding="utf-8")
    (recordings / "unrelated.txt").touch()
    told = run([recordings], out, settings, recogniser)
    assert told.resumed == 1
    assert told.calls[1].agent_id == "1042"


def test_where_everything_is_done_no_model_is_loaded(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "load", lambda asr: Recogniser(PlaybookEngine(), asr, workers=1))
    monkeypatch.setattr(load, "name", lambda asr: PlaybookEngine.name)
    one = short(tmp_path / "a.wav")
    first = audit.run([one], tmp_path / "out", settings)
    monkeypatch.delattr(load, "load")
    again = audit.run([one], tmp_path / "out", settings)
    assert (first.resumed, again.resumed) == (0, 1)
    assert again.calls == first.calls


def test_another_setting_makes_every_call_new(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    one = short(tmp_path / "a.wav")
    run([one], tmp_path / "out", settings, recogniser)
    assert run([one], tmp_path / "out", settings, recogniser).resumed == 1
    other = config.load(None, ["signal.silence.after_ms=3000"])
    assert run([one], tmp_path / "out", other, recogniser).resumed == 0


def test_a_state_file_that_was_cut_off_is_no_hindrance(
    tmp_path: Path, settings: Settings, recogniser: Recogniser
) -> None:
    one = short(tmp_path / "a.wav")
    run([one], tmp_path / "out", settings, recogniser)
    state = tmp_path / "out" / ".parts" / "state.jsonl"
    state.write_text(state.read_text("utf-8") + '{"basis": "', encoding="utf-8")
    assert run([one], tmp_path / "out", settings, recogniser).resumed == 1


def test_a_manifest_says_who_was_on_the_line(tmp_path: Path, settings: Settings, recogniser: Recogniser) -> None:
    paths = [short(tmp_path / name, 1) for name in ("a.wav", "b.wav")]
    (tmp_path / "a.toml").write_text('agent_id = "sidecar"', encoding="utf-8")

    def told(text: str) -> audit.AuditResult:
        (tmp_path / "calls.csv").write_text(text, encoding="utf-8")
        known = manifest.load(tmp_path / "calls.csv")
        return audit.run(paths, tmp_path / "out", settings, recogniser=recogniser, known=known)

    first = told("file,call_id,agent_id\na.wav,call-7,1042\n")
    assert [(call.call_id, call.agent_id) for call in first.calls] == [("call-7", "1042"), ("b", "")]
    assert told("file,call_id,agent_id\na.wav,call-7,1042\n").resumed == 2
    changed = told("file,call_id,agent_id\na.wav,call-7,2000\n")
    assert changed.resumed == 1
    assert changed.calls[0].agent_id == "2000"


def test_a_manifest_alone_is_the_list_of_what_is_judged(
    tmp_path: Path, settings: Settings, recogniser: Recogniser
) -> None:
    for name in ("a.wav", "b.wav"):
        short(tmp_path / name, 1)
    known = {tmp_path / name: Sidecar() for name in ("a.wav", "gone.wav")}
    result = audit.run([], tmp_path / "out", settings, recogniser=recogniser, known=known)
    assert [call.call_id for call in result.calls] == ["a"]
    assert result.failed == ((str(tmp_path / "gone.wav"), "is not there"),)


def test_a_path_that_is_not_there_or_cannot_be_written(
    tmp_path: Path, settings: Settings, recogniser: Recogniser
) -> None:
    with pytest.raises(LinewatchError, match="is not there"):
        run([tmp_path / "none.wav"], tmp_path / "out", settings, recogniser)
    (tmp_path / "file").touch()
    with pytest.raises(LinewatchError, match="cannot be written"):
        run([short(tmp_path / "a.wav")], tmp_path / "file" / "out", settings, recogniser)
