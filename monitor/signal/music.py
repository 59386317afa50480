"""music: hold music is neither speech nor noise."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.core.events import CallAnswered, CallData, ConditionStarted, Event
from monitor.signal.columns import BoolArray, FloatArray, IntArray
from monitor.signal.condition import OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.spectrum import HZ_PER_BIN
from monitor.signal.thresholds import Thresholds

_EVERY_MS = 100
_FIRST, _LAST, _SMOOTH = round(200 / HZ_PER_BIN), round(3600 / HZ_PER_BIN), 13
_BINS = _LAST - _FIRST - _SMOOTH + 1
_STEADY_EVERY = 20
_UNDECIDED_MS = 3500
_MORE = 0.06
# as like as notes that stand are, and as little as a room's ringing or a long vowel makes lines over 100 ms
_STILL, _ALIKE = 0.82, 0.42
# what falls so fast dies away, as in a room whose reverberation lasts a second or less: nothing is played
_DIES_DB = 6.0
# by then a room that rings for a second has lost what was said, and strings still sound under the next notes
_LATER_EVERY_MS, _LATER = 200, 3
_LATER_ALIKE, _LATER_LOST = 0.61, 0.08
# silence ends it so much sooner than other notes do
_SILENCE = 3.0


class Music(ConditionDetector):
    """Notes stand still for a while and then step: the fine lines of the spectrum stay where they were 100 ms ago,
    which those of a voice never do for long, and are elsewhere after a second, which those of hum and tones are not.
    A room holds on to what a voice sang in it: lines that only resemble those before, or that die away as they stay,
    count little or not at all. Drums and plucking hide the lines every other time, but what was struck sounds on under
    them: lines that are still there after 600 ms count as well, longer than most of a room's tail lasts.

    certainty: how still the lines stood or how well they lasted, whichever is more, 0 to 1. kind "hold", on both
    channels: the platform said so.
    """

    name = "music"
    sides = 3
    early = True

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._settings = settings.music
        self._thresholds = Thresholds(settings, lambda each: each.music)
        self._fine = self.state.column(np.float32, 0, (2, _BINS))
        # those of the last 600 ms, in turn
        self._last = self.state.column(np.float16, 0, (2, _LATER, _BINS))
        self._old = self.state.column(np.float16, 0, (2, _BINS))
        self._then_dbov = self.state.column(np.float64, -100.0)
        self._alike = self.state.column(np.float64)
        self._stay = self.state.column(np.float64)
        self._lasts = self.state.column(np.float64)
        self._moved = self.state.column(np.float64)
        self._since = self.state.column(np.int64, -1)

    def holding(self, now: Moment) -> BoolArray:
        held: BoolArray = self._level[now.sel][:, :2] != OFF
        return held

    def step(self, now: Moment) -> None:
        own, fixed, level = self._thresholds.of(now.groups), self._settings, self.level(now)
        now.holds["music"] = (level[:, :2] != OFF) | (level[:, 2:] != OFF)
        since_before = now.music_since_ms = self._since[now.sel]
        undecided = now.at_ms[:, None] - since_before < _UNDECIDED_MS
        likely = undecided | _moves(self._alike[now.sel], self._moved[now.sel], own.moves)
        now.holds["music_likely"] = (since_before >= 0) & likely
        due = (now.at_ms % _EVERY_MS == 0)[:, None] & (now.heard | (self._alike[now.sel] != 0))
        if not np.count_nonzero(due):
            return
        stay, since, moved, alike = (each[now.sel] for each in (self._stay, self._since, self._moved, self._alike))
        lasts = self._lasts[now.sel]
        here, older = self._likeness(now, due)
        alike = np.where(due, alike + (here - alike) * fixed.memory, alike)
        still = np.clip((here - _ALIKE) / (_STILL - _ALIKE), 0.0, 1.0)
        still[self._then_dbov[now.sel] - now.level_dbov > _DIES_DB] = 0.0
        stay = np.where(due, stay + (still - stay) * fixed.memory, stay)
        in_turn = due & (now.at_ms % _LATER_EVERY_MS == 0)[:, None]
        weight = np.where(now.heard, fixed.memory, min(_SILENCE * fixed.memory, 1.0))
        lasts = np.where(in_turn, lasts + (self._later(now, in_turn) - lasts) * weight, lasts)
        moved = np.where(due, moved + (1.0 - older - moved) * fixed.memory, moved)
        # what lasted is over as soon as nothing stays at all
        kept = (np.minimum(lasts, alike) - _LATER_LOST) / (_LATER_ALIKE - _LATER_LOST)
        sure = np.minimum(np.maximum(stay, kept), 1.0)
        stands = due & (np.rint(sure * 1000) >= 1000 * own.starts)
        gone = due & (np.rint(sure * 1000) < 1000 * np.where(level[:, :2] != OFF, own.ends, own.starts - 0.1))
        at = now.at_ms[:, None]
        begins = stands & (since < 0)
        if np.count_nonzero(begins):
            # what was there before it began is no movement of its own
            moved = np.where(begins, 0.0, moved)
            self._old.rows[now.rows[begins]] = self._fine.rows[now.rows[begins]]
        since = np.where(begins, at - fixed.lag_ms, np.where(gone, -1, since))
        self._stay[now.sel], self._since[now.sel], self._moved[now.sel] = stay, since, moved
        self._alike[now.sel], self._lasts[now.sel] = alike, lasts
        self._then_dbov[now.sel] = np.where(due, now.level_dbov, self._then_dbov[now.sel])
        now.music_since_ms = since
        moves = (since >= 0) & _moves(alike, moved, own.moves)
        long = stands & moves & (at - since >= own.after_ms)
        want: IntArray = level.copy()
        want[:, :2] = np.where(long, WARN, np.where(gone, OFF, level[:, :2]))

        def starting(i: int, side: int) -> dict[str, Any]:
            return {"since_ms": max(int(since[i, side]), 0), "certainty": round(float(sure[i, side]), 2)}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i]) - fixed.lag_ms}

        self.update(now, want, starting, ending)
        now.holds["music"] = (want[:, :2] != OFF) | (want[:, 2:] != OFF)
        now.holds["music_likely"] = moves | (since >= 0) & (at - since < _UNDECIDED_MS)

    def call_data(self, line: int, at_ms: int, body: CallAnswered | CallData) -> list[Event]:
        """Hold opens it and its end closes it."""
        if isinstance(body, CallAnswered) or body.kind != "hold":
            return []
        if body.on is False:
            return self.stop(line, 2, at_ms, at_ms)
        if self._level.array[line, 2] != OFF:
            return []
        return self.begin(line, 2, at_ms, ConditionStarted(condition="music", since_ms=at_ms, kind="hold"))

    def _likeness(self, now: Moment, due: BoolArray) -> tuple[FloatArray, FloatArray]:
        """[n, 2] each: how like the spectrum's fine lines are to those 100 ms ago, and to those some seconds ago."""
        here, older = np.zeros(due.shape), np.ones(due.shape)
        rows = now.rows[due]
        if np.count_nonzero(now.heard) and np.count_nonzero(due & now.heard):
            among = due[now.heard]
            fine = _fine_lines(now.evidence.power[among])
            rows_heard = now.rows[due & now.heard]
            here[due & now.heard] = np.einsum("ij,ij->i", fine, self._fine.rows[rows_heard])
            old = self._old.rows[rows_heard].astype(np.float32)
            older[due & now.heard] = np.where(old.any(axis=1), np.einsum("ij,ij->i", fine, old), 1.0)
            self._fine.rows[rows] = 0.0
            self._fine.rows[rows_heard] = fine
            turn = (due & now.heard & (now.at_ms % (_EVERY_MS * _STEADY_EVERY) == 0)[:, None])[due & now.heard]
            self._old.rows[rows_heard[turn]] = fine[turn]
        elif len(rows):
            self._fine.rows[rows] = 0.0
        return here, older

    def _later(self, now: Moment, due: BoolArray) -> FloatArray:
        """[n, 2]: how like the fine lines are to those 600 ms ago; keeps them."""
        later = np.zeros(due.shape)
        if np.count_nonzero(due):
            rows = now.rows[due]
            places = np.broadcast_to((now.at_ms // _LATER_EVERY_MS % _LATER)[:, None], due.shape)[due]
            fine = self._fine.rows[rows]
            later[due] = np.einsum("ij,ij->i", fine, self._last.rows[rows, places].astype(np.float32))
            self._last.rows[rows, places] = fine
        return later


def _moves(alike: FloatArray, moved: FloatArray, least: float | FloatArray) -> BoolArray:
    """Whether the lines are elsewhere after a second, and not only as unlike as they were after 100 ms: noise under a
    steady tone makes it differ from itself, after any time by as much."""
    found: BoolArray = (moved > least) & (alike + moved > 1.0 + _MORE)
    return found


def _fine_lines(power: FloatArray) -> NDArray[np.float32]:
    """float32[k, bins]: the log spectrum without its envelope, of length one."""
    logs = np.log(power[:, _FIRST:_LAST] + 1.0)
    running = np.zeros((len(logs), logs.shape[1] + 1))
    np.cumsum(logs, axis=1, out=running[:, 1:])
    fine = running[:, :-_SMOOTH] - running[:, _SMOOTH:]
    fine /= _SMOOTH
    fine += logs[:, _SMOOTH // 2 : _SMOOTH // 2 + _BINS]
    fine -= fine.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("ij,ij->i", fine, fine))[:, None]
    scaled: NDArray[np.float32] = (fine / np.maximum(length, 1e-9)).astype(np.float32)
    return scaled
