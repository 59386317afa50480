"""`linewatch init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.common import note


def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]) -> None:
    """Make a working folder: config.toml, rules/ to edit, and the first administrator's token."""
    from monitor import workfolder

    made = workfolder.make(folder)
    note(f"{made.config} and {folder / 'rules'} are yours to edit.")
    note("The administrator's token follows on stdout. It is shown this once and stored as a hash only.")
    print(made.token)
    note(f"Next: linewatch doctor -c {made.config}; then linewatch serve -c {made.config}")
