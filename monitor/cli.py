"""The command line: the table of commands, and what happens to an operator's mistake."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from monitor import __version__
from monitor.commands import COMMANDS, SECTIONS
from monitor.commands.common import INTERRUPTED, MISTAKE, stderr
from monitor.errors import LinewatchError


class Commands(TyperGroup):
    """An operator's mistake is one line and exit code 2, wherever it is found."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except LinewatchError as error:
            stderr.print(str(error), style="red", markup=False, soft_wrap=True)
            raise typer.Exit(MISTAKE) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Commands,
    help="Watches phone lines: silence, low volume, noise, and what the agent says and leaves out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False
) -> None:
    if version:
        print(f"linewatch {__version__}")
        raise typer.Exit


for _section, _names in SECTIONS.items():
    for _name in _names:
        _module, _, _attribute = COMMANDS[_name].partition(":")
        _command = getattr(import_module(_module), _attribute)
        if isinstance(_command, typer.Typer):
            app.add_typer(_command, name=_name, rich_help_panel=_section)
        else:
            app.command(_name, rich_help_panel=_section)(_command)
