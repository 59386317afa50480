"""Evidence for music: notes, of which the lines of a spectrum stand still and then step.

The fine lines of the spectrum stay where they were 100 ms ago, which those of a voice seldom do for long, and are
elsewhere after a second, which those of hum and tones are not. A room holds on to what a voice sang in it, and drums
hide lines; so where they stay they are looked at closely, as lines of 100 ms and over 400 ms (`crests.py`), and it is
music by the mean of what some seconds of that say.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.signal.columns import BoolArray, FloatArray, State
from monitor.signal.crests import EVERY_MS as LOOK_MS
from monitor.signal.crests import Crests
from monitor.signal.moment import Moment
from monitor.signal.playing import Playing, certainty
from monitor.signal.settings import MusicSettings
from monitor.signal.spectrum import HZ_PER_BIN

_EVERY_MS = 100
_FIRST, _LAST, _SMOOTH = round(200 / HZ_PER_BIN), round(3600 / HZ_PER_BIN), 13
_BINS = _LAST - _FIRST - _SMOOTH + 1
_STEADY_EVERY = 20
_UNDECIDED_MS = 3500
_MORE = 0.06
# how like the lines are to those 100 ms before, on the mean, from where on and as long as they are looked at closely
_ALIKE, _UNLIKE = 0.3, 0.2
# what plays for long becomes the noise floor, and is heard only now and then
_OVER = 0.12
# the first two looks only have something to be compared with, and so many are remembered
_FIRST_LOOKS, _LOOKS = 2, 15


class Notes:
    """What the lines of each channel say. certainty: by the mean of the looks."""

    def __init__(self, settings: MusicSettings, state: State) -> None:
        self._settings = settings
        self._fine = state.column(np.float32, 0, (2, _BINS))
        self._old = state.column(np.float16, 0, (2, _BINS))
        self._alike = state.column(np.float64)
        self._moved = state.column(np.float64)
        self._since = state.column(np.int64, -1)
        self._plays = state.column(np.bool_)
        self._likely = state.column(np.bool_)
        self._crests = Crests(state)
        self._looks = state.column(np.int64)
        self._odds = state.column(np.float64)

    def step(self, now: Moment, own: MusicSettings) -> Playing:
        """own: the thresholds of each line."""
        since = self._since[now.sel]
        self._crests.keep(now, since >= 0)
        in_turn = (now.at_ms % _EVERY_MS == 0)[:, None]
        if np.count_nonzero(in_turn):
            self._listen(now, own, in_turn)
        last = np.broadcast_to(now.at_ms[:, None] - self._settings.lag_ms, since.shape)
        plays, likely = self._plays[now.sel], self._likely[now.sel]
        return Playing(plays, likely, self._since[now.sel], last, self._certainty(now))

    def played(self, now: Moment) -> BoolArray:
        """Where it plays as of the frame before, [n, 2]."""
        found: BoolArray = self._plays[now.sel]
        return found

    def lines(self, now: Moment) -> tuple[FloatArray, FloatArray]:
        """[n, 2] each, on the mean: how like they are to those 100 ms ago, how unlike to those some seconds ago."""
        return self._alike[now.sel], self._moved[now.sel]

    def plays(self, line: int, side: int) -> bool:
        """Whether music is heard on a channel."""
        return bool(self._plays.array[line, side])

    def _listen(self, now: Moment, own: MusicSettings, in_turn: BoolArray) -> None:
        fixed, stated, since = self._settings, self._plays[now.sel], self._since[now.sel]
        alike, moved = self._alike[now.sel], self._moved[now.sel]
        due = in_turn & (now.heard | (alike != 0))
        if not np.count_nonzero(due):
            return
        here, older = self._likeness(now, due)
        alike = np.where(due, alike + (here - alike) * fixed.memory, alike)
        moved = np.where(due, moved + (1.0 - older - moved) * fixed.memory, moved)
        self._look(now, due & (since >= 0))
        enough = np.rint(self._certainty(now) * 1000)
        gone = due & np.where(stated, (alike < _OVER) | (enough < 1000 * own.ends), alike < _UNLIKE)
        at = now.at_ms[:, None]
        begins = due & ~gone & (since < 0) & (alike >= _ALIKE)
        if np.count_nonzero(begins):
            # what was there before it began is no movement of its own
            moved = np.where(begins, 0.0, moved)
            self._old.rows[now.rows[begins]] = self._fine.rows[now.rows[begins]]
        if np.count_nonzero(over := gone & (since >= 0)):
            self._looks.rows[now.rows[over]] = 0
        since = np.where(begins, at - fixed.lag_ms, np.where(gone, -1, since))
        self._since[now.sel], self._moved[now.sel], self._alike[now.sel] = since, moved, alike
        moves = _moves(alike, moved, own.moves)
        long = due & (since >= 0) & moves & (at - since >= own.after_ms) & (enough >= 1000 * own.starts)
        self._plays[now.sel] = long | stated & ~gone
        # what may be music that is not stated yet
        undecided, first = at - since < _UNDECIDED_MS, self._looks[now.sel] <= _FIRST_LOOKS
        likely = (since >= 0) & (undecided | moves) & (first | (enough >= 1000 * own.ends))
        self._likely[now.sel] = np.where(due, likely, self._likely[now.sel])

    def _look(self, now: Moment, which: BoolArray) -> None:
        """Takes a look where it is time to."""
        which = which & now.heard & (now.at_ms % LOOK_MS == 0)[:, None]
        if np.count_nonzero(which):
            rows = now.rows[which]
            found, looks, odds = self._crests.look(now, which), self._looks.rows[rows] + 1, self._odds.rows[rows]
            weight = np.maximum(1.0 / np.maximum(looks - _FIRST_LOOKS, 1), 1.0 / _LOOKS)
            self._odds.rows[rows] = odds + (found - odds) * weight
            self._looks.rows[rows] = looks

    def _certainty(self, now: Moment) -> FloatArray:
        seen = self._looks[now.sel] > _FIRST_LOOKS
        found: FloatArray = np.where(seen, certainty(self._odds[now.sel]), 0.0)
        return found

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
