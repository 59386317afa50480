from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.signal.columns import START_LINES, Delay, State, Window, before, counting, held, lasting, latest, selection


def test_a_read_is_a_copy_however_the_rows_are_selected() -> None:
    state = State()
    column = state.column(np.int64, 7)
    for lines in (np.array([2, 3]), np.array([3, 1])):
        column[selection(lines)][:] = 99
        assert (column.array == 7).all()


def test_selection_is_a_slice_only_for_neighbours_in_order() -> None:
    assert selection(np.array([4])) == slice(4, 5)
    assert selection(np.array([4, 5, 6])) == slice(4, 7)
    for lines in ([4, 6, 5, 7], [5, 4], [1, 3], [2, 1, 4]):
        assert np.array_equal(selection(np.array(lines)), lines)


def test_columns_grow_with_their_fill_and_are_reset_by_row() -> None:
    state = State()
    column = state.column(np.float64, -1.5, (2, 3))
    column.array[0] = 4
    state.grow(2 * START_LINES)
    assert column.array.shape == (2 * START_LINES, 2, 3)
    assert (column.array[0] == 4).all()
    assert (column.array[START_LINES:] == -1.5).all()
    state.reset(0)
    assert (column.array == -1.5).all()
    assert state.line_bytes() == 2 * 3 * 8


ROWS = np.array([[0, 1], [2, 3]])
BOTH = slice(0, 2)


@given(
    st.lists(st.lists(st.tuples(st.integers(-1, 1000), st.booleans()), min_size=4, max_size=4), max_size=40),
    st.integers(1, 5),
)
def test_a_window_sums_the_newest_of_each_row_and_can_begin_anew(
    frames: list[list[tuple[int, bool]]], most: int
) -> None:
    """Each frame: for each of four rows a value, or -1 for none, and whether the window begins anew before it."""
    window, kept = Window(State(), 5, 2), {row: [(0, 0)] for row in range(4)}
    for at in range(0, len(frames), most):
        block = frames[at : at + most]
        values = np.array([[value for value, _ in frame] for frame in block]).reshape(-1, 2, 2)
        anew = np.array([[begins and value >= 0 for value, begins in frame] for frame in block]).reshape(-1, 2, 2)
        pushing = window.pushing(BOTH, ROWS, values >= 0, (values, 1), anew)
        for frame, sums, restarts in zip(block, pushing.sums.reshape(-1, 4, 2), anew.reshape(-1, 4), strict=True):
            for row, (value, _) in enumerate(frame):
                kept[row] = [(0, count) for _, count in kept[row]] if restarts[row] else kept[row]
                kept[row] += [(value, 1)] if value >= 0 else []
                assert sums[row].tolist() == [sum(each) for each in zip(*kept[row][-5:], strict=True)]
        pushing.keep()
        assert window.rows(ROWS).tolist() == pushing.sums[-1].tolist()


def test_a_window_knows_its_oldest_after_every_frame_of_a_block() -> None:
    window = Window(State(), 3, 2)
    here = np.zeros((3, 1, 2), np.bool_)
    here[:, 0, 1] = True
    for first, oldest in ((1, [1, 1, 1]), (4, [2, 3, 4])):
        values = np.arange(first, first + 3)[:, None, None] * np.ones((1, 1, 2), np.int64)
        pushing = window.pushing(slice(0, 1), ROWS[:1], here, (values, 10 * values))
        pushing.keep()
        assert [pushing.oldest(frame, 1).tolist() for frame in range(3)] == [[each, 10 * each] for each in oldest]
    window.clear(np.array([1]))
    assert not window.rows(np.array([1])).any()


def test_a_window_keeps_64_bits_of_the_first_integer_and_32_of_the_others() -> None:
    window, here = Window(State(), 2, 3), np.ones((2, 1, 2), np.bool_)
    pushing = window.pushing(slice(0, 1), ROWS[:1], here, (1 << 61, (1 << 31) - 1, 7))
    pushing.keep()
    assert pushing.oldest(1, 0).tolist() == [1 << 61, (1 << 31) - 1, 7]
    again = window.pushing(slice(0, 1), ROWS[:1], here, (1, 2, 3))
    again.keep()
    assert window.rows(ROWS[0]).tolist() == [[2, 4, 6]] * 2


FLAGS = st.lists(st.booleans(), min_size=1, max_size=12)


@given(FLAGS, st.integers(0, 9))
def test_what_runs_through_a_block_is_what_runs_through_its_frames(flags: list[bool], start: int) -> None:
    shape, first = (len(flags), 1, 2), np.full((1, 2), start)
    column = np.broadcast_to(np.array(flags)[:, None, None], shape)
    values = np.arange(100, 100 + column.size).reshape(shape)
    now, stands, count = first, first, first
    for t, flag in enumerate(column):
        now, stands, count = np.where(flag, values[t], now), np.where(flag, stands + 1, 0), count + flag
        assert np.array_equal(latest(column, values, first)[t], now)
        assert np.array_equal(lasting(column, first)[t], stands)
        assert np.array_equal(counting(column, first)[t], count)
        assert np.array_equal(held(first, len(flags))[t], first)
        assert np.array_equal(before(first, values)[t], values[t - 1] if t else first)


def test_floats_are_added_one_after_the_other() -> None:
    values = np.array([1 << 54, 1, 1, 1]).repeat(2).reshape(4, 1, 2)
    once, in_turn = (Window(State(), 4, 1) for _ in range(2))
    total = once.pushing(slice(0, 1), ROWS[:1], values > 0, (values,)).added(np.zeros((1, 2, 1)))
    step = np.zeros((1, 2, 1))
    for value in values:
        step = in_turn.pushing(slice(0, 1), ROWS[:1], value[None] > 0, (value[None],)).added(step)
    assert np.array_equal(total, step)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=8), st.integers(1, 9))
def test_a_delay_gives_back_what_was_so_many_frames_ago(blocks: list[int], frames: int) -> None:
    delay, at, out = Delay(State(), frames), 0, []
    for length in blocks:
        number = np.arange(at + 1, at + length + 1)[:, None, None]
        out.append(delay.step(np.array([[4, 5]]), number, number * np.array([1, 10])))
        at += length
    found = np.concatenate(out)[:, 0]
    expected = np.maximum(np.arange(1, at + 1) - frames, 0)
    assert np.array_equal(found, np.stack((expected, 10 * expected), axis=1))
