"""State as columns: one row for each line, two sides where it is kept for each channel.

A `Column` reads and writes the rows of a selection (a slice where the lines lie side by side, else an index array). A
read is always a copy, so that a result can never depend on which of the two the selection was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Selection = slice | IntArray

START_LINES = 16
MOST_FRAMES = 50
"""A block is no longer: a second."""
GRID = 256.0
"""Numbers on a grid are integers in disguise: their sums are exact, whatever the order they are added in."""
_NUMBER = np.arange(MOST_FRAMES)[:, None, None]


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
        return picked.copy() if type(sel) is slice else picked

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
    """Sums over the last `length` entries pushed to each row; an entry is `width` integers, so sums are exact. The
    first of them may take 64 bits, the others 32."""

    def __init__(self, state: State, length: int, width: int) -> None:
        self.length, self.width = length, width
        self._ring = state.column(np.int32, 0, (2, length, width + 1))
        self._at = state.column(np.int64)
        self._sums = state.column(np.int64, 0, (2, width))

    def pushing(
        self,
        sel: Selection,
        rows: IntArray,
        which: BoolArray,
        entries: Sequence[NDArray[Any] | int],
        anew: BoolArray | None = None,
    ) -> Pushing:
        """What the frames of a block push, `which` of them [t, n, 2]; `keep` of the result puts it in.

        rows: int64[n, 2]. entries: `width` arrays [t, n, 2], or a number that holds for all. anew: frames before whose
        push the first of every entry's integers goes back to 0 in that row. A block is no longer than the window.
        """
        assert len(which) <= self.length, len(which)
        start = self._sums[sel]
        among = which.reshape(-1).nonzero()[0]
        if not len(among):
            return Pushing(self, sel, held(start, len(which)))
        number = counting(which, self._at[sel])
        cells = rows.reshape(-1)[among if len(which) == 1 else among % rows.size] * self.length
        cells += (number.reshape(-1)[among] - 1) % self.length
        fresh = np.empty((len(among), self.width), np.int64)
        for k, entry in enumerate(entries):
            fresh[:, k] = entry if isinstance(entry, int) else entry.reshape(-1)[among]
        leaves = _unpacked(self._cells[cells])
        sums = np.zeros((which.size, self.width), np.int64)
        sums[among] = fresh - leaves
        sums = sums.reshape(*which.shape, self.width)
        if len(sums) > 1:
            np.cumsum(sums, axis=0, out=sums)
        sums += start
        pushing = Pushing(self, sel, sums, number, among, cells, fresh, leaves)
        if anew is not None and np.count_nonzero(anew):
            pushing.restart(rows, anew)
        return pushing

    @property
    def _cells(self) -> NDArray[np.int32]:
        """A view of all entries, packed, those of row r from r * length on."""
        return self._ring.array.reshape(-1, self.width + 1)

    def rows(self, rows: IntArray) -> IntArray:
        """int64[k, width]: the sums of these rows."""
        picked: IntArray = self._sums.rows[rows]
        return picked

    def row(self, row: int) -> tuple[IntArray, int]:
        """A copy of its entries [length, width], and where its next one goes."""
        return _unpacked(self._ring.rows[row]), int(self._at.rows[row])

    def put(
        self, sel: Selection, cells: IntArray, fresh: IntArray, emptied: IntArray, sums: IntArray, number: IntArray
    ) -> None:
        """Entries into their cells, after the first integers of emptied rows were set to 0; then the state as it is."""
        if len(emptied):
            self._ring.rows[emptied, :, :2] = 0
        self._cells[cells] = _packed(fresh)
        self._sums[sel], self._at[sel] = sums, number % self.length

    def clear(self, rows: IntArray) -> None:
        """Empties these rows."""
        if len(rows):
            for column in (self._ring, self._at, self._sums):
                column.rows[rows] = 0


def _packed(entries: IntArray) -> NDArray[np.int32]:
    """int32[k, width + 1] of int64[k, width]: the first integer as it lies in memory, then the others."""
    out = np.empty((len(entries), entries.shape[1] + 1), np.int32)
    out[:, :2] = np.ascontiguousarray(entries[:, :1]).view(np.int32)
    out[:, 2:] = entries[:, 1:]
    return out


def _unpacked(cells: NDArray[np.int32]) -> IntArray:
    out = np.empty((len(cells), cells.shape[1] - 1), np.int64)
    out[:, :1] = np.ascontiguousarray(cells[:, :2]).view(np.int64)
    out[:, 1:] = cells[:, 2:]
    return out


class Delay:
    """What each channel's frames were `frames` frames ago, 0 before any."""

    def __init__(self, state: State, frames: int) -> None:
        self._frames = frames
        self._ring = state.column(np.int64, 0, (2, frames))

    def step(self, rows: IntArray, number: IntArray, values: IntArray) -> IntArray:
        """values and what comes of them: [t, n, 2]. rows: int64[n, 2]; number: int64[t, n, 1], of each frame since the
        line was opened."""
        frames, ring = self._frames, self._ring.array.reshape(-1)
        cells = rows * frames + number % frames
        earlier: IntArray = ring[cells[:frames]]
        ring[cells[-frames:]] = values[-frames:]
        return earlier if len(values) <= frames else np.concatenate((earlier, values[:-frames]))


