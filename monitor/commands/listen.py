"""`linewatch listen`."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from monitor.commands.common import Config, Lang, LangOption, Set, settings_of


def listen(
    agent: Annotated[
        str, typer.Option(metavar="DEVICE", help="Input device of the agent (microphone): number or name.")
    ] = "",
    customer: Annotated[
        str, typer.Option(metavar="DEVICE", help="Input device of the customer (loopback): number or name.")
    ] = "",
    agent_id: Annotated[str, typer.Option(metavar="ID", help="Whose call this is.")] = "",
    lang: LangOption = Lang.ZH,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Watch this machine's sound devices as one line, with the pages, until interrupted."""
    from monitor import run

    settings = settings_of(config_, set_)
    asyncio.run(run.listen(settings, agent=agent, customer=customer, agent_id=agent_id, lang=lang.value))
