"""Is this frame speech? WebRTC's VAD behind an energy gate, with evidence against what fools it.

The gate costs no VAD call: a frame at the absolute floor, or hardly over the noise floor, is not speech. What passes
and WebRTC votes for must also show voice: periodicity within the last moments, and neither a bare tone nor white hiss.
Sounds just before the first voiced frame (the s of 是) are given back to the run once it begins.
"""

from __future__ import annotations

from typing import Any

import _webrtcvad  # type: ignore[import-not-found, unused-ignore]
import numpy as np

from monitor.core.types import FRAME_MS, Pcm
from monitor.signal.columns import BoolArray, FloatArray, IntArray, State
from monitor.signal.moment import Moment
from monitor.signal.settings import VadSettings
from monitor.signal.spectrum import FRAME, evidence, narrow

_VOICED = 0.5
_TONAL = 0.8
_VOICE_HOLD_FRAMES = 10
_BACK_FRAMES = 8


class Vad:
    """Per-row WebRTC detectors and the evidence around them; owns whatever must be remembered of a row."""

    def __init__(self, settings: VadSettings, rate_hz: int) -> None:
        self._settings, self._rate_hz, self._samples = settings, rate_hz, rate_hz // 50
        self._detectors: dict[int, Any] = {}
        self.state = State()
        self._before = self.state.column(np.int16, 0, (2, FRAME))
        self._unvoiced = self.state.column(np.int64, _VOICE_HOLD_FRAMES)
        self._waiting = self.state.column(np.int64)

    def open(self, line: int) -> None:
        """Fresh detectors for a line's two rows."""
        for row in (2 * line, 2 * line + 1):
            # the C functions under webrtcvad.Vad: its wrapper costs more than the decision
            detector = _webrtcvad.create()
            _webrtcvad.init(detector)
            _webrtcvad.set_mode(detector, self._settings.aggressiveness)
            self._detectors[row] = detector

    def close(self, line: int) -> None:
        del self._detectors[2 * line], self._detectors[2 * line + 1]

    def step(self, now: Moment, pcm: Pcm, floor_dbov: FloatArray) -> tuple[BoolArray, IntArray]:
        """Fills now.speech; returns (maybe, back_ms) for `SpeechRuns.step`."""
        over = np.where(np.isnan(floor_dbov), -np.inf, floor_dbov + self._settings.gate_over_floor_db)
        loud = now.present & (now.level_dbov > self._settings.gate_dbov) & (now.level_dbov >= over)
        voted = self._vote(now, pcm, loud)
        narrow_pcm = narrow(pcm)
        sound, voiced = voted.copy(), np.zeros_like(voted)
        if voted.any():
            before = self._before[now.sel]
            found = evidence(np.concatenate((before[voted], narrow_pcm[voted]), axis=1))
            tonal = found.tonality > _TONAL
            sound[voted] = ~tonal
            voiced[voted] = (found.periodicity > _VOICED) & ~tonal
        self._before[now.sel] = narrow_pcm
        unvoiced = np.where(voiced, 0, np.minimum(self._unvoiced[now.sel] + 1, _VOICE_HOLD_FRAMES))
        self._unvoiced[now.sel] = unvoiced
        now.speech = sound & (unvoiced < _VOICE_HOLD_FRAMES)
        waiting = self._waiting[now.sel]
        back_ms = np.minimum(waiting, _BACK_FRAMES) * FRAME_MS
        maybe = sound & ~now.speech
        self._waiting[now.sel] = np.where(maybe, waiting + 1, 0)
        return maybe & (waiting < _BACK_FRAMES), back_ms

    def _vote(self, now: Moment, pcm: Pcm, loud: BoolArray) -> BoolArray:
        votes = loud.copy()
        where = np.nonzero(loud.reshape(-1))[0]
        if len(where):
            rows = (2 * now.lines[:, None] + np.arange(2)).reshape(-1)[where].tolist()
            size, data = 2 * self._samples, pcm.tobytes()
            process, detectors, rate, samples = _webrtcvad.process, self._detectors, self._rate_hz, self._samples
            votes.reshape(-1)[where] = [
                process(detectors[row], rate, data[at * size : (at + 1) * size], samples)
                for row, at in zip(rows, where.tolist(), strict=True)
            ]
        return votes
