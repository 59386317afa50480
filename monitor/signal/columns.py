"""State as columns: one row for each line, two sides where it is kept for each channel.

A `Column` reads and writes the rows of a selection (a slice where the lines lie side by side, else an index array). A
read is always a copy, so that a result can never depend on which of the two the selection was.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Selection = slice | IntArray

START_LINES = 16


def selection(lines: IntArray) -> Selection:
    """A slice where the line numbers are consecutive, else the array itself."""
    first, last = int(lines[0]), int(lines[-1])
    if last - first + 1 == len(lines) and (len(lines) < 3 or bool((np.diff(lines) == 1).all())):
        return slice(first, last + 1)
    return lines


class Column:
    """One named state: `array` of shape [lines, *shape], every row beginning as `fill`."""

    __slots__ = ("array", "fill")

    def __init__(self, lines: int, shape: tuple[int, ...], dtype: DTypeLike, fill: float) -> None:
        self.array: NDArray[Any] = np.full((lines, *shape), fill, dtype=dtype)
        self.fill = fill

    def __getitem__(self, sel: Selection) -> NDArray[Any]:
        picked: NDArray[Any] = self.array[sel]
        return picked.copy() if isinstance(sel, slice) else picked

    def __setitem__(self, sel: Selection, values: Any) -> None:
        self.array[sel] = values

    @property
    def rows(self) -> NDArray[Any]:
        """A view with the sides as rows of their own: row 2 * line + side."""
        return self.array.reshape(-1, *self.array.shape[2:])


class State:
    """The columns of one owner; they grow together and are reset together."""

    def __init__(self) -> None:
        self._columns: list[Column] = []

    def column(self, dtype: DTypeLike, fill: float = 0, shape: tuple[int, ...] = (2,)) -> Column:
        made = Column(START_LINES, shape, dtype, fill)
        self._columns.append(made)
        return made

    def grow(self, lines: int) -> None:
        for column in self._columns:
            more = np.full((lines - len(column.array), *column.array.shape[1:]), column.fill, column.array.dtype)
            column.array = np.concatenate((column.array, more))

    def reset(self, line: int) -> None:
        for column in self._columns:
            column.array[line] = column.fill

    def line_bytes(self) -> int:
        """Bytes of state that one line costs here."""
        return sum(column.array[0].nbytes for column in self._columns)


class Window:
    """Sums over the last `length` entries pushed to each row; an entry is `width` integers, so sums are exact."""

    def __init__(self, state: State, length: int, width: int) -> None:
        self._length = length
        self._ring = state.column(np.int64, 0, (2, length, width))
        self._at = state.column(np.int64)
        self._sums = state.column(np.int64, 0, (2, width))

    def push(self, rows: IntArray, entries: IntArray) -> None:
        """rows int64[k], each at most once; entries int64[k, width]."""
        if not len(rows):
            return
        at, ring = self._at.rows[rows], self._ring.rows
        self._sums.rows[rows] += entries - ring[rows, at]
        ring[rows, at] = entries
        self._at.rows[rows] = (at + 1) % self._length

    def restart(self, rows: IntArray) -> None:
        """Takes the first of every entry's integers back to 0 in these rows."""
        if len(rows):
            self._ring.rows[rows, :, 0] = 0
            self._sums.rows[rows, 0] = 0

    def oldest(self, row: int) -> IntArray:
        """int64[width]: the entry that leaves next, or the first where the window is not full yet."""
        ring = self._ring.rows[row]
        at = int(self._at.rows[row])
        entry: IntArray = ring[at] if ring[at].any() else ring[0]
        return entry

    def rows(self, rows: IntArray) -> IntArray:
        """int64[k, width]: the sums of these rows."""
        picked: IntArray = self._sums.rows[rows]
        return picked

    def sums(self, sel: Selection) -> IntArray:
        """int64[n, 2, width]."""
        return self._sums[sel]

    def clear(self, rows: IntArray) -> None:
        """Empties these rows."""
        if len(rows):
            for column in (self._ring, self._at, self._sums):
                column.rows[rows] = 0
