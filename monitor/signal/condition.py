"""The part every detector shares: a condition that is off, on, or on at a level; only a change makes an event."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from monitor.core.events import CallAnswered, CallData, Condition, ConditionEnded, ConditionStarted, Event
from monitor.signal.columns import BoolArray, IntArray, State
from monitor.signal.moment import SIDES, Block, Details, Moment
from monitor.signal.settings import SignalSettings

OFF, WARN, ALARM = 0, 1, 2


def ended(body: ConditionStarted, end_ms: int, **changed: Any) -> ConditionEnded:
    """The end of a condition: what its start said, and what is known better now."""
    return ConditionEnded(**(body.model_dump() | changed | {"end_ms": max(end_ms, body.since_ms)}))


class ConditionDetector:
    """Base of the detectors: levels as columns, the bodies of what is open in a dict that only transitions touch.

    A subclass sets `name` and `sides` (2: each channel, 1: both together) and calls `update` from its `step`, which
    gets one frame of every line at a time; or it has `steps` of its own.
    """

    name: Condition
    first_side = 0
    sides = 2
    levels = False
    early: ClassVar[bool] = False

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        self.state = State()
        self._level = self.state.column(np.int8, OFF, (self.sides,))
        self._open: dict[tuple[int, int], ConditionStarted] = {}

    def steps(self, block: Block) -> None:
        """Every frame of a block in turn."""
        for now in block.frames:
            self.step(now)

    def step(self, now: Moment) -> None:
        raise NotImplementedError

    def level(self, now: Moment) -> IntArray:
        """int8[n, sides] before this frame."""
        return self._level[now.sel]

    def holding(self, now: Moment) -> BoolArray:
        """Where it holds, [n, sides]."""
        held: BoolArray = self._level[now.sel] != OFF
        return held

    def update(self, now: Moment, want: IntArray, starting: Details, ending: Details) -> None:
        """Brings the condition to `want` (int8[n, sides]).

        starting(i, side) gives the body of a new condition (since_ms at least), ending(i, side) what is known at its
        end (end_ms at least; not asked for at a change of level, where the old one ends as the new one begins).
        """
        have = self._level[now.sel]
        changed = have != want
        if not np.count_nonzero(changed):
            return
        self._level[now.sel] = want
        for i, side in np.argwhere(changed).tolist():
            key, shown = (int(now.lines[i]), side), side + self.first_side
            body = None
            if want[i, side] != OFF:
                level = ("warn" if want[i, side] == WARN else "alarm") if self.levels else None
                body = ConditionStarted(condition=self.name, level=level, **starting(i, side))
            if (old := self._open.get(key)) is not None:
                end = {"end_ms": body.since_ms} if body is not None else ending(i, side)
                now.emit(i, shown, ended(old, **end))
                del self._open[key]
            if body is not None:
                now.emit(i, shown, body)
                self._open[key] = body

    def open_body(self, line: int, side: int) -> ConditionStarted:
        """The start of a condition that is open; KeyError where none is."""
        return self._open[line, side]

    def stop(self, line: int, side: int, at_ms: int, end_ms: int, **changed: Any) -> list[Event]:
        """Ends an open condition outside of a step; changed: what its start said otherwise."""
        body = self._open.pop((line, side), None)
        if body is None:
            return []
        self._level.array[line, side] = OFF
        return [Event(at_ms, SIDES[side + self.first_side], ended(body, end_ms, **changed))]

    def begin(self, line: int, side: int, at_ms: int, body: ConditionStarted, level: int = WARN) -> list[Event]:
        """Starts a condition outside of a step."""
        self._level.array[line, side] = level
        self._open[line, side] = body
        return [Event(at_ms, SIDES[side + self.first_side], body)]

    def call_data(self, line: int, at_ms: int, body: CallAnswered | CallData) -> list[Event]:
        return []

    def finish(self, line: int, at_ms: int) -> list[Event]:
        return [event for side in range(self.sides) for event in self.stop(line, side, at_ms, at_ms)]

    def grow(self, lines: int) -> None:
        self.state.grow(lines)

    def reset(self, line: int) -> None:
        self.state.reset(line)
        for side in range(self.sides):
            self._open.pop((line, side), None)

    def line_bytes(self) -> int:
        return self.state.line_bytes()
