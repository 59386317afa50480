"""The benchmarks are called by name and give rows of one form; what they measure is for the reader of a run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import __main__ as bench
from bench.rows import Row, row, show
from monitor.asr.registry import locate
from tests.demo_runs import test_model as model_for_tests

FIELDS = {"bench", "what", "value", "unit", "against", "ratio", "n"}


def test_a_wrong_name_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["sped"]) == 2
    assert "signal, model, asr" in capsys.readouterr().err
    assert bench.main([]) == 2
    assert bench.main(["--help"]) == 0


def test_rows_have_one_form(tmp_path: Path) -> None:
    rows = [row("line", "lines_per_core", 12.34567, "lines", 3, "other", 2.0), row("line", "rss", None, "MB", 1)]
    show(rows, "line", tmp_path / "rows.json")
    read = json.loads((tmp_path / "rows.json").read_text("utf-8"))
    assert read == rows
    assert all(set(one) == FIELDS for one in read)
    assert (read[0]["value"], read[1]["value"]) == (12.35, None)


def checked(name: str, *arguments: str, folder: Path) -> dict[str, Row]:
    out = folder / "rows.json"
    model = str(locate(model_for_tests()))
    assert bench.main([name, "--json", str(out), "--model", model, *arguments]) == 0
    rows = json.loads(out.read_text("utf-8"))
    assert all(set(one) == FIELDS and one["bench"] == name for one in rows)
    return {one["what"]: one for one in rows}


@pytest.mark.system
def test_a_line_is_measured_against_a_process_for_each(tmp_path: Path) -> None:
    rows = checked("line", "--lines", "2", "--seconds", "10", folder=tmp_path)
    assert rows["lines_per_core"]["against"] == "line_process"
    assert rows["segments_answered"]["value"] > 0
    assert rows["envelopes_stored"]["value"] > 0


@pytest.mark.system
def test_an_audit_is_measured_against_a_file_pipeline(tmp_path: Path) -> None:
    rows = checked("audit", "--files", "2", "--seconds", "10", folder=tmp_path)
    assert rows["audio_s_per_cpu_s"]["against"] == "faster_whisper_batched"
