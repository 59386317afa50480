"""What is measured of a speech run before the run is certain: it waits, and counts as one entry once it is."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.signal.columns import BoolArray, IntArray, State, before, held, latest
from monitor.signal.moment import Block

_MOST_STEP_DB = 20.0


class Waits(NamedTuple):
    """int64[t, n, 2] after each frame: of which run it is (its since_ms, and 1), power, frames, the first at_ms,
    voiced frames, by how much its level moved; and done, the newest run that is certain. 0 where there is none."""

    run: IntArray
    power: IntArray
    frames: IntArray
    at_ms: IntArray
    voiced: IntArray
    moved: IntArray
    done: IntArray


class Waiting:
    """What waits on each channel."""

    def __init__(self, state: State) -> None:
        self._column = state.column(np.int64, 0, (len(Waits._fields), 2))

    def keep(self, block: Block, waits: Waits | None) -> None:
        """What waits at the end of a block; None: nothing has changed."""
        if waits is not None:
            kept = self._column.array[block.sel]
            for k, values in enumerate(waits):
                kept[:, k] = values[-1]
            self._column[block.sel] = kept

    def merged(self, block: Block, counted: BoolArray) -> tuple[list[NDArray[Any] | int], Waits | None]:
        """Power, frames, at_ms, voiced frames and 100ths of dB moved that each of the frames `counted` [t, n, 2] pushes
        where its run is certain; and what waits then. Nothing is kept yet. Nothing for none counted."""
        if not np.count_nonzero(counted):
            return [], None
        step_db = np.minimum(np.abs(block.level_dbov - block.before_dbov), _MOST_STEP_DB)
        moved = np.rint(step_db * 100.0).astype(np.int64)
        entries: list[NDArray[Any] | int] = [block.power, 1, block.sides_ms, block.voiced, moved]
        state, run = self._column[block.sel], block.runs.since_ms + 1
        start = Waits(*(state[:, k] for k in range(len(Waits._fields))))
        certain = counted & block.runs.open
        done = latest(certain, run, start.done)
        waits = self._grown(block, (counted ^ certain) & (run > 0), run, moved, start)._replace(done=done)
        first = certain & (run != before(start.done, done)) & (run == waits.run)
        if np.count_nonzero(first):
            entries = [
                block.power + first * waits.power,
                1 + first * waits.frames,
                np.where(first, waits.at_ms, block.sides_ms),
                block.voiced + first * waits.voiced,
                moved + first * waits.moved,
            ]
        return entries, waits

    def _grown(self, block: Block, more: BoolArray, run: IntArray, moved: IntArray, start: Waits) -> Waits:
        """What waits after each frame, where `more` of them wait, and nothing ceases to."""
        if not np.count_nonzero(more):
            return Waits(*(held(each, len(more)) for each in start))
        runs = latest(more, run, start.run)
        anew = more & (run != before(start.run, runs))
        power, frames, voiced, moves = (
            _summed(np.where(more, np.asarray(each), 0), anew, begun)
            for each, begun in zip(
                (block.power, 1, block.voiced, moved),
                (start.power, start.frames, start.voiced, start.moved),
                strict=True,
            )
        )
        at_ms = latest(anew, block.sides_ms, start.at_ms)
        return Waits(runs, power, frames, at_ms, voiced, moves, held(start.done, len(more)))


def _summed(values: IntArray, anew: BoolArray, start: IntArray) -> IntArray:
    """int64[t, n, 2]: sums of all values since the newest frame `anew`, or with `start` where there is none."""
    if len(values) == 1:
        return np.where(anew, values, start + values)
    total = np.cumsum(values, axis=0)
    summed: IntArray = total - latest(anew, total - values, -start)
    return summed
