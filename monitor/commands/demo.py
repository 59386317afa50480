"""`linewatch demo`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.common import Config, Lang, LangOption, Set, Speed, settings_of, speed_of


def demo(
    speed: Speed = "1",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the pages up afterwards.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write what `audit` writes, into this folder.")
    ] = None,
    lang: LangOption = Lang.ZH,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Play the shipped calls as live lines through all of linewatch. Nothing to set up, nothing leaves this machine."""
    from monitor import run

    asyncio.run(run.demo(settings_of(config_, set_), speed=speed_of(speed), keep=keep, out=out, lang=lang.value))
