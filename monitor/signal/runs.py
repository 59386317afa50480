"""Speech runs: frames judged speech, gaps under 300 ms bridged, at least 100 ms long; nothing ever moves an edge.

A run counts once it is that long, one of its frames was speech without a doubt and a voice was held in it, for every
syllable has a vowel; or it lasts, for noise hides the pitch. A clatter does neither. Where it begins is as it was.
"""

from __future__ import annotations

import numpy as np

from monitor.core.events import Event, SpeechEnded, SpeechStarted
from monitor.core.types import CHANNELS, FRAME_MS
from monitor.signal.columns import BoolArray, IntArray, State
from monitor.signal.moment import Moment, Runs
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds


class SpeechRuns:
    """State of the runs of every channel; `step` fills `now.runs` and emits `speech.started` and `speech.ended`."""

    def __init__(self, settings: SignalSettings) -> None:
        self._bridge_ms, self._min_ms = settings.vad.bridge_ms, settings.vad.min_run_ms
        self._thresholds = Thresholds(settings, lambda each: each.vad)
        self.state = State()
        self._since = self.state.column(np.int64, -1)
        self._last = self.state.column(np.int64, -1)
        self._end = self.state.column(np.int64, -1)
        self._open = self.state.column(np.bool_, 0)
        self._sure = self.state.column(np.bool_, 0)
        self._held_ms = self.state.column(np.int64)

    def step(self, now: Moment, maybe: BoolArray, back_ms: IntArray) -> None:
        """maybe: not judged yet, may belong to a run that begins later. back_ms: how far before this frame a run that
        begins on it reaches (sounds that turned out to be its beginning)."""
        at = now.at_ms[:, None]
        since, last, was_open, end = (column[now.sel] for column in (self._since, self._last, self._open, self._end))
        speech = now.speech
        over = (last >= 0) & ~speech & (at - last >= self._bridge_ms)
        ended = over & was_open
        begins = speech & (last < 0)
        begin_at = np.maximum(at - FRAME_MS - back_ms, np.maximum(end, 0))
        new_since = np.where(begins, begin_at, np.where(over, -1, since))
        new_last = np.where(speech, at, np.where(over, -1, last))
        grown = np.where(speech, at - np.where(begins, begin_at, last), 0)
        sure = np.where(speech, np.where(begins, False, self._sure[now.sel]) | now.sure, self._sure[now.sel])
        held_ms = np.where(begins, 0, self._held_ms[now.sel]) + now.voiced * FRAME_MS
        started = speech & ~was_open & (at - new_since >= self._min_ms) & sure
        if started.any():
            own = self._thresholds.of(now.groups)
            started &= (held_ms >= own.voiced_ms) | (at - new_since >= own.unvoiced_run_ms)
        is_open = (was_open & ~over) | started
        if ended.any():
            end = np.where(ended, last, end)
            self._end[now.sel] = end
        self._since[now.sel], self._last[now.sel], self._open[now.sel] = new_since, new_last, is_open
        self._sure[now.sel], self._held_ms[now.sel] = sure, held_ms
        pending = (new_last >= 0) & ~is_open | maybe & (new_last < 0)
        now.runs = Runs(new_since, new_last, is_open, pending, started, ended, end, grown)
        for i, ch in np.argwhere(started | ended).tolist():
            if started[i, ch]:
                now.emit(i, ch, SpeechStarted(since_ms=int(new_since[i, ch])))
            else:
                now.emit(i, ch, SpeechEnded(since_ms=int(since[i, ch]), end_ms=int(last[i, ch])))

    def finish(self, line: int, at_ms: int) -> list[Event]:
        """Ends the runs that are open at the hang-up."""
        events = []
        for ch, channel in enumerate(CHANNELS):
            if self._open.array[line, ch]:
                since, last = int(self._since.array[line, ch]), int(self._last.array[line, ch])
                events.append(Event(at_ms, channel, SpeechEnded(since_ms=since, end_ms=last)))
                self._end.array[line, ch] = last
            self._open.array[line, ch] = False
            self._since.array[line, ch] = self._last.array[line, ch] = -1
        return events
