"""One recording on its way through an audit."""

from __future__ import annotations

import itertools
import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from monitor.core.types import Answer, Segment
from monitor.errors import LinewatchError
from monitor.sources import recording, sidecar
from monitor.sources.recording import Part, Recording
from monitor.sources.sidecar import Sidecar


@dataclass(eq=False)
class Job:
    """One recording on its way. waiting: segments sent, with the call audio at which their answer is due."""

    number: int
    path: Path
    key: str
    call_id: str
    recording: Recording
    parts: Iterator[Part]
    file: TextIO
    heard_ms: int = 0
    over: bool = False
    broken: str = ""
    waiting: deque[tuple[int, Segment]] = field(default_factory=deque)
    answers: dict[str, Answer] = field(default_factory=dict)

    def answer_due(self) -> Segment | None:
        """The segment whose answer comes before any more audio."""
        return self.waiting[0][1] if self.waiting and (self.over or self.waiting[0][0] <= self.heard_ms) else None

    def next_part(self) -> Part | None:
        """None at its end, and where it cannot be read on: then `broken` says why."""
        try:
            return next(self.parts, None)
        except LinewatchError as error:
            self.broken = str(error)
        except Exception as error:  # a decoder's surprise must not end the other calls
            self.broken = f"{self.path}: cannot be decoded; found {type(error).__name__}."
        return None


def key_of(path: Path, known: Sidecar | None) -> str:
    """A recording as it is now: its files with their times, its sidecar, its row of the manifest."""
    files = list(recording.pair_of(path) or (path,))
    bare = path.stem.removesuffix("-agent").removesuffix("-customer") + path.suffix
    files += {beside for name in (path.name, bare) if (beside := sidecar.beside(path.with_name(name)))}
    said = known.model_dump_json() if known else ""
    return json.dumps([str(path.resolve()), said, *sorted([file.name, *_stamp(file)] for file in files)])


def names(base: str) -> Iterator[str]:
    """The name, and what it becomes where it is taken."""
    yield base
    for number in itertools.count(2):
        yield f"{base}-{number}"


def size(path: Path) -> int:
    """Bytes, 0 where it is gone."""
    return _stamp(path)[0]


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns
