"""What the bank knows of one frame of every line in a step: the detectors' input, and their way to speak.

Frames that follow each other are measured together, as a `Block`; what cannot be is measured `Moment` by `Moment`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from monitor.core.events import Body, CallAnswered, CallData, Event
from monitor.core.types import CHANNELS, Pcm, Side
from monitor.signal.columns import BoolArray, FloatArray, IntArray, Selection
from monitor.signal.settings import SignalSettings
from monitor.signal.spectrum import Evidence

SIDES: tuple[Side, ...] = (*CHANNELS, "both")


@dataclass(slots=True)
class Runs:
    """Speech runs, all [n, 2]. since_ms, last_ms (end of the newest speech frame that is more than a stroke,
    `runs.py`): of the open or pending run, else -1.

    open: certain (100 ms) and going on. pending: speech that may still become a run. started, ended: on
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
    music_before: where music was playing, music_since_ms: since when what plays does, music_last_ms: up to when it did
    for certain, both -1 where nothing does. music_odds: how much likelier music is than all else, hundredths of the
    natural logarithm. heard: frames over the gates;
    evidence: one row for each of them, unset where there are none. voice_power, voice_dbov: of power, what is the
    voice's and not the noise's under it, and its level (`mask.py`). speech: frames judged speech; firm: those that
    are not too faint to begin a run (`faint.py`); sure: without a doubt; voiced: frames in which a voice is held
    (`voiced.py`). blocked: frames that are not the steady noise of the line. speech_dbov, snr_db: over the last
    seconds of speech, and of that noise, nan where not known; newest_snr_db: of the noise since the last words or
    before these; no_word: frames by which noise was measured. speech_ms, voiced_ms: how much speech that was, and how
    much of it a voice held; moves_db: how much its level moved from frame to frame.
    speech_since(row)[2]: at_ms of the oldest speech frame measured.
    """

    lines: IntArray
    rows: IntArray
    sel: Selection
    groups: IntArray
    held: BoolArray
    muted: BoolArray
    at_ms: IntArray
    present: BoolArray
    missing: BoolArray
    power: IntArray
    level_dbov: FloatArray
    pcm: Pcm
    music_before: BoolArray
    music_since_ms: IntArray
    music_last_ms: IntArray
    floor_dbov: FloatArray = field(init=False)
    before_dbov: FloatArray = field(init=False)
    heard: BoolArray = field(init=False)
    music_odds: FloatArray = field(init=False)
    blocked: BoolArray = field(init=False)
    voice_power: IntArray = field(init=False)
    voice_dbov: FloatArray = field(init=False)
    evidence: Evidence = field(init=False)
    speech: BoolArray = field(init=False)
    firm: BoolArray = field(init=False)
    sure: BoolArray = field(init=False)
    voiced: BoolArray = field(init=False)
    runs: Runs = field(init=False)
    speech_dbov: FloatArray = field(init=False)
    speech_ms: IntArray = field(init=False)
    voiced_ms: IntArray = field(init=False)
    moves_db: FloatArray = field(init=False)
    speech_since: Callable[[int], IntArray] = field(init=False)
    noise_ms: IntArray = field(init=False)
    snr_db: FloatArray = field(init=False)
    newest_snr_db: FloatArray = field(init=False)
    no_word: BoolArray = field(init=False)
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
        return found if found is not None else np.zeros(self.present.shape, np.bool_)


@dataclass(slots=True)
class Block(Moment):
    """Consecutive frames of the same lines, in each of which nothing but media comes: a moment with time for a first
    axis. at_ms: int64[t, n]; arrays [n, 2] are [t, n, 2], but for `rows` and `muted`, which with `sel`, `lines`,
    `groups` and `held` are those of every frame. sides_ms: int64[t, n, 2], at_ms for each channel. evidence: frame by
    frame. frames: each as a moment of its own.
    """

    sides_ms: IntArray = field(init=False)
    frames: list[Moment] = field(default_factory=list)

    def part(self) -> None:
        """Makes the frames."""
        self.sides_ms = self.at_ms.repeat(2).reshape(self.present.shape)
        own = (
            self.at_ms, self.present, self.missing, self.power, self.level_dbov, self.pcm, self.music_before,
            self.music_since_ms, self.music_last_ms,
        )  # fmt: skip
        shared = (self.lines, self.rows, self.sel, self.groups, self.held, self.muted)
        self.frames = [Moment(*shared, *each) for each in zip(*own, strict=True)]

    def tell(self, **known: NDArray[Any]) -> None:
        """Sets what is known by now, here and in the frames."""
        for name, values in known.items():
            setattr(self, name, values)
            if len(self.frames) == 1:
                setattr(self.frames[0], name, values[0])
                continue
            for now, value in zip(self.frames, values, strict=True):
                setattr(now, name, value)

    def tell_evidence(self) -> None:
        """Gives each frame its part of the evidence."""
        if len(self.frames) == 1:
            self.frames[0].evidence = self.evidence
            return
        ends = np.cumsum(np.count_nonzero(self.heard, axis=(1, 2))).tolist()
        columns = [getattr(self.evidence, name) for name in Evidence.__slots__]
        for now, first, end in zip(self.frames, [0, *ends[:-1]], ends, strict=True):
            now.evidence = Evidence(*(column[first:end] for column in columns))

    def all(self, name: str) -> BoolArray:
        """`condition` of each frame, [t, n, 2]."""
        found = [now.holds.get(name) for now in self.frames]
        if found[0] is not None and len(found) == 1:
            return found[0][None]
        none = np.zeros(self.present.shape, np.bool_)
        for flags, here in zip(none, found, strict=True):
            if here is not None:
                flags[:] = here
        return none


class Detector(Protocol):
    """One condition over all lines. early: stepped before the noise level is, which leaves its frames out.
    Built once for a bank; `steps` sees every frame of every line that has one."""

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None: ...

    early: ClassVar[bool]

    def steps(self, block: Block) -> None: ...

    def holding(self, now: Moment) -> BoolArray: ...

    def call_data(self, line: int, at_ms: int, body: CallAnswered | CallData) -> list[Event]: ...

    def finish(self, line: int, at_ms: int) -> list[Event]: ...

    def grow(self, lines: int) -> None: ...

    def reset(self, line: int) -> None: ...

    def line_bytes(self) -> int: ...


Details = Callable[[int, int], dict[str, Any]]
