"""Where the commands are tried: away from the checkout, with a store that holds calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.config import load
from monitor.store.store import Store
from tests.sinks.report.story import story


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the checkout's own config.toml."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


@pytest.fixture
def stocked(tmp_path: Path) -> Path:
    """A configuration whose store holds three calls of two agents."""
    path = tmp_path / "config.toml"
    path.write_text("", encoding="utf-8")
    store = Store(load(path).store.url)
    for call_id, agent_id in (("call-1", "1042"), ("call-2", "1042"), ("call-3", "2000")):
        store.append(story(call_id, agent_id))
    store.close()
    return path
