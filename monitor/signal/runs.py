"""Speech runs: frames judged speech, gaps under 300 ms bridged, at least 100 ms long; nothing ever moves an edge.

A sound, frames judged speech without a gap and none too faint (`faint.py`), belongs to a run once two of three are
true: a voice is held in it, one of its frames was speech without a doubt, it is longer than a key's stroke, a drop, a
step; else it neither begins a run nor lengthens it, so that typing beside a word leaves the word's edges where they
are. Once it belongs, it does so from its beginning, and from that of a short sound just before it, for so words begin
with a consonant. What does not may be a word's, too: where such sounds follow each other within 300 ms, sounds of a run
on both sides of them are bridged up to 600 ms.

A run counts once it is that long, a voice was held in it, for every syllable has a vowel, and some of it is without a
doubt; or most of it is, for some tenths of a second: a tone of Mandarin may glide too fast to repeat itself; or it
lasts, and much of it is, for noise hides the pitch. A clatter does none of these. What lasts and stays doubtful without
a voice is none: the next sound begins anew. Where a run begins is as it was.
"""

from __future__ import annotations

import numpy as np

from monitor.core.events import Body, Event, SpeechEnded, SpeechStarted
from monitor.core.types import CHANNELS, FRAME_MS
from monitor.signal.columns import BoolArray, IntArray, State, before, lasting, latest
from monitor.signal.moment import Block, Runs
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds

_NEVER = -(1 << 40)
_ONSET_MS = 40


