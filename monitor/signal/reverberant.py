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
# falls differ by about that from each other, so the mean of n of them is known to a root of n less
_MEMORY, _SPREAD_DB_S, _MOST_FALLS = 0.04, 100.0, 49.0


class Reverberant(ConditionDetector):
    """How fast the level falls when a voice stops: a near mouth falls silent at once, a room goes on for a while.

    value: mean rate of the falls, dB per second. certainty: where it lies between a wet and a dry voice, the doubt that
    few falls leave counted in favour of the dry one. Under noise nothing new is said.
    """

    name = "reverberant"

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.reverberant)
        self._top = self.state.column(np.float64, -100.0)
        self._fall = self.state.column(np.int64)
        self._rate = self.state.column(np.float64)
        self._falls = self.state.column(np.int64)
        self._since = self.state.column(np.int64, -1)

    def step(self, now: Moment) -> None:
        fall, voice, before = self._fall[now.sel], now.runs.last_ms >= 0, now.before_dbov
        if not (np.count_nonzero(voice) or np.count_nonzero(fall)):
            return
        top = self._top[now.sel]
        falling = now.present & (now.level_dbov < before - 0.3) & (now.level_dbov > now.floor_dbov + 6.0)
        ended = ~falling & (fall >= _MIN_FRAMES) & (top - before >= _MIN_FALL_DB)
        self._fall[now.sel] = np.where(falling & (voice | (fall > 0)), fall + 1, 0)
        self._top[now.sel] = np.where(falling & (fall > 0), top, before)
        if not np.count_nonzero(ended):
            return
        self._judge(now, ended, (top - before) / (np.maximum(fall, 1) * FRAME_MS / 1000.0))

    def _judge(self, now: Moment, ended: BoolArray, rate_db_s: FloatArray) -> None:
        own, level = self._thresholds.of(now.groups), self.level(now)
        falls, rate = self._falls[now.sel], self._rate[now.sel]
        weight = np.maximum(_MEMORY, 1.0 / (falls + 1.0))
        rate = np.where(ended, rate + (rate_db_s - rate) * weight, rate)
        falls = falls + ended
        self._rate[now.sel], self._falls[now.sel] = rate, falls
        since = np.where((self._since[now.sel] < 0) & ended, now.at_ms[:, None], self._since[now.sel])
        self._since[now.sel] = since
        doubt = _SPREAD_DB_S / np.sqrt(np.clip(falls, 1.0, _MOST_FALLS))
        certainty = np.clip((own.dry_db_per_s - rate - doubt) / (own.dry_db_per_s - own.wet_db_per_s), 0.0, 1.0)
        certainty = np.rint(certainty * 100.0) / 100.0
        judged = ended & (falls >= own.decays) & ~now.condition("noise")
        stays = (level != OFF) & ~(judged & (certainty < own.ends))
        want: IntArray = np.where(stays | judged & (certainty >= own.starts), WARN, OFF)

        def starting(i: int, side: int) -> dict[str, Any]:
            found = {"value": round(float(rate[i, side]), 1), "unit": "db/s", "certainty": float(certainty[i, side])}
            return {"since_ms": int(since[i, side])} | found

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(now.at_ms[i])}

        self.update(now, want, starting, ending)
