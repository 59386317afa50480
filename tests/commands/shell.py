"""Calls `linewatch` as a user would, in this process."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner, Result

from monitor.cli import app


def run(*arguments: str | Path, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], input=answer)
