"""Evidence for music: how like it every frame is by the weights that judge speech, too (`vad.py`), added up.

By Page's test (Continuous inspection schemes, 1954): the sum of the log-odds starts anew wherever it falls to nothing,
and where it last did the music began. Once it plays, the same test says that it is over, as of the last frame that
spoke for it. Frame by frame engines and rooms are like it, too; but of what plays the lines stand on the mean,
and move (`notes.py`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, FloatArray, IntArray, State
from monitor.signal.moment import Moment
from monitor.signal.settings import MusicSettings

# hundredths of log-odds: the most that one frame says, and what all say together from where on it may be music, before
# it plays, and before that is over
_MOST, _LIKELY, _ENOUGH, _AGAINST = 500.0, 3000.0, 20_000.0, 15_000.0
# how like the lines of what plays are to those 100 ms before, and unlike to those some seconds before, on the mean; how
# often that is asked, and from when on, as both are means themselves
_STANDS, _MOVES, _EVERY_MS, _AFTER_MS = 0.18, 0.15, 100, 800
# so much more often than among what the weights are fitted on is it music that is heard by itself on a line
_OFTENER = 50.0


class Playing(NamedTuple):
    """Whether music plays on each channel; may play, and since when (-1 where it may not); up to when it did for
    certain, where it plays; how certain that is, 0 to 1. All [n, 2]."""

    plays: BoolArray
    likely: BoolArray
    since_ms: IntArray
    last_ms: IntArray
    certainty: FloatArray


class Weighed:
    """What the frames of each channel say. certainty: by the mean since it began."""

    def __init__(self, state: State) -> None:
        self._said = state.column(np.float64)
        self._since = state.column(np.int64, -1)
        self._against = state.column(np.float64)
        self._last = state.column(np.int64)
        self._plays = state.column(np.bool_)
        self._alike = state.column(np.float64)
        self._moved = state.column(np.float64)
        self._asked = state.column(np.int64)

    def step(self, now: Moment, own: MusicSettings, alike: FloatArray, moved: FloatArray) -> Playing:
        """own: the thresholds of each line. alike, moved: float64[n, 2], what `Notes` knows of the lines."""
        at, stated = now.at_ms[:, None], self._plays[now.sel]
        says, said = np.clip(now.music_odds + _OFTENER, -_MOST, _MOST), self._said[now.sel]
        against = np.where(stated, np.maximum(self._against[now.sel] - says, 0.0), 0.0)
        over = against >= _AGAINST
        said = np.where(over, 0.0, np.where(stated, said, np.maximum(said + says, 0.0)))
        since = self._since[now.sel]
        since = np.where(said > 0, np.where(since < 0, at - FRAME_MS, since), -1)
        last = np.where(says > 0, at, self._last[now.sel])
        certain = certainty(said / 100.0 * FRAME_MS / np.maximum(at - since, FRAME_MS))
        enough = (said >= _ENOUGH) & (np.rint(certain * 1000) >= 1000 * own.starts)
        asked, stands = self._lines(now, at - since, (since >= 0) & ~stated, alike, moved)
        plays = ~over & (stated | enough & stands & (at - since >= own.after_ms))
        columns = (self._said, self._since, self._against, self._last, self._plays)
        for column, values in zip(columns, (said, since, np.where(over, 0.0, against), last, plays), strict=True):
            column[now.sel] = values
        likely = plays | (said >= _LIKELY) & (stands | (asked == 0))
        return Playing(plays, likely, since, last, certain)

    def _lines(
        self, now: Moment, lasts_ms: IntArray, maybe: BoolArray, alike: FloatArray, moved: FloatArray
    ) -> tuple[IntArray, BoolArray]:
        """How often the lines have been asked since it may be music, and whether they stand and move on the mean."""
        asks = maybe & (lasts_ms >= _AFTER_MS) & (now.at_ms % _EVERY_MS == 0)[:, None]
        fresh = maybe & (lasts_ms <= FRAME_MS)
        stood = np.where(fresh, 0.0, self._alike[now.sel]) + asks * alike
        stepped = np.where(fresh, 0.0, self._moved[now.sel]) + asks * moved
        asked = np.where(fresh, 0, self._asked[now.sel]) + asks
        self._alike[now.sel], self._moved[now.sel], self._asked[now.sel] = stood, stepped, asked
        stands: BoolArray = (asked > 0) & (stood >= _STANDS * asked) & (stepped >= _MOVES * asked)
        return asked, stands

    def last_ms(self, line: int, side: int) -> int:
        """Up to when music played on a channel for certain."""
        return int(self._last.array[line, side])


def certainty(odds: FloatArray) -> FloatArray:
    """odds: natural logarithm."""
    found: FloatArray = 1.0 / (1.0 + np.exp(-odds))
    return found
