"""`linewatch replay`: a recording that cannot be played is told before a model is loaded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.audit.material import short
from tests.commands.shell import run
from tests.demo_runs import test_model as model_for_tests


def test_a_recording_is_played_to_its_end(tmp_path: Path) -> None:
    sets = ("--set", f'asr.model="{model_for_tests()}"', "--set", "desk.port=0")
    done = run("replay", short(tmp_path / "call.wav"), "--speed", "max", *sets)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "/supervisor#token=" in done.stdout


@pytest.mark.parametrize(("content", "said"), [(b"", "is empty"), (b"hello", "is no recording")])
def test_one_that_holds_nothing_could_not_be_judged(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "bad.wav").write_bytes(content)
    done = run("replay", tmp_path / "bad.wav")
    assert (done.exit_code, done.stdout) == (3, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert said in done.stderr


def test_one_that_is_not_there_is_a_mistake(tmp_path: Path) -> None:
    done = run("replay", tmp_path / "none.wav")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "none.wav: is not there" in done.stderr
