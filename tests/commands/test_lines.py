"""`linewatch lines` over a store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.store.store import Store
from tests.commands.shell import run
from tests.measured import calls_of_a_bad_seat


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text('[store]\nurl = "sqlite:///calls.db"\n', encoding="utf-8")
    store = Store(f"sqlite:///{tmp_path / 'calls.db'}")
    for told in calls_of_a_bad_seat():
        store.append(told)
    store.close()
    return path


def test_tables_name_seats_and_whose_fault_it_is(config: Path) -> None:
    told = run("lines", "--by", "seat", "-c", str(config))
    assert told.exit_code == 0, told.output
    assert "s9" in told.stdout
    assert "座席 s9 的耳麦或话机" in told.stdout
    assert "headset or telephone of seat s9" in run("lines", "--lang", "en", "-c", str(config)).stdout


def test_json_for_other_programs(config: Path) -> None:
    told = json.loads(run("lines", "--by", "agent", "--json", "-c", str(config)).stdout)
    assert {row["name"] for row in told["figures"]} == {"a0", "a1", "a2"}
    (found,) = told["findings"]
    assert (found["verdict"], found["subject"], found["bad"], found["calls"]) == ("seat", "s9", 6, 6)


def test_a_team_sees_its_own(config: Path) -> None:
    assert json.loads(run("lines", "--team", "nobody", "--json", "-c", str(config)).stdout)["figures"] == []
