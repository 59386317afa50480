"""`linewatch serve`."""

from __future__ import annotations

import asyncio

from monitor.commands.common import Config, Set, settings_of


def serve(config_: Config = None, set_: Set = None) -> None:
    """Watch live lines: the sources of the configuration, the pages and the sockets, until interrupted."""
    from monitor import run

    asyncio.run(run.serve(settings_of(config_, set_)))