class SpeechRuns:
    """State of the runs of every channel; `step` fills `now.runs` and emits `speech.started` and `speech.ended`."""

    def __init__(self, settings: SignalSettings) -> None:
        self._bridge_ms, self._min_ms = settings.vad.bridge_ms, settings.vad.min_run_ms
        self._longest_gap_ms = settings.vad.longest_gap_ms
        self._stroke_frames = settings.vad.stroke_ms // FRAME_MS
        self._thresholds = Thresholds(settings, lambda each: each.vad)
        self.state = State()
        self._since = self.state.column(np.int64, -1)
        self._last = self.state.column(np.int64, -1)
        self._end = self.state.column(np.int64, -1)
        self._open = self.state.column(np.bool_, 0)
        self._held_ms = self.state.column(np.int64)
        self._clear_ms = self.state.column(np.int64)
        self._newest = self.state.column(np.int64, _NEVER)
        self._firmly = self.state.column(np.int64, _NEVER)
        self._lasts = self.state.column(np.int64)
        self._reaches = self.state.column(np.int64)
        self._begins_ms = self.state.column(np.int64)
        self._own_held_ms = self.state.column(np.int64)
        self._own_clear_ms = self.state.column(np.int64)

    def step(self, block: Block, maybe: BoolArray, back_ms: IntArray) -> None:
        """maybe: not judged yet, may belong to a run that begins later. back_ms: how far before this frame a run that
        begins on it reaches (sounds that turned out to be its beginning)."""
        at = block.sides_ms
        newest_0 = self._newest[block.sel]
        sound = latest(block.speech, at, newest_0)
        self._newest[block.sel] = sound[-1]
        firmly_0 = self._firmly[block.sel]
        firmly = latest(block.firm, at, firmly_0)
        self._firmly[block.sel] = firmly[-1]
        firm, reach, own_held_ms, own_clear_ms = self._sounds(block, at - FRAME_MS - back_ms, before(firmly_0, firmly))
        own = (self._since, self._last, self._end, self._open, self._held_ms, self._clear_ms)
        since_0, last_0, end_0, open_0, held_0, clear_0 = (column[block.sel] for column in own)
        heard = latest(firm, at, np.where(last_0 >= 0, last_0, _NEVER))
        goes = self._goes(block, firm, sound, at - heard, last_0 >= 0)
        last = np.where(goes, heard, -1)
        last_before = before(last_0, last)
        fresh = firm & (last_before != at - FRAME_MS)
        voice = self._thresholds.of(block.groups)
        end, given_up = end_0[None], np.zeros((1, 1, 1), np.bool_)
        while True:
            begins = firm & (last_before < 0) | given_up
            earliest = np.maximum(end if len(end) == 1 else before(end_0, end), np.where(given_up, last_before, 0))
            starts = np.maximum(reach, earliest)
            since = np.where(goes, latest(begins, starts, since_0), -1)
            held_ms = _summed(block.voiced, begins, own_held_ms, held_0)
            clear_ms = _summed(block.sure, begins, own_clear_ms, clear_0)
            lasts_ms = at - since
            certain = firm & (lasts_ms >= self._min_ms) & (clear_ms > 0)
            if np.count_nonzero(certain):
                clear_percent = 100.0 * clear_ms / np.maximum(lasts_ms, 1)
                held = (held_ms >= voice.voiced_ms) & (clear_percent >= voice.voiced_clear_percent)
                long = (lasts_ms >= voice.unvoiced_run_ms) & (clear_percent >= voice.unvoiced_clear_percent)
                clear = (clear_ms >= voice.clear_run_ms) & (clear_percent >= voice.clear_run_percent)
                certain &= held | long | clear
            is_open = goes & latest(begins | certain, certain, open_0)
            was_open = before(open_0, is_open)
            ended = was_open & ~is_open
            # the end of a run bounds how far back the next one reaches, and what stays doubtful how far that does
            found = latest(ended, last_before, end_0)
            lasted = at - before(since_0, since) >= voice.unvoiced_run_ms
            doubtful = fresh & (last_before >= 0) & ~was_open & lasted & (before(held_0, held_ms) < voice.voiced_ms)
            if _same(given_up, doubtful) and (len(firm) == 1 or _same(end, found)):
                break
            end, given_up = found if len(firm) > 1 else end, doubtful
        started = is_open & ~was_open
        for column, values in zip(own, (since, last, found, is_open, held_ms, clear_ms), strict=True):
            column[block.sel] = values[-1]
        grown = np.where(firm, at - np.where(begins, starts, last_before), 0)
        waits = goes & ~is_open & (lasts_ms < voice.unvoiced_run_ms)
        pending = waits | (maybe | block.speech) & ~goes
        block.runs = Runs(since, last, is_open, pending, started, ended, found, grown)
        each_frame = zip(since, last, is_open, pending, started, ended, found, grown, strict=True)
        for now, each in zip(block.frames, each_frame, strict=True):
            now.runs = Runs(*each)
        changed = started | ended
        if np.count_nonzero(changed):
            was_since = before(since_0, since)
            for t, i, ch in np.argwhere(changed).tolist():
                if started[t, i, ch]:
                    body: Body = SpeechStarted(since_ms=int(since[t, i, ch]))
                else:
                    body = SpeechEnded(since_ms=int(was_since[t, i, ch]), end_ms=int(last_before[t, i, ch]))
                block.frames[t].emit(i, ch, body)

    def _goes(
        self, block: Block, firm: BoolArray, sound: IntArray, since_firm_ms: IntArray, going: BoolArray
    ) -> BoolArray:
        """Whether a run goes on, certain or not: no gap between sounds was full since it last grew, nor is that
        longer ago than a gap may be. sound: end of the newest one. going: before the block."""
        full = block.sides_ms - sound >= self._bridge_ms
        alive = latest(firm | full, firm, going)
        return alive & (since_firm_ms < self._longest_gap_ms)

    def _sounds(
        self, block: Block, reach: IntArray, before_ms: IntArray
    ) -> tuple[BoolArray, IntArray, IntArray, IntArray]:
        """Of the sound that each frame is in, all [t, n, 2]: whether two are true by now, a voice held, clear, more
        than a stroke; how far back it reaches, where `reach` says so of a first frame; for how long a voice was held in
        it and it was speech without a doubt by now, in ms. before_ms: where the sound before ended."""
        own = (self._lasts, self._begins_ms, self._reaches, self._own_held_ms, self._own_clear_ms)
        lasts_0, begins_0, reaches_0, held_0, clear_0 = (column[block.sel] for column in own)
        lasts = lasting(block.firm, lasts_0)
        first = lasts == 1
        begins = latest(first, reach, begins_0)
        joins = reach - before_ms <= _ONSET_MS
        reaches = latest(first, np.where(joins, before(begins_0, begins), reach), reaches_0)
        held_ms, clear_ms = (
            _summed(which, first, which * FRAME_MS, start)
            for which, start in ((block.voiced, held_0), (block.sure, clear_0))
        )
        for column, values in zip(own, (lasts, begins, reaches, held_ms, clear_ms), strict=True):
            column[block.sel] = values[-1]
        long = lasts > self._stroke_frames
        belongs = block.firm & ((held_ms > 0) & (clear_ms > 0) | long & ((held_ms > 0) | (clear_ms > 0)))
        return belongs, reaches, held_ms, clear_ms

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


def _summed(which: BoolArray, begins: BoolArray, first_ms: IntArray, start_ms: IntArray) -> IntArray:
    """int64[t, n, 2]: for how long these frames last in all since the newest frame that begins, which counts for
    first_ms; start_ms: before the block."""
    each = np.where(begins, first_ms, which * FRAME_MS)
    if len(each) == 1:
        return np.where(begins, each, start_ms + each)
    total = np.cumsum(each, axis=0)
    summed: IntArray = total - latest(begins, total - each, -start_ms)
    return summed


def _same(one: BoolArray | IntArray, other: BoolArray | IntArray) -> bool:
    return np.array_equal(np.broadcast_to(one, other.shape), other)
