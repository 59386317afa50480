from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.signal.columns import START_LINES, State, Window, selection


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


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1000, 1000)), max_size=60))
def test_a_window_sums_the_newest_of_each_row(pushes: list[tuple[int, int]]) -> None:
    window, kept = Window(State(), 5, 2), {row: [(0, 0)] for row in range(4)}
    for row, value in pushes:
        window.push(np.array([row]), np.array([[value, 1]]))
        kept[row].append((value, 1))
    sums = window.sums(slice(0, 2)).reshape(4, 2)
    for row in range(4):
        assert sums[row].tolist() == [sum(v for v, _ in kept[row][-5:]), sum(n for _, n in kept[row][-5:])]


def test_a_window_knows_its_oldest_and_can_restart_its_first() -> None:
    window = Window(State(), 3, 2)
    for k in range(1, 6):
        window.push(np.array([1]), np.array([[k, 10 * k]]))
    assert window.oldest(1).tolist() == [3, 30]
    window.restart(np.array([1]))
    assert window.sums(slice(0, 1))[0, 1].tolist() == [0, 120]
