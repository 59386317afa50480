"""`linewatch audit`: exit codes and where things are said; the audit itself is tested in its room."""

from __future__ import annotations

import wave
from pathlib import Path

from monitor.sinks.report.words import DEMO_MODEL
from tests.audit.material import short
from tests.commands.shell import run
from tests.demo_runs import test_model as model_for_tests


def test_audit_tells_how_it_went_by_its_exit_code(tmp_path: Path) -> None:
    good, bad = tmp_path / "nobody-speaks.wav", tmp_path / "bad.wav"
    bad.touch()
    with wave.open(str(good), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(4 * 8000 * 20))
    judge = ("audit", good, "--out", tmp_path / "out", "--model", model_for_tests())
    done = run(*judge, "--lang", "en")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "1 calls judged" in done.stderr
    if model_for_tests() == DEMO_MODEL:
        assert "understands synthetic speech only" in done.stderr
    assert "Made by linewatch" in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert run(*judge, "--fail-on", "critical").exit_code == 0
    assert run(*judge, "--fail-on", "major").exit_code == 1
    partly = run(*judge, bad)
    assert partly.exit_code == 3
    assert f"{bad}: is empty" in partly.stderr
    assert run(*judge, bad, "--fail-on", "major").exit_code == 1


def test_audit_says_how_many_segments_were_decoded_twice(tmp_path: Path) -> None:
    call = short(tmp_path / "call.wav", 8)
    done = run("audit", call, "--out", tmp_path / "out", "--model", model_for_tests(), "--lang", "en")
    assert " segments decoded, 0 of them again at 30 s." in done.stderr


def test_audit_of_what_is_stored_needs_no_model(stocked: Path, tmp_path: Path) -> None:
    done = run("audit", "--from-store", "--out", tmp_path / "out", "-c", stocked)
    assert done.exit_code == 0, done.stderr
    assert "3 calls judged" in done.stderr
    assert "只听得懂合成语音" in done.stderr
    assert run("audit", "--out", tmp_path / "out2", "--manifest", tmp_path / "none.csv").exit_code == 2
