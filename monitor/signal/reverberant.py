"""reverberant: a voice across a room (speakerphone). Evidence, with an honest certainty; never proof."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import BoolArray, FloatArray, IntArray
from monitor.signal.condition import OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds

_MIN_FALL_DB, _MIN_FRAMES = 10.0, 3
# so near to the floor it is not heard how a voice falls
_CLEAR_DB = 6.0
_MEMORY = 0.04
# by how much falls differ from what is usual for a near voice and for one across a room, in the logarithm of their rate
_DRY_SPREAD, _WET_SPREAD = 0.38, 0.30
# no fall says more than this, for or against a room (natural logarithm of the odds)
_LEAST, _MOST = -3.0, 1.5
# no more is said by how long a voice spoke until it fell
_FEW = 1.5
# how much of that counts: falls do not come independently of each other
_OFTEN = 0.6
# odds against a room before anything is heard; and falls of a voice resemble each other, so that few of them are new
_PRIOR, _ALIKE = 4.0, 2.7


class Reverberant(ConditionDetector):
    """How fast the level falls when a voice stops, and how often it does: a near mouth falls silent at once, many times
    a second; a room goes on for a while and fills the gaps between syllables.

    value: mean rate of the falls, dB per second. certainty: each fall makes a room as much more likely as falls like it
    are commoner across one than near the mouth, and as the loud speech before it is longer than a near voice goes on
    without one; older falls are forgotten. Only falls and speech from high over the floor count, and a fall that goes
    through it counts down to it: else noise would leave the slow ones of a near voice's. Under stated noise nothing new
    is said.
    """

    name = "reverberant"

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.reverberant)
        self._top = self.state.column(np.float64, -100.0)
        self._fall = self.state.column(np.int64)
        self._rate = self.state.column(np.float64)
        self._odds = self.state.column(np.float64)
        self._falls = self.state.column(np.int64)
        self._loud = self.state.column(np.int64)
        self._since = self.state.column(np.int64, -1)

    def step(self, now: Moment) -> None:
        fall, voice, before = self._fall[now.sel], now.runs.last_ms >= 0, now.before_dbov
        if not (np.count_nonzero(voice) or np.count_nonzero(fall)):
            return
        base = now.floor_dbov + _CLEAR_DB
        falling = now.present & (now.level_dbov < before - 0.3) & (before > base) & (voice | (fall > 0))
        top = np.where(falling & (fall == 0), before, self._top[now.sel])
        # what goes on under the floor cannot be heard; that it got there counts
        through = falling & (now.level_dbov <= base)
        frames, end = np.where(falling, fall + 1, fall), np.where(through, base, before)
        ended = (through | ~falling) & (frames >= _MIN_FRAMES) & (top - end >= _MIN_FALL_DB)
        self._fall[now.sel], self._top[now.sel] = np.where(falling & ~through, frames, 0), top
        high = now.floor_dbov + self._thresholds.of(now.groups).over_floor_db
        loud = self._loud[now.sel] + (now.present & voice & (now.level_dbov >= high))
        ended &= top >= high
        self._loud[now.sel] = np.where(ended, 0, loud)
        if np.count_nonzero(ended):
            rate_db_s = np.where(ended, (top - end) / (np.maximum(frames, 1) * FRAME_MS / 1000.0), 1.0)
            self._judge(now, ended, rate_db_s, loud * FRAME_MS / 1000.0)

    def _judge(self, now: Moment, ended: BoolArray, rate_db_s: FloatArray, loud_s: FloatArray) -> None:
        own, level = self._thresholds.of(now.groups), self.level(now)
        falls, rate = self._falls[now.sel], self._rate[now.sel]
        weight = np.maximum(_MEMORY, 1.0 / (falls + 1.0))
        rate = np.where(ended, rate + (rate_db_s - rate) * weight, rate)
        falls = falls + ended
        self._rate[now.sel], self._falls[now.sel] = rate, falls
        since = np.where((self._since[now.sel] < 0) & ended, now.at_ms[:, None], self._since[now.sel])
        self._since[now.sel] = since
        odds = self._odds[now.sel]
        odds = np.where(ended, odds * (1.0 - _MEMORY) + _by_rate(own, rate_db_s) + _by_pause(own, loud_s), odds)
        self._odds[now.sel] = odds
        certainty = np.rint(100.0 / (1.0 + np.exp((_PRIOR - odds) / _ALIKE))) / 100.0
        judged = ended & (falls >= own.decays) & ~now.condition("noise_likely")
        stays = (level != OFF) & ~(judged & (certainty < own.ends))
        want: IntArray = np.where(stays | judged & (certainty >= own.starts), WARN, OFF)

        def starting(i: int, side: int) -> dict[str, Any]:
            found = {"value": round(float(rate[i, side]), 1), "unit": "db/s", "certainty": float(certainty[i, side])}
            return {"since_ms": int(since[i, side])} | found

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i])}

        self.update(now, want, starting, ending)


def _by_rate(own: Any, rate_db_s: FloatArray) -> FloatArray:
    """Natural logarithm of how much likelier a fall like this is across a room. Rates are log-normal."""
    wet = np.log(rate_db_s / own.wet_db_per_s) / _WET_SPREAD
    dry = np.log(rate_db_s / own.dry_db_per_s) / _DRY_SPREAD
    ratio: FloatArray = np.clip((dry * dry - wet * wet) / 2.0 + np.log(_DRY_SPREAD / _WET_SPREAD), _LEAST, _MOST)
    return ratio


def _by_pause(own: Any, loud_s: FloatArray) -> FloatArray:
    """The same of a fall after so much loud speech without one: falls come as often as that, at any time."""
    dry, wet = own.dry_falls_per_s, own.wet_falls_per_s
    ratio: FloatArray = np.minimum(_OFTEN * ((dry - wet) * loud_s - np.log(dry / wet)), _FEW)
    return ratio
