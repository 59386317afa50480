"""All commands: each is there, helps, is documented, and tells a mistake in one line."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor import resources
from monitor.commands import COMMANDS
from tests.commands.shell import run

CONTRACT = [
    "demo", "init", "serve", "listen", "devices", "replay", "audit", "rules check", "rules try", "rules test",
    "models list", "models fetch", "models verify", "calls list", "calls export", "calls erase", "lines",
    "schema", "doctor",
]  # fmt: skip


@pytest.mark.parametrize("command", CONTRACT)
def test_every_command_of_the_contract_is_there_and_helps(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_table_holds_the_commands_of_the_contract_and_no_others() -> None:
    assert set(COMMANDS) == {command.split()[0] for command in CONTRACT}


def test_a_command_brings_its_room_only_when_it_is_called() -> None:
    """So that `linewatch --help` answers at once."""
    heavy = ["faster_whisper", "ctranslate2", "av", "sqlalchemy", "starlette", "uvicorn", "jinja2", "monitor.live"]
    look = f"import sys, monitor.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, cwd=resources.CHECKOUT, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("asked", "threads"), [(None, 1), ("2", min(2, len(os.sched_getaffinity(0))))])
def test_small_products_are_not_shared_among_cores_unless_somebody_asks_for_it(asked: str | None, threads: int) -> None:
    look = "import monitor.__main__, numpy, os; print(len(os.listdir('/proc/self/task')))"
    told = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    told |= {"OPENBLAS_NUM_THREADS": asked} if asked else {}
    done = subprocess.run(
        [sys.executable, "-c", look], capture_output=True, text=True, cwd=resources.CHECKOUT, env=told, check=True
    )
    assert int(done.stdout) == threads


def test_the_reference_names_every_command_and_option() -> None:
    """An undocumented command is a failing test."""
    text = (resources.CHECKOUT / "docs" / "commands.md").read_text("utf-8")
    for command in CONTRACT:
        assert f"linewatch {command}" in text, command
        options = re.findall(r"--[a-z][a-z-]+", run(*command.split(), "--help").output)
        for option in set(options) - {"--help"}:
            assert option in text, f"{command} {option}"


def test_version() -> None:
    assert run("--version").stdout.startswith("linewatch ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "-c", "none.toml"], "none.toml: is not there"),
        (["audit", "x.wav"], "wants --out"),
        (["audit", "--out", "o"], "wants recordings"),
        (["audit", "x.wav", "--from-store", "--out", "o"], "wants recordings"),
        (["audit", "none.wav", "--out", "o"], "none.wav: is not there"),
        (["demo", "--speed", "fast"], "--speed: wants a number"),
        (["demo", "--speed", "-1"], "--speed: wants a number"),
        (["replay", "x.wav", "--set", "desk.prot=1"], '--set: unknown key "prot"; did you mean "port"'),
        (["rules", "try"], "wants one line of text"),
        (["rules", "try", "--tsv", "none.tsv"], "none.tsv: is not there"),
        (["rules", "test", "call-9", "--set", "store.url=sqlite://"], "is not in the store"),
        (["calls", "export", "call-9", "--set", "store.url=sqlite://"], "is not in the store"),
        (["calls", "erase"], "wants --call"),
        (["doctor", "--call", "call-9", "--set", "store.url=sqlite://"], "is not in the store"),
    ],
)
def test_a_mistake_is_one_line_on_stderr_and_exit_2(arguments: Sequence[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.output


def test_an_unknown_command_or_option_is_exit_2() -> None:
    assert run("sevre").exit_code == 2
    assert run("audit", "--owt", "x").exit_code == 2
    assert run("audit", "x.wav", "--out", "o", "--fail-on", "terrible").exit_code == 2


def test_the_project_names_the_command() -> None:
    scripts = tomllib.loads((resources.CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"linewatch": "monitor.__main__:main"}


@pytest.mark.system
def test_as_a_process(tmp_path: Path) -> None:
    def process(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "monitor", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=resources.CHECKOUT, timeout=120, check=False)

    done = process("--version")
    assert (done.returncode, done.stderr) == (0, "")
    wrong = process("serve", "--config", str(tmp_path / "none.toml"))
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert len(wrong.stderr.splitlines()) == 1
