"""What waits for a run to be certain, against the same one frame after the other."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.signal.active import Activity
from monitor.signal.columns import State
from monitor.signal.moment import Block, Runs
from monitor.signal.waiting import Waiting
from tests.signal.test_runs import both, made


def heard(at_ms: int, letters: str) -> Block:
    """Without a noise under it."""
    block = made(at_ms, letters)
    block.tell(voice_dbov=block.level_dbov)
    return block


@given(st.lists(st.sampled_from(["....", "www", "wwwwcc.cc", "w.wccw", "wccc", "waac", "ac", "cca"]), max_size=10),
       st.integers(1, 50))  # fmt: skip
def test_a_run_that_becomes_certain_brings_what_it_had(stretches: list[str], most: int) -> None:
    """w: active and spoken in a run not certain yet, a: active only, c: in one that is. Every stretch is a run of its
    own."""
    frames = [(letter, 100 * k + 100) for k, stretch in enumerate(stretches) for letter in stretch]
    waiting, pushed = Waiting(State()), []
    for at in range(0, len(frames), most):
        block = heard(20 * (at + 1), "S" * len(frames[at : at + most]))
        letters, since = zip(*frames[at : at + most], strict=True)
        block.tell(voice_power=both(range(at + 1, at + len(letters) + 1)), before_dbov=block.level_dbov - 0.5)
        none = np.zeros_like(block.present)
        is_open = both(x == "c" for x in letters) > 0
        block.runs = Runs(both(since), both(since), is_open, none, none, none, none, none)
        active, spoken = (both(x in those for x in letters) > 0 for those in ("wac", "wc"))
        entries, which, waits = waiting.merged(block, Activity(active, spoken, none, none, none), none)
        waiting.keep(block, waits)
        assert entries or not active.any()
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
    block = heard(1000, "....")
    block.tell(voice_power=both([5, 6, 7, 8]), before_dbov=block.level_dbov - 0.5)
    none = np.zeros_like(block.present)
    block.runs = Runs(none - 1, none - 1, none, none, none, none, none, none)
    active = both([1, 1, 0, 0]) > 0
    entries, which, _ = Waiting(State()).merged(block, Activity(active, none, none, none, none), none)
    assert np.array_equal(which, active)
    assert [each[which].tolist() for each in entries[:2]] == [[5, 6], [1, 1]]


def test_a_run_brings_the_sounds_that_are_given_back_to_it() -> None:
    """Three sounds before it that WebRTC alone voted for, one of them too faint; a second run goes without them."""
    block = heard(1000, "....SS..SS")
    none = np.zeros_like(block.present)
    since = both([0] * 4 + [981, 981] + [0] * 2 + [1161, 1161]) - 1
    block.tell(voice_power=both(range(1, 11)), before_dbov=block.level_dbov)
    block.runs = Runs(since, since, since >= 0, none, none, none, none, none)
    top = np.rint(block.level_dbov * 100.0).astype(np.int64)
    top[2] += 1600
    active = since >= 0
    maybe = both([1, 1, 1, 1, 0, 0, 0, 0, 0, 0]) > 0
    for cut in (10, 5, 1):
        waiting, found = Waiting(State()), []
        for at in range(0, 10, cut):
            part, span = heard(1000 + 20 * at, "....SS..SS"[at : at + cut]), slice(at, at + cut)
            part.tell(voice_power=block.voice_power[span], before_dbov=block.before_dbov[span])
            part.runs = Runs(since[span], since[span], active[span], *(none[span] for _ in range(5)))
            said = Activity(active[span], none[span], none[span], none[span], top[span])
            entries, which, waits = waiting.merged(part, said, maybe[span])
            waiting.keep(part, waits)
            found += np.stack(entries[:2], axis=-1)[which].tolist() if entries else []
        assert found == [[1 + 2 + 4 + 5, 4], [6, 1], [9, 1], [10, 1]]


STRETCHES = st.sampled_from(
    ["....", "." * 9, "m", "mm", "mem", "mewwc", "mmwwcc", "mewec", "m.ww", "mm..mcc", "ewc", "c.w"]
)


def pushed(letters: str, most: int) -> list[tuple[int, int, int]]:
    """Where, power and number of all that is pushed. m: may belong to the next run, e: of a run but an echo (neither
    active nor spoken), w: active in one that is not certain yet, c: in one that is. A run reaches back by 80 ms."""
    since, ends_ms, now_ms = [], 0, -1
    for k, letter in enumerate(letters):
        if letter in "ewc":
            now_ms = max(20 * k - 80, ends_ms, 0) if now_ms < 0 else now_ms
            ends_ms = 20 * k + 20
        else:
            now_ms = -1
        since.append(now_ms)
    waiting, found = Waiting(State()), []
    for at in range(0, len(letters), most):
        part, here = letters[at : at + most], both(since[at : at + most])
        block = heard(20 * (at + 1), "S" * len(part))
        block.tell(voice_power=both(range(at + 1, at + len(part) + 1)), before_dbov=block.level_dbov)
        none = np.zeros_like(block.present)
        here[..., 1] = -1
        is_open = both(letter == "c" for letter in part) > 0
        block.runs = Runs(here, here, is_open, none, none, none, none, none)
        active = both(letter in "wc" for letter in part) > 0
        said = Activity(active, active, none, none, none.astype(np.int64))
        entries, which, waits = waiting.merged(block, said, both(letter == "m" for letter in part) > 0)
        waiting.keep(block, waits)
        pushing = np.nonzero(which[:, 0, 0])[0].tolist()
        found += [(at + t, int(entries[0][t, 0, 0]), int(entries[1][t, 0, 0])) for t in pushing]
    return found


@given(st.lists(STRETCHES, max_size=8).map("".join), st.integers(2, 50))
@example("mewwc", 2)
def test_what_is_given_back_is_the_same_however_the_frames_are_cut(letters: str, most: int) -> None:
    assert pushed(letters, most) == pushed(letters, 1)


@given(st.lists(STRETCHES, max_size=8).map("".join))
def test_no_frame_counts_twice(letters: str) -> None:
    found = pushed(letters, 50)
    assert sum(number for _, _, number in found) <= sum(letter in "mwc" for letter in letters)
    assert sum(power for _, power, _ in found) <= sum(k + 1 for k, letter in enumerate(letters) if letter in "mwc")


def test_a_loud_sound_shortly_before_a_run_counts_and_what_went_on_for_long_does_not() -> None:
    """The run of the first reaches back by 80 ms, and the sound began 200 ms before that."""
    assert pushed("....mmmm......ccc", 50)[0] == (14, 5 + 6 + 7 + 8 + 15, 5)
    assert pushed("m" * 30 + "......ccc", 50)[0] == (36, 37, 1)


def test_a_sound_belongs_to_one_run() -> None:
    assert pushed("mmc....c", 50) == [(2, 1 + 2 + 3, 3), (7, 8, 1)]


def test_a_call_may_begin_in_the_middle_of_a_word() -> None:
    assert pushed("mmcc", 50) == [(2, 1 + 2 + 3, 3), (3, 4, 1)]
    assert pushed("...mmcc", 50) == [(5, 4 + 5 + 6, 3), (6, 7, 1)]
