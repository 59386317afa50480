"""`linewatch replay`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from monitor.commands.common import NOT_JUDGED, Config, Lang, LangOption, Set, Speed, settings_of, speed_of, stderr
from monitor.errors import ConfigError, SourceError


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording; its sidecar lies beside it.")],
    speed: Speed = "1",
    to: Annotated[
        str, typer.Option(metavar="URL", help="A running server, once it has a telephony source; else in this process.")
    ] = "",
    lang: LangOption = Lang.ZH,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Play a recording as a live line."""
    from monitor import run
    from monitor.sources import recording

    settings, times = settings_of(config_, set_), speed_of(speed)
    if not file.exists():
        raise ConfigError(str(file), "is not there")
    try:
        for path in recording.find([file]):
            recording.read(path)
    except SourceError as error:
        stderr.print(str(error), style="red", markup=False, soft_wrap=True)
        raise typer.Exit(NOT_JUDGED) from None
    asyncio.run(run.replay(settings, file, speed=times, to=to or None, lang=lang.value))
