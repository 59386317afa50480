"""Envelopes as JSON Lines: one object of the contract on each line, UTF-8."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from monitor.core.events import Envelope
from monitor.errors import ConfigError


class JsonlSink:
    """Appends stored envelopes to a file, or writes them to an open text stream.

    overlay: meters, hypotheses, pending alerts and notices too. Raises ConfigError when the file cannot be opened.
    """

    def __init__(self, target: Path | TextIO, overlay: bool = False) -> None:
        self._overlay = overlay
        self._owned = isinstance(target, Path)
        self._out = _open(target) if isinstance(target, Path) else target

    def write(self, envelope: Envelope) -> None:
        if self._overlay or not envelope.overlay:
            self._out.write(envelope.to_json() + "\n")
            self._out.flush()

    def close(self) -> None:
        if self._owned:
            self._out.close()


def _open(path: Path) -> TextIO:
    try:
        return path.open("a", encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(path), "cannot be written", error.strerror or "", "Give another file") from error
