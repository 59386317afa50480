"""How many lines the recogniser can carry, measured at start and while it works.

A line beyond that is still monitored for its conditions, but its words are not transcribed: better said so than
silently late. The estimate is cost (busy seconds per second of speech) against the workers' time; a rising wait of
ready segments closes the door whatever the estimate says. Previews cost nothing here: they give way. Where the machine
gets slower than it was when its lines came in, some of them are let go until the others are on time again.
"""

from __future__ import annotations

import math
import time

import numpy as np

from monitor.asr.decoding import Engine
from monitor.asr.settings import AdmissionSettings
from monitor.asr.stats import RECENT_S, RecogniserStats
from monitor.core.types import Segment
from monitor.resources import locate

PROBE_MS = 3000
PROBE_CALL, PROBE_FROM_MS = "demo/calls/broadband.wav", 4000
ENOUGH_SPEECH_S = 30.0
LATE_LOOKS = 3
"""So many looks in a row (one a second) must find the oldest segment late before lines are let go, and again after."""
SLOW_LOOKS = int(RECENT_S) + 10
"""So many must find the p95 late where the oldest is not at every look, as where segments come in bursts: more than it
remembers, so that neither one burst nor what was before the last step costs a line."""
STEP = 0.1
"""The share of the lines that is let go, or taken back, at a time."""


class Admission:
    """Figures in, verdicts out. `observe` every second or so, `admits` when a line opens."""

    def __init__(self, settings: AdmissionSettings, workers: int, cost: float) -> None:
        """cost: busy seconds of one worker per second of speech, as `measure` finds it."""
        self._settings = settings
        self._workers = workers
        self._cost = max(cost, 1e-6)
        self._seen: RecogniserStats | None = None
        self._late_looks = self._slow_looks = 0
        self.late = False

    @property
    def capacity(self) -> int | None:
        """Lines that can be transcribed at a time; None: not limited."""
        if self._settings.lines == "all":
            return None
        if self._settings.lines != "auto":
            return int(self._settings.lines)
        return max(1, int(self._workers * self._settings.utilisation / (self._cost * self._settings.speech_share)))

    def admits(self, transcribed: int) -> bool:
        """Whether one more line may be transcribed beside that many."""
        capacity = self.capacity
        return capacity is None or (transcribed < capacity and not self.late)

    def excess(self, transcribed: int) -> int:
        """Of so many transcribed lines, how many to let go now; asked after each look. One line always stays.

        A tenth at a time, or down to half at once where the measured cost says that there are far too many.
        """
        if self._settings.lines == "all" or (self._late_looks < LATE_LOOKS and self._slow_looks < SLOW_LOOKS):
            return 0
        self._late_looks = self._slow_looks = 0
        beyond = min(transcribed - (self.capacity or transcribed), transcribed // 2)
        return max(0, min(transcribed - 1, max(beyond, self.step(transcribed))))

    def step(self, lines: int) -> int:
        """How many of so many lines change at a time, at least one."""
        return max(1, math.ceil(STEP * lines))

    def observe(self, stats: RecogniserStats) -> None:
        """Take the recogniser's figures: cost follows what was really spent, waits open and close the door."""
        max_wait_ms = self._settings.max_wait_ms
        self._late_looks = self._late_looks + 1 if stats.oldest_ms > max_wait_ms else 0
        self._slow_looks = self._slow_looks + 1 if stats.wait_p95_ms > max_wait_ms else 0
        wait_ms = max(stats.wait_p95_ms, stats.oldest_ms)
        if not self.late:
            self.late = wait_ms > max_wait_ms
        elif wait_ms < max_wait_ms / 2:
            self.late = False
        before = self._seen
        if before is None:
            self._seen = stats
            return
        speech_s = stats.audio_s - before.audio_s
        if speech_s >= ENOUGH_SPEECH_S:
            spent_s = (stats.busy_s - stats.previews_busy_s) - (before.busy_s - before.previews_busy_s)
            self._cost += 0.5 * (spent_s / speech_s - self._cost)
            self._seen = stats


def probe(length_ms: int = PROBE_MS) -> Segment:
    """So much of a demo call's customer, up to five seconds, for timing only: speech is written down, tones are not."""
    from faster_whisper import decode_audio  # brings FFmpeg, which takes its time

    _, customer = decode_audio(str(locate(PROBE_CALL)), sampling_rate=8000, split_stereo=True)
    spoken = (np.asarray(customer)[PROBE_FROM_MS * 8 : (PROBE_FROM_MS + length_ms) * 8] * 32767).astype(np.int16)
    return Segment(
        segment_id="probe", call_id="probe", channel="agent", start_ms=0, end_ms=length_ms, audio_start_ms=0,
        rate_hz=8000, samples=spoken, voiced_ms=length_ms, level_dbov=-20.0, noise_dbov=-60.0,
    )  # fmt: skip


def measure(engine: Engine, decodes: int = 3) -> float:
    """Busy seconds per second of speech, from a few decodes of a probe after one to warm up."""
    segment = probe()
    engine.decode([segment])
    began = time.monotonic()
    for _ in range(decodes):
        engine.decode([segment])
    return (time.monotonic() - began) / decodes / (PROBE_MS / 1000)