_NOTHING = np.zeros(0, np.int64)


class Pushing:
    """Entries on their way into a window. sums: int64[t, n, 2, width], after each frame; any: are there some."""

    __slots__ = ("_among", "_cells", "_emptied", "_fresh", "_leaves", "_number", "_sel", "_window", "any", "sums")

    def __init__(
        self, window: Window, sel: Selection, sums: IntArray, number: IntArray = _NOTHING, among: IntArray = _NOTHING,
        cells: IntArray = _NOTHING, fresh: IntArray = _NOTHING, leaves: IntArray = _NOTHING,
    ) -> None:  # fmt: skip
        self._window, self._sel, self.sums, self._number = window, sel, sums, number
        self._among, self._cells, self._fresh, self._leaves, self._emptied = among, cells, fresh, leaves, _NOTHING
        self.any = len(among) > 0

    def keep(self) -> None:
        """Puts them in."""
        if self.any:
            self._window.put(self._sel, self._cells, self._fresh, self._emptied, self.sums[-1], self._number[-1])

    def restart(self, rows: IntArray, anew: BoolArray) -> None:
        """The first integers count from the newest frame of `anew` [t, n, 2] on; those pushed may not be negative."""
        first = np.zeros(anew.shape, np.int64)
        first.reshape(-1)[self._among] = self._fresh[:, 0]
        total = np.cumsum(first, axis=0)
        left_out = latest(anew, total - first, np.full(first.shape[1:], -1))
        self.sums[..., 0] = np.where(left_out >= 0, total - left_out, self.sums[..., 0])
        last = np.where(anew, _NUMBER[: len(anew)], -1).max(axis=0)
        self._fresh[self._among // rows.size < last.reshape(-1)[self._among % rows.size], 0] = 0
        self._emptied = rows[last >= 0]

    def added(self, totals: FloatArray) -> FloatArray:
        """totals [n, 2, k] and the first k integers of what every frame pushes, added one after the other, so that
        floats come out the same however the frames were cut into blocks."""
        more = np.zeros((len(self.sums) * totals.shape[0] * 2, totals.shape[2]))
        more[self._among] = self._fresh[:, : totals.shape[2]]
        for each in more.reshape(len(self.sums), *totals.shape):
            totals = totals + each
        return totals

    def oldest(self, frame: int, row: int) -> IntArray:
        """int64[width]: what is to leave next after that frame, or the first entry where the window is not full yet.

        Asked for once the entries are kept, before others are.
        """
        ring, at, length = *self._window.row(row), self._window.length
        later = (self._cells // length == row) & (self._among // (self.sums[0].size // self._window.width) > frame)
        for k in np.nonzero(later)[0][::-1].tolist():
            at = int(self._cells[k]) % length
            ring[at] = self._leaves[k]
        entry: IntArray = ring[at] if ring[at].any() else ring[0]
        return entry


def before(start: NDArray[Any], after: NDArray[Any]) -> NDArray[Any]:
    """What a state was before each frame of a block, [t, ...]; start: before the first, after: after each of them."""
    return start[None] if len(after) == 1 else np.concatenate((start[None], after[:-1]))


def held(values: NDArray[Any], frames: int) -> NDArray[Any]:
    """What does not change, for each frame of a block."""
    return values[None] if frames == 1 else np.broadcast_to(values, (frames, *values.shape))


def counting(flags: BoolArray, start: IntArray) -> IntArray:
    """int64[t, n, 2]: how many frames had the flag, this one included; start: before the block."""
    counted: IntArray = start + flags if len(flags) == 1 else start + np.cumsum(flags, axis=0)
    return counted


def lasting(flags: BoolArray, start: IntArray) -> IntArray:
    """int64[t, n, 2]: for how many frames a flag has been standing, 0 where it does not; start: before the block."""
    if len(flags) == 1:
        return np.where(flags, start + 1, 0)
    count = np.arange(1, len(flags) + 1)[:, None, None]
    fell = np.maximum.accumulate(np.where(flags, 0, count), axis=0)
    stands: IntArray = np.where(fell > 0, count - fell, start + count)
    return stands


def latest(flags: BoolArray, values: NDArray[Any], start: NDArray[Any]) -> NDArray[Any]:
    """What `values` [t, n, 2] were in the newest frame with the flag; start: before the block."""
    if len(flags) == 1:
        return np.where(flags, values, start)
    newest = np.maximum.accumulate(np.where(flags, _NUMBER[: len(flags)], -1), axis=0)
    return np.where(newest >= 0, np.take_along_axis(values, np.maximum(newest, 0), axis=0), start)


def frames_with(found: BoolArray) -> list[bool]:
    """Which frames of a block have one, [t, n, 2]."""
    if not np.count_nonzero(found):
        return [False] * len(found)
    return [count > 0 for count in np.count_nonzero(found, axis=(1, 2)).tolist()]
