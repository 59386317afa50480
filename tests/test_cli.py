"""Around all commands: what a mistake, an interruption and a fault of ours become."""

from __future__ import annotations

import pytest
import typer
from typer.testing import CliRunner, Result

from monitor.cli import Commands, app
from monitor.commands import COMMANDS, SECTIONS
from monitor.errors import ConfigError, ModelError, RuleError, SourceError, StoreError


def raising(error: BaseException) -> Result:
    app = typer.Typer(cls=Commands, pretty_exceptions_enable=False)

    @app.command()
    def one() -> None:
        raise error

    @app.command()
    def other() -> None: ...

    return CliRunner().invoke(app, ["one"])


@pytest.mark.parametrize("kind", [ConfigError, RuleError, ModelError, SourceError, StoreError])
def test_a_mistake_is_one_line_on_stderr_and_exit_2(kind: type[ConfigError]) -> None:
    done = raising(kind("x.toml:3", "[bold] is unknown", "y", "Take it out"))
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.splitlines() == ["x.toml:3: [bold] is unknown; found y. Take it out."]


def test_an_interruption_is_exit_130_and_says_nothing() -> None:
    done = raising(KeyboardInterrupt())
    assert (done.exit_code, done.output) == (130, "")


def test_a_fault_of_ours_is_not_hidden() -> None:
    assert isinstance(raising(ZeroDivisionError()).exception, ZeroDivisionError)


def test_the_help_lists_every_command_once_in_its_section() -> None:
    assert sorted(name for names in SECTIONS.values() for name in names) == sorted(COMMANDS)
    text = CliRunner().invoke(app, ["--help"]).stdout
    places = [text.index(f"─ {section} ─") for section in SECTIONS]
    assert places == sorted(places)
