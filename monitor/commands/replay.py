"""`linewatch replay`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.common import Config, Set, Speed, settings_of, speed_of


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording; its sidecar lies beside it.")],
    speed: Speed = "1",
    to: Annotated[str, typer.Option(help="A running server: ws://HOST:PORT. Without it: in this process.")] = "",
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Play a recording as a live line."""
    from monitor import run

    asyncio.run(run.replay(settings_of(config_, set_), file, speed=speed_of(speed), to=to or None))
