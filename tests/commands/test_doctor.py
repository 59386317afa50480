"""`linewatch doctor` of a stored call."""

from __future__ import annotations

from pathlib import Path

from tests.commands.shell import run


def test_doctor_of_a_call_tells_both_legs(stocked: Path) -> None:
    result = run("doctor", "--call", "call-1", "-c", stocked)
    assert result.exit_code == 0
    assert "18.0 s of media" in result.stdout
    assert "1.0 s lost" in result.stdout
