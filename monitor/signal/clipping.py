"""clipping: speech driven into a ceiling, the codec's own or a flat one below it."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.events import Event
from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, FloatArray, IntArray, Window, before, counting, frames_with, latest
from monitor.signal.condition import OFF, WARN, ConditionDetector
from monitor.signal.moment import Block, Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds

# mu-law's largest magnitude; A-law's is 32256, linear PCM's 32767
_HARD = 32124
# a ceiling holds the samples that lie within this share of it; where it lies between two steps of G.711, those of both
_WITHIN, _TWO_STEPS = 1 / 64, 1 / 16
# so long no voice stays within two steps of its own peak
_FLAT_S = 0.0006
_FRAMES = 50
_RECENT_MS = 1000
# the top of one period, or of a few, lasts less long, and so does a blow
_ONE_TOP_MS = 100
_KINDS = {1: "hard", 2: "soft"}


class Clipping(ConditionDetector):
    """kind: hard (the codec's ceiling), soft (one below it). value: share of the speech samples of one second, percent.

    A soft ceiling is flat: only samples that stand at it side by side count, since G.711 puts the tops of any voice
    into few steps; and where noise throws a ceiling from one step into the next, those that stay in the two. A tone
    stands at its own height and is left out. Speech that peaks at one height by chance does so once; speech that is cut
    off does so in every syllable.
    """

    name = "clipping"

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.clipping)
        self._samples = rate_hz // 50
        self._flat = round(rate_hz * _FLAT_S)
        self._window = Window(self.state, _FRAMES, 2)
        self._ceiling = self.state.column(np.int64)
        self._newest = self.state.column(np.int64)
        self._older = self.state.column(np.int64)
        self._seen = self.state.column(np.int64)
        self._first = self.state.column(np.int64)
        self._last = self.state.column(np.int64, -_RECENT_MS)

    def steps(self, block: Block) -> None:
        own, level = self._thresholds.of(block.groups), self._level[block.sel]
        voice = block.speech & ~block.all("tone")
        last_0, at = self._last[block.sel], block.sides_ms
        if not (np.count_nonzero(voice) or np.count_nonzero(level)):
            return
        peaks = np.zeros(voice.shape, np.int64)
        peaks[voice] = block.peaks(voice)
        ceiling, anew = self._stands(block, voice, peaks)
        hits = self._hits(block, voice & (peaks >= own.lowest_ceiling), peaks, ceiling)
        pushing = self._window.pushing(block.sel, block.rows, voice, (hits, self._samples), anew)
        pushing.keep()
        sums = pushing.sums
        percent = 100.0 * sums[..., 0] / np.maximum(sums[..., 1], 1)
        enough = sums[..., 1] >= own.min_speech_ms // FRAME_MS * self._samples
        hit = hits > 0
        last = latest(hit, at, last_0)
        last_before = before(last_0, last)
        first = latest(hit & (at - last_before > _RECENT_MS), at - FRAME_MS, self._first[block.sel])
        self._first[block.sel], self._last[block.sel] = first[-1], last[-1]
        often = last - first > _ONE_TOP_MS
        begins = voice & enough & often & (percent >= own.percent) & (at - last < own.quiet_ms)
        if not (np.count_nonzero(begins) or np.count_nonzero(level)):
            return
        fresh = np.where(ceiling >= _HARD, 1, 2)
        fades = ~(~voice | (percent >= own.percent / 2) | ~enough) | (at - last_before >= own.quiet_ms)
        for t, now in enumerate(block.frames):
            keeps = (level != OFF) & ~fades[t]
            want = np.where(keeps & (level == WARN), WARN, np.where(begins[t], fresh[t], np.where(keeps, level, OFF)))
            now.holds["clipping"] = want != OFF
            self._tell(now, want, first[t], last[t], percent[t])
            level = want

    def _tell(self, now: Moment, want: IntArray, first: IntArray, last: IntArray, percent: FloatArray) -> None:
        def starting(i: int, side: int) -> dict[str, Any]:
            value = round(float(percent[i, side]), 2)
            kind = _KINDS[int(want[i, side])]
            return {"since_ms": int(first[i, side]), "kind": kind, "value": value, "unit": "percent"}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(last[i, side])}

        self.update(now, want, starting, ending)

    def _stands(self, block: Block, voice: BoolArray, peaks: IntArray) -> tuple[IntArray, BoolArray]:
        """int64[t, n, 2]: the highest samples of the last half to one second of speech; and where counting starts anew,
        under another ceiling."""
        own = (self._newest, self._older, self._ceiling, self._seen)
        highest, older, ceiling, seen_0 = (column[block.sel] for column in own)
        seen = counting(voice, seen_0)
        turn = voice & (seen % (_FRAMES // 2) == 0)
        turns = frames_with(turn)
        stands, anew = np.empty_like(peaks), np.zeros_like(voice)
        for t, speaks in enumerate(voice):
            highest = np.maximum(highest, peaks[t])
            found = np.maximum(highest, older)
            same = np.abs(found - ceiling) * 64 <= ceiling
            np.greater(speaks, same, out=anew[t])
            stands[t] = ceiling = np.where(speaks, np.where(same, np.maximum(found, ceiling), found), ceiling)
            if turns[t]:
                older = np.where(turn[t], highest, older)
                highest = np.where(turn[t], 0, highest)
        for column, values in zip(own, (highest, older, ceiling, seen[-1]), strict=True):
            column[block.sel] = values
        return stands, anew

    def finish(self, line: int, at_ms: int) -> list[Event]:
        """It ends with its last clipped sample."""
        return [event for side in (0, 1) for event in self.stop(line, side, at_ms, int(self._last.array[line, side]))]

    def _hits(self, block: Block, loud: BoolArray, peaks: IntArray, ceiling: IntArray) -> IntArray:
        """int64[t, n, 2]: samples of each loud frame that stand at its channel's ceiling."""
        hits = np.zeros(ceiling.shape, np.int64)
        floor, lower = (ceiling - (ceiling * within).astype(np.int64) for within in (_WITHIN, _TWO_STEPS))
        at = loud & (peaks >= lower)
        if np.count_nonzero(at):
            magnitudes = np.abs(block.pcm[at].astype(np.int32))
            touching = magnitudes >= floor[at][:, None]
            flat = _runs(touching, 2) | _runs(magnitudes >= lower[at][:, None], self._flat)
            hits[at] = np.where(ceiling[at] >= _HARD, touching.sum(axis=1), flat.sum(axis=1))
        return hits


def _runs(flags: BoolArray, least: int) -> BoolArray:
    """Those of the flags [k, samples] that have at least so many, themselves included, side by side."""
    starts = flags[:, : flags.shape[1] - least + 1].copy()
    for k in range(1, least):
        starts &= flags[:, k : flags.shape[1] - least + 1 + k]
    found = np.zeros_like(flags)
    for k in range(least):
        found[:, k : flags.shape[1] - least + 1 + k] |= starts
    return found
