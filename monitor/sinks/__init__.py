"""Where envelopes go besides the store and the sockets. A new one: one file, one line in `SINKS`."""

from __future__ import annotations

from typing import Protocol

from monitor.core.events import Envelope

SINKS: dict[str, str] = {
    "terminal": "monitor.sinks.terminal:TerminalSink",
    "jsonl": "monitor.sinks.jsonl:JsonlSink",
}
"""Name -> "module:Class"."""


class Sink(Protocol):
    """Takes every published envelope in order; overlay too, which it may leave out."""

    def write(self, envelope: Envelope) -> None: ...

    def close(self) -> None: ...
