"""By which clock decodes are compared on a device."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Clock:
    """name: whose time it is, for people. now: seconds."""

    name: str
    now: Callable[[], float]


def clock_of(device: str) -> Clock:
    """CPU time of this process where a CPU decodes: other work does not count into it. Else the wall's."""
    return Clock("CPU time", time.process_time) if device == "cpu" else Clock("time", time.perf_counter)
