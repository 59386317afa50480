"""What is measured of a speech run before the run is certain: it waits, and counts as one entry once it is.

So does what may belong to a run that has not begun: sounds that are given back to it once it has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.active import Activity
from monitor.signal.columns import BoolArray, IntArray, State, before, held, latest
from monitor.signal.moment import Block

_MOST_STEP_DB = 20.0
# sounds so far apart are given back together; hundredths of dB under the highest of late at which they are none
_TOGETHER_MS, _FAINT = 160, 1500
# such sounds count that begin so long before what the run itself takes back; what went on for longer is noise
_SHORTLY_BEFORE_MS = 300


class Waits(NamedTuple):
    """int64[t, n, 2] after each frame: of which run it is (its since_ms, and 1), power of the active frames, how many
    they are, the first at_ms, voiced frames, by how much the level moved over how many spoken frames; and done, the
    newest run that is certain. seen: the newest run; power and number of the frames that may belong to the next one,
    where the first begins and the last ends. 0 where there is none."""

    run: IntArray
    power: IntArray
    frames: IntArray
    at_ms: IntArray
    voiced: IntArray
    moved: IntArray
    spoken: IntArray
    done: IntArray
    seen: IntArray
    maybe_power: IntArray
    maybe_frames: IntArray
    maybe_since_ms: IntArray
    maybe_last_ms: IntArray


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

    def merged(self, block: Block, found: Activity, maybe: BoolArray) -> tuple[list[IntArray], BoolArray, Waits | None]:
        """Power, number, at_ms, voiced, 100ths of dB moved and spoken of what the frames push, which of them [t, n, 2]
        do (their run is certain, or over), and what waits then. Nothing is kept yet. Nothing where there is no run, and
        none is active, spoken or given.

        maybe: frames of no run that may belong to the next one."""
        counted, run = found.active | found.spoken, block.runs.since_ms + 1
        # a run is seen with its first frame, though that may be an echo
        if not np.count_nonzero(counted | maybe | (run > 0)):
            return [], counted, None
        entries = _entries(block, found)
        state = self._column[block.sel]
        start = Waits(*(state[:, k] for k in range(len(Waits._fields))))
        start = self._given_back(block, found, maybe, run, entries, start)
        certain = counted & (block.runs.open | (run == 0))
        done = latest(certain & (run > 0), run, start.done)
        waits = self._grown(block, counted & ~certain, run, entries, start)._replace(done=done)
        first = certain & (run != before(start.done, done)) & (run == waits.run) & (run > 0)
        if np.count_nonzero(first):
            power, frames, at_ms, *others = entries
            entries = [
                power + first * waits.power,
                frames + first * waits.frames,
                np.where(first, waits.at_ms, at_ms),
                *(own + first * more for own, more in zip(others, waits[4:7], strict=True)),
            ]
        return entries, certain, waits

    def _given_back(
        self, block: Block, found: Activity, maybe: BoolArray, run: IntArray, entries: list[IntArray], start: Waits
    ) -> Waits:
        """Adds to the entry of a run's first frame what is given back to it, and what was as loud shortly before: a
        word whose beginning the voice detector missed is measured whole. Returns what is kept of that, [t, n, 2]."""
        maybe = maybe & ~found.active & (np.rint(block.voice_dbov * 100.0) >= found.top - _FAINT)
        seen = latest(run > 0, run, start.seen)
        # what came before one run is not given to the next
        last = latest(maybe | (run > 0), np.where(run > 0, 0, block.sides_ms), start.maybe_last_ms)
        last_before = before(start.maybe_last_ms, last)
        near = (last_before > 0) & (block.sides_ms - last_before <= _TOGETHER_MS)
        anew = maybe & ~near
        since = latest(anew, block.sides_ms - FRAME_MS, start.maybe_since_ms)
        power = _summed(np.where(maybe, block.voice_power, 0), anew, start.maybe_power)
        frames = _summed(maybe.astype(np.int64), anew, start.maybe_frames)
        begins = found.active & (run > 0) & (run != before(start.seen, seen))
        back = begins & near & (run - 1 - _SHORTLY_BEFORE_MS <= since)
        if np.count_nonzero(back):
            entries[0], entries[1] = entries[0] + back * power, entries[1] + back * frames
        return start._replace(
            seen=seen, maybe_power=power, maybe_frames=frames, maybe_since_ms=since, maybe_last_ms=last
        )

    def _grown(self, block: Block, more: BoolArray, run: IntArray, entries: list[IntArray], start: Waits) -> Waits:
        """What waits after each frame, where `more` of them wait, and nothing ceases to. start: before the block, but
        for what `_given_back` says of every frame."""
        if not np.count_nonzero(more):
            return Waits(*(each if each.ndim == 3 else held(each, len(more)) for each in start))
        runs = latest(more, run, start.run)
        anew = more & (run != before(start.run, runs))
        power, frames, _, *others = entries
        begun = (start.power, start.frames, start.voiced, start.moved, start.spoken)
        power, frames, voiced, moved, spoken = (
            _summed(np.where(more, each, 0), anew, then)
            for each, then in zip((power, frames, *others), begun, strict=True)
        )
        at_ms = latest(anew, block.sides_ms, start.at_ms)
        return Waits(runs, power, frames, at_ms, voiced, moved, spoken, held(start.done, len(more)), *start[8:])


def _entries(block: Block, found: Activity) -> list[IntArray]:
    """int64[t, n, 2] each: what every frame would push by itself."""
    step_db = np.minimum(np.abs(block.level_dbov - block.before_dbov), _MOST_STEP_DB)
    spoken, active = found.spoken.astype(np.int64), found.active.astype(np.int64)
    moved = np.rint(step_db * 100.0).astype(np.int64) * spoken
    return [block.voice_power * active, active, block.sides_ms, block.voiced * spoken, moved, spoken]


def _summed(values: IntArray, anew: BoolArray, start: IntArray) -> IntArray:
    """int64[t, n, 2]: sums of all values since the newest frame `anew`, or with `start` where there is none."""
    if len(values) == 1:
        return np.where(anew, values, start + values)
    total = np.cumsum(values, axis=0)
    summed: IntArray = total - latest(anew, total - values, -start)
    return summed
