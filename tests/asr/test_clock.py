"""The clock of a device."""

from __future__ import annotations

import time

from monitor.asr.clock import clock_of


def test_a_cpu_has_its_process_time_and_anything_else_the_walls() -> None:
    assert (clock_of("cpu").name, clock_of("cpu").now) == ("CPU time", time.process_time)
    assert (clock_of("cuda").name, clock_of("cuda").now) == ("time", time.perf_counter)
