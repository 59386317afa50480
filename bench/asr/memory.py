"""What a process holds while it works, and whether it grows: resident memory, and what its allocator has handed out.

Resident memory alone moves in steps, as the allocator takes pages and seldom gives any back; a leak shows in both.
"""

from __future__ import annotations

import ctypes
import math
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LOOK_S = 2.0
BLOCKS = 8
LEAST_LOOKS = 2 * BLOCKS
T_95 = 2.447
"""Student's t, two-sided 95 %, of BLOCKS - 2 degrees of freedom."""
MB = 2**20


class _Mallinfo2(ctypes.Structure):
    """mallinfo2(3)."""

    _fields_ = [
        (name, ctypes.c_size_t)
        for name in (
            "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost",
        )
    ]  # fmt: skip


def handed_out_mb() -> float:
    """Bytes that malloc has given and not got back, over all arenas; nan without glibc 2.33."""
    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
    except (AttributeError, OSError):
        return math.nan
    mallinfo2.restype = _Mallinfo2
    info = mallinfo2()
    return float(info.uordblks + info.hblkhd) / MB


def peak_mb(pid: int | str = "self") -> float:
    """The most a process has held resident; nan without Linux's /proc.

    getrusage would count what its parent held when it was started.
    """
    status = Path(f"/proc/{pid}/status")
    found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text("ascii", "replace") if status.is_file() else "")
    return int(found[1]) / 1024 if found else math.nan


class Watch:
    """Looks every LOOK_S seconds from a thread of its own, into an array that was made and touched before.

    columns: seconds, resident MB, handed out MB, and what `value` says.
    """

    def __init__(self, minutes: float, value: Callable[[], float]) -> None:
        import psutil

        self._process = psutil.Process()
        self._value = value
        self._looks = np.full((int(minutes * 60 / LOOK_S) + 100, 4), np.nan)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        for number in range(len(self._looks)):
            memory_mb = self._process.memory_info().rss / MB
            self._looks[number] = time.monotonic(), memory_mb, handed_out_mb(), self._value()
            if self._stop.wait(LOOK_S):
                return

    def stop(self) -> NDArray[np.float64]:
        self._stop.set()
        self._thread.join()
        return self._looks[~np.isnan(self._looks[:, 0])]


def slope(seconds: NDArray[np.float64], memory_mb: NDArray[np.float64]) -> tuple[float, float] | None:
    """(MB an hour, its standard error); None for too few looks.

    Looks that follow each other say nearly the same, so that a line through all of them would seem far too certain:
    they are averaged in BLOCKS blocks first.
    """
    if len(seconds) < LEAST_LOOKS or np.isnan(memory_mb).any():
        return None
    hours = [float(block.mean()) / 3600 for block in np.array_split(seconds - seconds[0], BLOCKS)]
    means = [float(block.mean()) for block in np.array_split(memory_mb, BLOCKS)]
    line, spread = np.polyfit(hours, means, 1, cov=True)
    return float(line[0]), float(np.sqrt(spread[0, 0]))


def grows(found: tuple[float, float] | None) -> bool | None:
    """Whether it is more than noise that memory grows; None: not known."""
    return None if found is None else found[0] > T_95 * found[1]
