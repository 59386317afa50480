"""`linewatch models`: listed, verified; an unknown one is a mistake."""

from __future__ import annotations

import json
from pathlib import Path

from tests.commands.shell import run
from tests.demo_runs import test_model as model_for_tests
from tests.audit.material import short


def test_models_are_listed_and_an_unknown_one_is_a_mistake() -> None:
    listed = run("models", "list").stdout
    assert "demo-zh" in listed
    assert "large-v3-turbo" in listed
    wrong = run("models", "fetch", "nobody")
    assert wrong.exit_code == 2
    assert "is not known" in wrong.stderr


def test_models_verify_says_what_to_set(tmp_path: Path) -> None:
    done = run("models", "verify", model_for_tests(), "--wav", short(tmp_path / "a.wav", 4))
    assert done.exit_code == 0, done.stderr
    assert set(json.loads(done.stdout)) == {"file", "short", "full"}
    assert "[asr] context" in done.stderr
