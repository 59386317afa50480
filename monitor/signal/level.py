"""Levels: RMS of a frame, the noise floor under it, active speech level, noise between the words, and SNR.

0 dBov is a full-scale square wave; a full-scale sine reads -3.01 dBov. Everything is summed in integers, and readings
are rounded to 0.01 dB before anybody compares them, so neighbours and array layouts cannot move a result.
"""

from __future__ import annotations

from functools import partial
from typing import Literal

import numpy as np

from monitor.core.types import FRAME_MS, Pcm
from monitor.signal.active import Active, Activity
from monitor.signal.columns import (
    BoolArray,
    FloatArray,
    IntArray,
    Pushing,
    State,
    Window,
    before,
    counting,
    frames_with,
    held,
)
from monitor.signal.moment import Block
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds
from monitor.signal.waiting import Waiting, Waits

FLOOR_DBOV = -100.0
_SETTLE_FRAMES = 5
_BUCKET_FRAMES = 25
_BUCKETS = 8
_YOUNG_FRAMES, _YOUNG_DBOV = 25, -50.0
_MANY = np.iinfo(np.int64).max


def rounded(db: FloatArray) -> FloatArray:
    quantised: FloatArray = np.rint(db * 100.0) / 100.0
    return quantised


def frame_power(pcm: Pcm) -> IntArray:
    """int64[..., 2] of int16[..., 2, N]: N squared times the variance, exact."""
    samples = pcm.astype(np.float64)
    # every partial sum is an integer under 2**53, so float64 adds exactly in any order
    squares = np.einsum("...k,...k->...", samples, samples).astype(np.int64)
    total = np.add.reduce(pcm, axis=-1, dtype=np.int64)
    power: IntArray = pcm.shape[-1] * squares - total * total
    return power


def dbov(power: IntArray, frames: IntArray | Literal[1], samples: int) -> FloatArray:
    """Level of `frames` frames of `samples` samples with this power in all, never under FLOOR_DBOV."""
    one = float(samples) * samples * 32768.0 * 32768.0
    full = one if isinstance(frames, int) else np.maximum(frames, 1) * one
    level: FloatArray = np.log10(np.maximum(power, 1) / full)
    level *= 10.0
    return rounded(np.maximum(level, FLOOR_DBOV))


