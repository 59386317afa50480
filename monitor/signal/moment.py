"""What the bank knows of one frame of every line in a step: the detectors' input, and their way to speak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from monitor.core.events import Body, CallAnswered, CallData, Event
from monitor.core.types import CHANNELS, Pcm, Side
from monitor.signal.columns import BoolArray, FloatArray, IntArray, Selection
from monitor.signal.settings import SignalSettings
from monitor.signal.spectrum import Evidence

SIDES: tuple[Side, ...] = (*CHANNELS, "both")


@dataclass(slots=True)
class Runs:
    """Speech runs, all [n, 2]. since_ms, last_ms (end of the newest speech frame): of the open or pending run, else -1.

    open: certain (100 ms) and its gap under 300 ms. pending: speech that may still become a run. started, ended: on
    this frame. end_ms: end of the newest run that has ended, -1 before. grown_ms: how much runs grew on this frame.
    """

    since_ms: IntArray
    last_ms: IntArray
    open: BoolArray
    pending: BoolArray
    started: BoolArray
    ended: BoolArray
    end_ms: IntArray
    grown_ms: IntArray


@dataclass(slots=True)
class Moment:
    """Columns over n lines. Arrays [n, 2] are agent, customer.

    rows: int64[n, 2], where the channels stand in `Column.rows`. groups: int64[n], the group of each line, 0 for
    none. at_ms: int64[n], end of the frame. present, missing (lost or unknown): neither of them for a DTX frame.
    power: int64[n, 2], N squared times the variance of the frame's N samples, so DC is out and nothing is rounded.
    level_dbov: of that power, in steps of 0.01; before_dbov: of the last frame. held: int8[n]. muted: bool[n, 2].
    music_before: where music was playing, music_since_ms: since when it may be. heard: frames over the gates;
    evidence: one row for each of them, unset where there are none. speech: frames judged speech; sure: without a
    doubt; voiced: frames in which a voice is held (`voiced.py`). blocked: frames that are not the noise of the
    line. speech_dbov, noise_dbov, snr_db: over the last seconds of speech and of non-speech, nan where not known;
    speech_ms, voiced_ms: how much speech that was, and how much of it a voice held; moves_db: how much its level moved
    from frame to frame. speech_since(row)[2]: at_ms of
    the oldest speech frame measured.
    """

    lines: IntArray
    rows: IntArray
    sel: Selection
    groups: IntArray
    at_ms: IntArray
    present: BoolArray
    missing: BoolArray
    power: IntArray
    level_dbov: FloatArray
    held: BoolArray
    muted: BoolArray
    pcm: Pcm
    music_before: BoolArray
    music_since_ms: IntArray
    floor_dbov: FloatArray = field(init=False)
    before_dbov: FloatArray = field(init=False)
    heard: BoolArray = field(init=False)
    blocked: BoolArray = field(init=False)
    evidence: Evidence = field(init=False)
    speech: BoolArray = field(init=False)
    sure: BoolArray = field(init=False)
    voiced: BoolArray = field(init=False)
    runs: Runs = field(init=False)
    speech_dbov: FloatArray = field(init=False)
    speech_ms: IntArray = field(init=False)
    voiced_ms: IntArray = field(init=False)
    moves_db: FloatArray = field(init=False)
    speech_since: Callable[[int], IntArray] = field(init=False)
    noise_dbov: FloatArray = field(init=False)
    noise_ms: IntArray = field(init=False)
    snr_db: FloatArray = field(init=False)
    holds: dict[str, BoolArray] = field(default_factory=dict)
    events: list[tuple[int, Event]] = field(default_factory=list)

    def peaks(self, which: BoolArray) -> IntArray:
        """int64[k]: the largest magnitude in each of the frames chosen, `which` [n, 2]."""
        chosen = self.pcm[which]
        highest: IntArray = np.maximum(chosen.max(axis=1), -chosen.min(axis=1).astype(np.int64))
        return highest

    def emit(self, i: int, side: int, body: Body) -> None:
        self.events.append((int(self.lines[i]), Event(int(self.at_ms[i]), SIDES[side], body)))

    def condition(self, name: str) -> BoolArray:
        """Where a condition of an earlier detector holds on this frame, [n, 2]; nowhere if that one does not run."""
        found = self.holds.get(name)
        return found if found is not None else np.zeros(self.speech.shape, np.bool_)


class Detector(Protocol):
    """One condition over all lines. early: stepped before the noise level is, which leaves its frames out.
    Built once for a bank; `step` sees every frame of every line that has one."""

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None: ...

    early: ClassVar[bool]

    def step(self, now: Moment) -> None: ...

    def holding(self, now: Moment) -> BoolArray: ...

    def call_data(self, line: int, at_ms: int, body: CallAnswered | CallData) -> list[Event]: ...

    def finish(self, line: int, at_ms: int) -> list[Event]: ...

    def grow(self, lines: int) -> None: ...

    def reset(self, line: int) -> None: ...

    def line_bytes(self) -> int: ...


Details = Callable[[int, int], dict[str, Any]]
