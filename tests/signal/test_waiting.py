"""What waits for a run to be certain, against the same one frame after the other."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.signal.active import Activity
from monitor.signal.columns import State
from monitor.signal.moment import Runs
from monitor.signal.waiting import Waiting
from tests.signal.test_runs import both, made


@given(st.lists(st.sampled_from(["....", "www", "wwwwcc.cc", "w.wccw", "wccc", "waac", "ac", "cca"]), max_size=10),
       st.integers(1, 50))  # fmt: skip
def test_a_run_that_becomes_certain_brings_what_it_had(stretches: list[str], most: int) -> None:
    """w: active and spoken in a run not certain yet, a: active only, c: in one that is. Every stretch is a run of its
    own."""
    frames = [(letter, 100 * k + 100) for k, stretch in enumerate(stretches) for letter in stretch]
    waiting, pushed = Waiting(State()), []
    for at in range(0, len(frames), most):
        block = made(20 * (at + 1), "S" * len(frames[at : at + most]))
        letters, since = zip(*frames[at : at + most], strict=True)
        block.tell(power=both(range(at + 1, at + len(letters) + 1)), before_dbov=block.level_dbov - 0.5)
        none = np.zeros_like(block.present)
        is_open = both(x == "c" for x in letters) > 0
        block.runs = Runs(both(since), both(since), is_open, none, none, none, none, none)
        active, spoken = (both(x in those for x in letters) > 0 for those in ("wac", "wc"))
        entries, which, waits = waiting.merged(block, Activity(active, spoken, none, none, none), none)
        waiting.keep(block, waits)
        assert bool(entries) == bool(active.any())
        assert np.array_equal(which[..., 0], (active & is_open)[..., 0])
        if entries:
            pushed += np.stack([each[which & is_open] for each in entries], axis=1).tolist()
    assert pushed == expected(frames)


def expected(frames: list[tuple[str, int]]) -> list[list[int]]:
    out: list[list[int]] = []
    held: tuple[int, list[int]] = (0, [0] * 6)
    for at, (letter, since) in enumerate(frames):
        if letter == ".":
            continue
        run, sums = held if held[0] == since else (since, [0] * 6)
        said = int(letter != "a")
        mine = [at + 1, 1, 0, said, 50 * said, said]
        sums = [own + more for own, more in zip(sums, mine, strict=True)]
        sums[2] = sums[2] or 20 * (at + 1)
        if letter == "c":
            out.append(sums)
            sums = [0] * 6
        held = (run, sums)
    return out


def test_what_goes_on_after_a_run_counts_at_once() -> None:
    block = made(1000, "....")
    block.tell(power=both([5, 6, 7, 8]), before_dbov=block.level_dbov - 0.5)
    none = np.zeros_like(block.present)
    block.runs = Runs(none - 1, none - 1, none, none, none, none, none, none)
    active = both([1, 1, 0, 0]) > 0
    entries, which, _ = Waiting(State()).merged(block, Activity(active, none, none, none, none), none)
    assert np.array_equal(which, active)
    assert [each[which].tolist() for each in entries[:2]] == [[5, 6], [1, 1]]


def test_a_run_brings_the_sounds_that_are_given_back_to_it() -> None:
    """Three sounds before it that WebRTC alone voted for, one of them too faint; a second run goes without them."""
    block = made(1000, "....SS..SS")
    none = np.zeros_like(block.present)
    since = both([0] * 4 + [981, 981] + [0] * 2 + [1161, 1161]) - 1
    block.tell(power=both(range(1, 11)), before_dbov=block.level_dbov)
    block.runs = Runs(since, since, since >= 0, none, none, none, none, none)
    top = np.rint(block.level_dbov * 100.0).astype(np.int64)
    top[2] += 1600
    active = since >= 0
    maybe = both([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]) > 0
    for cut in (10, 5, 1):
        waiting, found = Waiting(State()), []
        for at in range(0, 10, cut):
            part, span = made(1000 + 20 * at, "....SS..SS"[at : at + cut]), slice(at, at + cut)
            part.tell(power=block.power[span], before_dbov=block.before_dbov[span])
            part.runs = Runs(since[span], since[span], active[span], *(none[span] for _ in range(5)))
            said = Activity(active[span], none[span], none[span], none[span], top[span])
            entries, which, waits = waiting.merged(part, said, maybe[span])
            waiting.keep(part, waits)
            found += np.stack(entries[:2], axis=-1)[which].tolist() if entries else []
        assert found == [[1 + 2 + 4 + 5, 4], [6, 1], [9, 1], [10, 1]]
