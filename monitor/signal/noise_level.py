"""Noise between the words, measured twice: what stays on the line, and all that is no word.

`steady` is what lies clear of every frame judged speech, and what the noise detector goes by: it says nothing of a
voice so faint that it is heard in pieces. `whole` is that and what was judged speech and came to no run, long before
and after any that is certain: keys, drops, a pan, gusts. That is what the meters show as the line's noise, for it is
heard with the words. `newest` is the steady one since the last words, or of a third of a second: whether it is still
there.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, Delay, FloatArray, IntArray, State, Window, frames_with, held, lasting
from monitor.signal.level import dbov
from monitor.signal.moment import Block

# how long after a sound it may be a run, and how long after a run's end what is heard may still be words
_CERTAIN_MS, _AFTER_MS = 800, 500
# what a frame is of the newest noise: the mean forgets within a third of a second
_FRESH = 0.06


class Noise(NamedTuple):
    """All [t, n, 2]. Frames measured, and their power: steady ones, and of the whole noise; its level in dBov, nan
    before any; which frames are steady ones, and the power of a frame of the newest of these."""

    steady_frames: IntArray
    steady_power: IntArray
    frames: IntArray
    power: IntArray
    dbov: FloatArray
    steady: BoolArray
    newest_power: FloatArray


class NoiseLevel:
    """RMS of non-speech over its last seconds. A frame counts as steady once it is known to lie clear of speech on both
    sides, as noise of some other kind once it is known that it was part of no run."""

    def __init__(self, samples: int, window_ms: int, guard_ms: int) -> None:
        self._guard = max(guard_ms // FRAME_MS, 1)
        certain, after = _CERTAIN_MS // FRAME_MS, _AFTER_MS // FRAME_MS
        self._clear_frames = self._guard + certain + after
        self.state = State()
        self._samples = samples
        self._steady = Window(self.state, window_ms // FRAME_MS, 2)
        self._whole = Window(self.state, window_ms // FRAME_MS, 2)
        self.longest = self._steady.length
        self._dbov = self.state.column(np.float64, np.nan)
        self._total = self.state.column(np.float64, 0.0, (2, 2))
        self._newest = self.state.column(np.float64, 0.0)
        self._quiet = self.state.column(np.int64)
        self._no_run = self.state.column(np.int64)
        self._guarded = Delay(self.state, self._guard)
        self._waiting = Delay(self.state, certain)

    def total(self, line: int, side: int) -> tuple[float, int]:
        """Power and frames of the whole noise since the line was opened."""
        power, frames = self._total.array[line, side].tolist()
        return power, int(frames)

    def step(self, block: Block, others: BoolArray, anew: BoolArray) -> Noise:
        """others: frames that are neither speech nor the line's noise, [t, n, 2]; anew: where what was measured before
        turns out to be something else. Tells blocked: what is no steady noise."""
        aside = others | ~block.present
        block.tell(blocked=block.speech | aside)
        cuts = [0, len(aside)]
        if np.count_nonzero(anew):
            # a frame right after such a one finds nothing to forget
            cuts[1:1] = [t + 1 for t, found in enumerate(frames_with(anew[1:] & ~anew[:-1])) if found]
        quiet = lasting(~block.blocked, self._quiet[block.sel])
        no_run = lasting(~(block.runs.open | aside), self._no_run[block.sel])
        self._quiet[block.sel], self._no_run[block.sel] = quiet[-1], no_run[-1]
        number = block.at_ms[..., None] // FRAME_MS
        power = self._guarded.step(block.rows, number, block.power)
        steady = quiet > 2 * self._guard
        rest = self._waiting.step(block.rows, number, np.where(steady, -1, power))
        late = (no_run > self._clear_frames) & (rest >= 0)
        counted, frames, both = steady, steady.astype(np.int64), power
        if np.count_nonzero(late):
            counted, frames, both = steady | late, frames + late, steady * power + late * rest
        parts = []
        for first, end in pairwise(cuts):
            self._forget(block.rows[anew[first]])
            span = slice(first, end)
            parts.append(self._pushed(block, steady[span], power[span], counted[span], frames[span], both[span]))
        newest = self._now(block, quiet, power)
        if len(parts) == 1:
            return Noise(*parts[0], steady, newest)
        steady_frames, steady_power, count, total, level = map(np.concatenate, zip(*parts, strict=True))
        return Noise(steady_frames, steady_power, count, total, level, steady, newest)

    def _pushed(
        self, block: Block, steady: BoolArray, power: IntArray, counted: BoolArray, frames: IntArray, both: IntArray
    ) -> tuple[IntArray, IntArray, IntArray, IntArray, FloatArray]:
        """steady frames and the power of each; which frames count at all, how many lie behind each, and their power."""
        still = self._steady.pushing(block.sel, block.rows, steady, (power, 1))
        still.keep()
        whole = self._whole.pushing(block.sel, block.rows, counted, (both, frames))
        total, count = whole.sums[..., 0], whole.sums[..., 1]
        if whole.any:
            whole.keep()
            self._total[block.sel] = whole.added(self._total[block.sel])
            level = np.where(count > 0, dbov(total, count, self._samples), np.nan)
            self._dbov[block.sel] = level[-1]
        else:
            level = held(self._dbov[block.sel], len(steady))
        return still.sums[..., 1], still.sums[..., 0], count, total, level

    def _now(self, block: Block, quiet: IntArray, power: IntArray) -> FloatArray:
        """quiet: how many frames of no speech there were by each."""
        since, newest = quiet - 2 * self._guard, self._newest[block.sel]
        found = np.empty(quiet.shape)
        for number, each, out in zip(since, power, found, strict=True):
            newest = np.where(number > 1, newest + (each - newest) * _FRESH, np.where(number == 1, each, newest))
            out[:] = newest
        self._newest[block.sel] = newest
        return found

    def _forget(self, rows: IntArray) -> None:
        """What was measured there turned out to be something else."""
        if len(rows):
            self._total.rows[rows] = np.maximum(self._total.rows[rows] - self._whole.rows(rows), 0.0)
            self._dbov.rows[rows] = np.nan
        self._steady.clear(rows)
        self._whole.clear(rows)
