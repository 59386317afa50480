"""`linewatch calls`: found, written out, erased."""

from __future__ import annotations

import json
from pathlib import Path

from monitor.core.events import Envelope
from tests.commands.shell import run
from tests.sinks.report.story import story


def test_calls_are_found_and_listed(stocked: Path) -> None:
    rows = [json.loads(line) for line in run("calls", "list", "--json", "-c", stocked).stdout.splitlines()]
    assert sorted(row["call_id"] for row in rows) == ["call-1", "call-2", "call-3"]
    one = [
        json.loads(line)
        for line in run("calls", "list", "--json", "--agent", "2000", "-c", stocked).stdout.splitlines()
    ]
    assert [row["call_id"] for row in one] == ["call-3"]
    assert "call-2" in run("calls", "list", "-c", stocked).stdout
    assert "班组" in run("calls", "list", "-c", stocked).stdout
    assert "team" in run("calls", "list", "--lang", "en", "-c", stocked).stdout
    assert run("calls", "list", "--json", "--since", "2999-01-01", "-c", stocked).stdout == ""


def test_calls_are_exported(stocked: Path, tmp_path: Path) -> None:
    result = run("calls", "export", "call-1", "-c", stocked)
    told = [Envelope.model_validate_json(line) for line in result.stdout.splitlines()]
    assert [envelope.body for envelope in told] == [envelope.body for envelope in story()]
    out = tmp_path / "calls.csv"
    assert run("calls", "export", "--format", "csv", "--out", out, "-c", stocked).exit_code == 0
    assert len(out.read_text("utf-8").splitlines()) == 4


def test_calls_are_erased_only_when_that_is_meant(stocked: Path) -> None:
    def left() -> int:
        return len(run("calls", "list", "--json", "-c", stocked).stdout.splitlines())

    assert "Nothing was erased" in run("calls", "erase", "--agent", "1042", "-c", stocked, answer="n\n").stderr
    assert left() == 3
    assert "2 calls erased" in run("calls", "erase", "--agent", "1042", "-c", stocked, answer="y\n").stderr
    assert left() == 1
    assert "0 calls erased" in run("calls", "erase", "--older-than-days", "1", "--yes", "-c", stocked).stderr
    assert "1 calls erased" in run("calls", "erase", "--call", "call-3", "-y", "-c", stocked).stderr
    assert left() == 0
