"""music: hold music is neither speech nor noise."""

from __future__ import annotations

from typing import Any

import numpy as np

from monitor.core.events import CallAnswered, CallData, ConditionStarted, Event
from monitor.signal.columns import BoolArray
from monitor.signal.condition import OFF, WARN, ConditionDetector
from monitor.signal.moment import Moment
from monitor.signal.notes import Notes
from monitor.signal.playing import Weighed
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds

# hundredths of log-odds under which a frame is not blamed on what plays
_VOICE = -200.0
_NEVER = 1 << 60


class Music(ConditionDetector):
    """Music plays where its frames say so (`playing.py`: what people play and record) or its notes do (`notes.py`: what
    chips, keys and strings play cleanly), and as long as either does.

    certainty: of the surer one, 0 to 1. kind "hold", on both channels: the platform said so.
    """

    name = "music"
    sides = 3
    early = True

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        super().__init__(settings, rate_hz)
        self._thresholds = Thresholds(settings, lambda each: each.music)
        self._notes = Notes(settings.music, self.state)
        self._weighed = Weighed(self.state)
        self._last = self.state.column(np.int64)

    def holding(self, now: Moment) -> BoolArray:
        held: BoolArray = self._level[now.sel][:, :2] != OFF
        return held

    def step(self, now: Moment) -> None:
        own, level = self._thresholds.of(now.groups), self.level(now)
        played = self._notes.played(now)
        notes = self._notes.step(now, own)
        weighed = self._weighed.step(now, own, *self._notes.lines(now))
        each = notes, weighed
        plays = notes.plays | weighed.plays
        since = np.minimum(*(np.where(one.plays, one.since_ms, _NEVER) for one in each))
        last = np.maximum(*(np.where(one.plays, one.last_ms, -1) for one in each))
        certain = np.maximum(*(np.where(one.plays, one.certainty, 0.0) for one in each))
        ends = self._last[now.sel]
        self._last[now.sel] = last = np.where(plays, np.maximum(ends, last), ends)
        want = level.copy()
        want[:, :2] = np.where(plays, WARN, OFF)

        def starting(i: int, side: int) -> dict[str, Any]:
            return {"since_ms": max(int(since[i, side]), 0), "certainty": round(float(certain[i, side]), 2)}

        def ending(i: int, side: int) -> dict[str, Any]:
            return {"end_ms": int(ends[i, side])}

        self.update(now, want, starting, ending)
        now.holds["music"] = plays | (want[:, 2:] != OFF)
        # what may be music that is not stated yet is not taken for noise
        now.holds["music_likely"] = notes.likely | weighed.likely
        # nor for speech; but what its frames call music may be a noise, and a voice over that is heard
        now.holds["music_over_speech"] = played | weighed.likely & (now.music_odds > _VOICE)
        now.music_since_ms, now.music_last_ms = np.where(plays, since, -1), np.where(plays, last, -1)

    def call_data(self, line: int, at_ms: int, body: CallAnswered | CallData) -> list[Event]:
        """Hold opens it and its end closes it."""
        if isinstance(body, CallAnswered) or body.kind != "hold":
            return []
        if body.on is False:
            return self.stop(line, 2, at_ms, at_ms)
        if self._level.array[line, 2] != OFF:
            return []
        return self.begin(line, 2, at_ms, ConditionStarted(condition="music", since_ms=at_ms, kind="hold"))

    def finish(self, line: int, at_ms: int) -> list[Event]:
        """Ends what is open, where nothing spoke for it any more, then."""
        ends = [at_ms if self._notes.plays(line, side) else int(self._last.array[line, side]) for side in (0, 1)]
        return [event for side, end in enumerate((*ends, at_ms)) for event in self.stop(line, side, at_ms, end)]
