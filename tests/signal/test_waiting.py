"""What waits for a run to be certain, against the same one frame after the other."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.signal.columns import State
from monitor.signal.moment import Runs
from monitor.signal.waiting import Waiting
from tests.signal.test_runs import both, made


@given(st.lists(st.sampled_from(["....", "www", "wwwwcc.cc", "w.wccw", "wccc"]), max_size=10), st.integers(1, 50))
def test_a_run_that_becomes_certain_brings_what_it_had(stretches: list[str], most: int) -> None:
    """w: counted in a run not certain yet, c: in one that is. Every stretch is a run of its own."""
    frames = [(letter, 100 * k + 100) for k, stretch in enumerate(stretches) for letter in stretch]
    waiting, pushed = Waiting(State()), []
    for at in range(0, len(frames), most):
        block = made(20 * (at + 1), "S" * len(frames[at : at + most]))
        letters, since = zip(*frames[at : at + most], strict=True)
        block.tell(power=both(range(at + 1, at + len(letters) + 1)), before_dbov=block.level_dbov - 0.5)
        none = np.zeros_like(block.present)
        runs = Runs(both(since), both(since), both(x == "c" for x in letters) > 0, none, none, none, none, none)
        block.runs = runs
        counted = both(x != "." for x in letters) > 0
        entries, waits = waiting.merged(block, counted)
        waiting.keep(block, waits)
        columns = [np.broadcast_to(each, counted.shape)[counted & runs.open] for each in entries]
        assert bool(columns) == counted.any()
        pushed += np.stack(columns, axis=1).tolist() if columns else []
    assert pushed == expected(frames)


def expected(frames: list[tuple[str, int]]) -> list[list[int]]:
    out: list[list[int]] = []
    held: tuple[int, list[int]] = (0, [0, 0, 0, 0, 0])
    for at, (letter, since) in enumerate(frames):
        if letter == ".":
            continue
        run, sums = held if held[0] == since else (since, [0, 0, 0, 0, 0])
        sums = [sums[0] + at + 1, sums[1] + 1, sums[2] or 20 * (at + 1), sums[3] + 1, sums[4] + 50]
        if letter == "c":
            out.append(sums)
            sums = [0, 0, 0, 0, 0]
        held = (run, sums)
    return out
