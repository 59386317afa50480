"""clipping: speech driven into a ceiling, the codec's own or a flat one below it."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.events import Event
from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, IntArray, Window
from monitor.signal.condition import OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds

# mu-law's largest magnitude; A-law's is 32256, linear PCM's 32767
_HARD = 32124
# a ceiling holds the samples that lie within this share of it
_WITHIN = 1 / 64
_FRAMES = 50
_RECENT_MS = 1000
_KINDS = {1: "hard", 2: "soft"}


class Clipping(ConditionDetector):
    """kind: hard (the codec's ceiling), soft (one below it). value: share of the speech samples of one second, percent.

    A soft ceiling is flat: only samples that stand at it side by side count, since G.711 puts the tops of any voice
    into few steps. A tone stands at its own height and is left out. Speech that peaks at one height by chance does so
    once; speech that is cut off does so in every syllable.
    """

    name = "clipping"

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.clipping)
        self._samples = rate_hz // 50
        self._window = Window(self.state, _FRAMES, 2)
        self._ceiling = self.state.column(np.int64)
        self._newest = self.state.column(np.int64)
        self._older = self.state.column(np.int64)
        self._seen = self.state.column(np.int64)
        self._first = self.state.column(np.int64)
        self._last = self.state.column(np.int64, -_RECENT_MS)

    def step(self, now: Moment) -> None:
        own, level = self._thresholds.of(now.groups), self.level(now)
        stale = (level != OFF) & (now.at_ms[:, None] - self._last[now.sel] >= own.quiet_ms)
        voice = now.speech & ~now.condition("tone")
        if not (voice.any() or stale.any()):
            return
        peak = np.zeros(voice.shape, np.int64)
        if voice.any():
            peak[voice] = now.peaks(voice)
        ceiling = self._stands(now, voice, peak)
        hits = self._hits(now, peak, ceiling)
        spoken = hits[voice]
        self._window.push(now.rows[voice], np.stack((spoken, np.full_like(spoken, self._samples)), axis=1))
        sums = self._window.sums(now.sel)
        percent = 100.0 * sums[:, :, 0] / np.maximum(sums[:, :, 1], 1)
        enough = sums[:, :, 1] >= own.min_speech_ms // FRAME_MS * self._samples
        at, last = now.at_ms[:, None], self._last[now.sel]
        self._first[now.sel] = np.where((hits > 0) & (at - last > _RECENT_MS), at - FRAME_MS, self._first[now.sel])
        self._last[now.sel] = np.where(hits > 0, at, last)
        fresh = np.where(ceiling >= _HARD, 1, 2)
        begins = voice & enough & (percent >= own.percent)
        keeps = (level != OFF) & ~stale & (~voice | (percent >= own.percent / 2) | ~enough)
        want: IntArray = np.where(keeps & (level == WARN), WARN, np.where(begins, fresh, np.where(keeps, level, OFF)))
        now.holds["clipping"] = want != OFF

        def starting(i: int, side: int) -> dict[str, Any]:
            since = int(self._first.array[int(now.lines[i]), side])
            kind = _KINDS[int(want[i, side])]
            return {"since_ms": since, "kind": kind, "value": round(float(percent[i, side]), 2), "unit": "percent"}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(self._last.array[int(now.lines[i]), side])}

        self.update(now, want, starting, ending)

    def _stands(self, now: Moment, voice: BoolArray, peak: IntArray) -> IntArray:
        """int64[n, 2]: the highest samples of the last half to one second of speech; counting starts anew under another
        ceiling."""
        newest, older, seen, before = (c[now.sel] for c in (self._newest, self._older, self._seen, self._ceiling))
        seen += voice
        turn = voice & (seen % (_FRAMES // 2) == 0)
        newest = np.maximum(newest, peak)
        ceiling = np.maximum(newest, older)
        self._older[now.sel] = np.where(turn, newest, older)
        self._newest[now.sel] = np.where(turn, 0, newest)
        same = np.abs(ceiling - before) * 64 <= before
        self._window.restart(now.rows[~same & voice])
        ceiling = np.where(same, np.maximum(ceiling, before), ceiling).astype(np.int64)
        self._ceiling[now.sel], self._seen[now.sel] = ceiling, seen
        stands: IntArray = ceiling
        return stands

    def finish(self, line: int, at_ms: int) -> list[Event]:
        """It ends with its last clipped sample."""
        return [event for side in (0, 1) for event in self.stop(line, side, at_ms, int(self._last.array[line, side]))]

    def _hits(self, now: Moment, peak: IntArray, ceiling: IntArray) -> IntArray:
        """int64[n, 2]: samples of each speech frame that stand at its channel's ceiling."""
        hits = np.zeros(peak.shape, np.int64)
        lowest = self._thresholds.of(now.groups).lowest_ceiling
        at = (peak >= lowest) & (peak >= ceiling - (ceiling * _WITHIN).astype(np.int64))
        if at.any():
            samples = np.abs(now.pcm[at].astype(np.int32))
            floor = ceiling[at] - (ceiling[at] * _WITHIN).astype(np.int64)
            touching = samples >= floor[:, None]
            beside = touching[:, 1:] & touching[:, :-1]
            flat = touching & (np.pad(beside, ((0, 0), (1, 0))) | np.pad(beside, ((0, 0), (0, 1))))
            hits[at] = np.where(ceiling[at] >= _HARD, touching.sum(axis=1), flat.sum(axis=1))
        return hits
