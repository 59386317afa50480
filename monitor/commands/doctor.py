"""`linewatch doctor`."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from monitor.commands.common import MISTAKE, Config, Set, settings_of, stdout


def doctor(
    call: Annotated[str | None, typer.Option(metavar="CALL", help="A stored call: did both legs arrive?")] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Say what is there, what is missing, and the command that mends it. Exit 2 if something is missing."""
    from monitor import doctor as room

    settings = settings_of(config_, set_)
    checks = room.examine_call(settings, call) if call else room.examine(settings)
    marks = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "missing": "[red]missing[/]"}
    table = Table.grid(padding=(0, 2))
    for check in checks:
        found = escape(check.found) + (f"\n[dim]-> {escape(check.do)}[/]" if check.do else "")
        table.add_row(marks[check.state], check.what, found)
    stdout.print(table)
    if any(check.state == "missing" for check in checks):
        raise typer.Exit(MISTAKE)