class NoiseFloor:
    """Minimum of the smoothed power (80 ms) over the last four seconds, in buckets of half a second."""

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self.state = State()
        self._smooth = self.state.column(np.int64)
        self._seen = self.state.column(np.int64)
        self._newest = self.state.column(np.int64, _MANY)
        self._older = self.state.column(np.int64, _MANY)
        self._buckets = self.state.column(np.int64, _MANY, (2, _BUCKETS))

    def step(self, block: Block) -> tuple[FloatArray, FloatArray]:
        """dBov [t, n, 2], nan before the first frames; and what to trust: in the first half second no more than a usual
        line has, for a call may begin in the middle of a word. Absent frames leave both as they are."""
        present, power = block.present, block.power
        seen_0, smooth, newest, older = (c[block.sel] for c in (self._seen, self._smooth, self._newest, self._older))
        seen = counting(present, seen_0)
        first, turn = seen <= 1, present & (seen % _BUCKET_FRAMES == 0)
        settled = present & (seen >= _SETTLE_FRAMES)
        firsts, turns = frames_with(first), frames_with(turn)
        floor = np.empty_like(power)
        for t, now in enumerate(power):
            moved = now - smooth
            moved >>= 2
            moved += smooth
            if firsts[t]:
                moved = np.where(first[t], now, moved)
            smooth = np.where(present[t], moved, smooth)
            newest = np.where(settled[t], np.minimum(newest, smooth), newest)
            np.minimum(newest, older, out=floor[t])
            if turns[t]:
                rows, here = block.rows[turn[t]], turn[t]
                self._buckets.rows[rows, (seen[t][here] // _BUCKET_FRAMES) % _BUCKETS] = newest[here]
                older[here] = self._buckets.rows[rows].min(axis=1)
                newest = np.where(here, smooth, newest)
        for column, values in (
            (self._smooth, smooth),
            (self._seen, seen[-1]),
            (self._newest, newest),
            (self._older, older),
        ):
            column[block.sel] = values
        known = floor != _MANY
        shown = np.where(known, dbov(floor, 1, self._samples), np.nan)
        return shown, np.where(seen <= _YOUNG_FRAMES, np.fmin(shown, _YOUNG_DBOV), shown)


class SpeechLevel:
    """Active speech level (ITU-T P.56, see `active.py`) over the last seconds of a channel's speech runs, of the voice
    without the noise under it.

    Speech far under the other party's while both speak is taken for that party's echo and does not count. What comes
    before a run is certain waits, and counts as one entry once it is.
    """

    def __init__(self, samples: int, settings: SignalSettings) -> None:
        self._samples = samples
        self._thresholds = Thresholds(settings, lambda each: each.low_volume)
        self.state = State()
        self._window = Window(self.state, settings.low_volume.window_ms // FRAME_MS, 6)
        self.longest = self._window.length
        self._active = Active(self.state)
        self._dbov = self.state.column(np.float64, np.nan)
        self._total = self.state.column(np.float64, 0.0, (2, 2))
        self._waiting = Waiting(self.state)

    def total(self, line: int, side: int) -> tuple[float, int]:
        """Power and frames measured since the line was opened."""
        power, frames = self._total.array[line, side].tolist()
        return power, int(frames)

    def step(self, block: Block, noise_dbov: FloatArray) -> IntArray:
        """Tells speech_dbov (nan before any), speech_ms, voiced_ms; returns the power measured, [t, n, 2]."""
        dbov_0, speech, goes_on = self._dbov[block.sel], block.speech, self._active.goes_on(block, noise_dbov)
        maybe = self._active.may_begin(block, noise_dbov)
        echo_db = self._thresholds.of(block.groups).echo_db
        over_other = speech & (block.runs.last_ms[:, :, ::-1] >= 0)
        if not any(map(np.count_nonzero, (speech, goes_on, maybe))) and self._active.over(block.sel):
            pushing, waits, found = self._window.pushing(block.sel, block.rows, speech, ()), None, None
            level = held(dbov_0, len(speech))
        elif not np.count_nonzero(over_other):
            pushing, level, found, waits = self._measured(block, speech, goes_on, maybe, dbov_0)
        else:
            other = dbov_0[None, :, ::-1]
            echo = over_other & (block.level_dbov < other - echo_db)
            while True:
                spoken = speech & ~echo
                pushing, level, found, waits = self._measured(block, spoken, goes_on, maybe, dbov_0)
                if len(level) == 1:
                    break
                # what is echo depends on the level before, so the first frames are right first
                fainter = over_other & (block.level_dbov < before(dbov_0, level)[:, :, ::-1] - echo_db)
                if np.array_equal(fainter, echo):
                    break
                echo = fainter
        self._dbov[block.sel] = level[-1]
        if found is not None:
            self._active.keep(block.sel, found)
        self._waiting.keep(block, waits)
        pushing.keep()
        if pushing.any:
            self._total[block.sel] = pushing.added(self._total[block.sel])
        sums = pushing.sums
        count = sums[..., 1]
        moves_db = sums[..., 4] / (np.maximum(sums[..., 5], 1) * 100.0)
        block.tell(speech_dbov=level, speech_ms=count * FRAME_MS, voiced_ms=sums[..., 3] * FRAME_MS, moves_db=moves_db)
        for t, now in enumerate(block.frames):
            now.speech_since = partial(pushing.oldest, t)
        power: IntArray = sums[..., 0]
        return power

    def _measured(
        self,
        block: Block,
        speech: BoolArray,
        goes_on: BoolArray,
        maybe: BoolArray,
        dbov_0: FloatArray,
    ) -> tuple[Pushing, FloatArray, Activity, Waits | None]:
        """What is pushed, the level after each frame, and what is active, where this is the speech; and what waits."""
        found = self._active.frames(block, speech, goes_on)
        entries, which, waits = self._waiting.merged(block, found, maybe)
        pushing = self._window.pushing(block.sel, block.rows, which, entries)
        power, count = pushing.sums[..., 0], pushing.sums[..., 1]
        if not pushing.any:
            return pushing, held(dbov_0, len(speech)), found, waits
        return pushing, np.where(count > 0, dbov(power, count, self._samples), np.nan), found, waits


def snr_db(
    speech_power: IntArray,
    speech_frames: IntArray,
    noise_power: IntArray | FloatArray,
    noise_frames: IntArray,
    reference: float | FloatArray,
) -> FloatArray:
    """Speech over noise; `reference` is used where speech_frames is 0.

    reference: power of one frame of speech assumed before any was heard. nan where noise_frames is 0.
    """
    noise = np.maximum(noise_power, 1) / np.maximum(noise_frames, 1)
    heard = speech_power / np.maximum(speech_frames, 1)
    speech = np.where(speech_frames > 0, np.maximum(heard, noise * 0.01), reference)
    return np.where(noise_frames > 0, rounded(10.0 * np.log10(speech / noise)), np.nan)
