"""`linewatch devices`."""

from __future__ import annotations

from rich.table import Table

from monitor.commands.common import stdout


def devices() -> None:
    """List this machine's sound inputs for `listen` and the device source."""
    from monitor.sources.device import devices as inputs

    table = Table("number", "name", "channels", "rate", "system")
    for device in inputs():
        table.add_row(str(device.index), device.name, str(device.channels), f"{device.rate_hz} Hz", device.system)
    stdout.print(table)
