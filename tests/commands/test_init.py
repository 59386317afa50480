"""`linewatch init`: a folder that works, and nothing overwritten."""

from __future__ import annotations

from pathlib import Path

from monitor.config import load
from tests.commands.shell import run


def test_init_makes_a_folder_that_works(tmp_path: Path) -> None:
    result = run("init", tmp_path / "desk")
    assert result.exit_code == 0
    token = result.stdout.strip()
    settings = load(tmp_path / "desk" / "config.toml")
    assert settings.desk.tokens[0].role == "admin"
    assert token not in (tmp_path / "desk" / "config.toml").read_text("utf-8")
    assert settings.rules.packs == (tmp_path / "desk" / "rules",)
    assert settings.rulebook().version == load().rulebook().version


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    run("init", tmp_path / "desk")
    before = {path: path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file()}
    result = run("init", tmp_path / "desk")
    assert result.exit_code == 2
    assert "already there" in result.stderr
    assert {path: path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file()} == before
    (tmp_path / "file").touch()
    assert run("init", tmp_path / "file" / "x").exit_code == 2


def test_two_inits_make_different_tokens(tmp_path: Path) -> None:
    assert run("init", tmp_path / "a").stdout != run("init", tmp_path / "b").stdout
