from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from monitor import resources, workfolder
from monitor.config import load
from monitor.desk.access import Access
from monitor.errors import ConfigError


def test_the_token_opens_the_desk_and_is_nowhere_in_clear(tmp_path: Path) -> None:
    made = workfolder.make(tmp_path / "a" / "b")
    settings = load(made.config)
    grant = Access(settings.desk.tokens).grant(made.token)
    assert grant is not None
    assert grant.role == "admin"
    assert settings.desk.tokens[0].token == "sha256:" + hashlib.sha256(made.token.encode()).hexdigest()
    assert all(made.token not in path.read_text("utf-8") for path in (tmp_path / "a").rglob("*") if path.is_file())


def test_the_rules_are_copied_to_be_edited(tmp_path: Path) -> None:
    workfolder.make(tmp_path / "desk")
    shipped = resources.locate("rules")
    names = sorted(path.name for path in shipped.iterdir() if path.is_file())
    assert sorted(path.name for path in (tmp_path / "desk" / "rules").iterdir()) == names
    (tmp_path / "desk" / "rules" / "line.toml").unlink()
    assert load(tmp_path / "desk" / "config.toml").rulebook().version != load().rulebook().version
    assert (shipped / "line.toml").stat().st_size > 0


@pytest.mark.parametrize("taken", ["config.toml", "rules"])
def test_what_is_there_is_left_alone(tmp_path: Path, taken: str) -> None:
    (tmp_path / taken).mkdir()
    with pytest.raises(ConfigError, match="already there"):
        workfolder.make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [taken]
