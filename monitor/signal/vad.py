"""Is this frame speech? WebRTC's VAD behind an energy gate, weighed with evidence against what fools it.

A frame at the absolute floor costs no VAD call (but for a call's first two seconds) and is not speech. For a frame that
stands over the noise floor, some rectified units weigh what it is (WebRTC's vote, its height over the floor,
periodicity, flatness, tonality, balance, movement, how its power lies in ten bands), and the same over about the last
60 ms, 300 ms and 2 s: what was there all the time is the background. WebRTC alone calls white noise, hiss, tones and
hum speech. Sounds just before the first speech frame (the s of 是) that WebRTC votes for are given back to the run once
it begins.

The weights, and how and on what `bench/fit_vad.py` fitted them, stand in `weights.py`; `bench signal` shows what they
are worth beside Silero and WebRTC alone, docs/detection.md what they came to. Several people talking in the background
are voices to it.
"""

from __future__ import annotations

from typing import Any

import _webrtcvad  # type: ignore[import-not-found, unused-ignore]
import numpy as np

from monitor.core.types import FRAME_MS, Pcm
from monitor.signal.columns import BoolArray, FloatArray, IntArray, State
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.silero import Silero
from monitor.signal.spectrum import FRAME, HZ_PER_BIN, Evidence, evidence, narrow
from monitor.signal.thresholds import Thresholds
from monitor.signal.weights import UNITS, WEIGHTS

MEMORIES = (0.3, 0.06, 0.01)
_BARE_LINE = 0.85
# edges of the bands, as bins of the spectrum: 250 to 3500 Hz, about as the ear divides them
_BANDS = np.array([round(hz / HZ_PER_BIN) for hz in (250, 400, 550, 700, 900, 1150, 1450, 1800, 2250, 2800, 3500)])
_LEAST_BEL = -5.0
FEATURES = 10 + len(_BANDS) - 1
# hundredths of log-odds: one frame of a run is to be this clear
_SURE = 260
_SILERO_LATE_MS = 20
_BACK_FRAMES = 8
# WebRTC learns what the line sounds like from its first two seconds, so those are not gated
_LEARNING_FRAMES = 100


class Vad:
    """Per-row WebRTC detectors and the evidence around them; owns whatever must be remembered of a row."""

    def __init__(self, settings: SignalSettings, rate_hz: int) -> None:
        vad = settings.vad
        self._aggressiveness, self._rate_hz, self._samples = vad.aggressiveness, rate_hz, rate_hz // 50
        self._thresholds = Thresholds(settings, lambda each: each.vad)
        self._detectors: dict[int, Any] = {}
        self._silero = Silero(rate_hz, vad.silero_threshold) if vad.engine == "silero" else None
        self.state = State()
        self._before = self.state.column(np.int16, 0, (2, FRAME))
        self._level = self.state.column(np.float64, 0.0)
        self._memory = self.state.column(np.float64, 0.0, (2, len(MEMORIES), len(UNITS)))
        self._features = features
        self._fed = self.state.column(np.int64)
        self._waiting = self.state.column(np.int64)

    def open(self, line: int) -> None:
        """Fresh detectors for a line's two rows."""
        if self._silero is not None:
            self._silero.open(line)
        for row in (2 * line, 2 * line + 1):
            # the C functions under webrtcvad.Vad: its wrapper costs more than the decision
            detector = _webrtcvad.create()
            _webrtcvad.init(detector)
            _webrtcvad.set_mode(detector, self._aggressiveness)
            self._detectors[row] = detector

    def close(self, line: int) -> None:
        if self._silero is not None:
            self._silero.close(line)
        del self._detectors[2 * line], self._detectors[2 * line + 1]

    def step(self, now: Moment, pcm: Pcm, floor_dbov: FloatArray) -> tuple[BoolArray, IntArray]:
        """Fills now.speech; returns (maybe, back_ms) for `SpeechRuns.step`."""
        own = self._thresholds.of(now.groups)
        over = now.level_dbov - floor_dbov
        loud = now.present & (now.level_dbov > own.gate_dbov)
        fed = self._fed[now.sel]
        votes = self._vote(now, pcm, loud | now.present & (fed < _LEARNING_FRAMES))
        self._fed[now.sel] = np.minimum(fed + now.present, _LEARNING_FRAMES)
        stands_out = over >= own.gate_over_floor_db
        now.heard = loud & (stands_out | (fed < _LEARNING_FRAMES))
        narrow_pcm = narrow(pcm)
        if now.heard.any():
            before = self._before[now.sel]
            now.evidence = evidence(np.concatenate((before[now.heard], narrow_pcm[now.heard]), axis=1))
        voted = votes & now.heard & stands_out
        now.before_dbov = self._level[now.sel]
        memory = self._memory[now.sel] * _KEPT
        fresh = np.zeros((*voted.shape, len(UNITS)))
        weighed = now.heard & stands_out
        if weighed.any():
            step_db = np.abs(now.level_dbov - now.before_dbov)[weighed]
            sums = _sums(self._features(over[weighed], step_db, votes[weighed], now.evidence, weighed[now.heard]))
            memory[weighed] += sums[:, 1:] * _TAKEN
            fresh[weighed] = sums[:, 0]
        score = _score(fresh + memory[:, :, 0] + memory[:, :, 1] + memory[:, :, 2])
        sound: BoolArray = (score > 0) & loud & ~now.music_before
        self._memory[now.sel], self._level[now.sel], self._before[now.sel] = memory, now.level_dbov, narrow_pcm
        if self._silero is not None:
            now.speech = now.sure = self._silero.judge(now.rows, pcm) & loud & ~now.music_before
            return np.zeros_like(sound), np.full(sound.shape, _SILERO_LATE_MS)
        now.speech, now.sure = sound, sound & (score >= _SURE)
        waiting = self._waiting[now.sel]
        maybe = voted & ~sound
        self._waiting[now.sel] = np.where(maybe, waiting + 1, 0)
        return maybe & (waiting < _BACK_FRAMES), np.minimum(waiting, _BACK_FRAMES) * FRAME_MS

    def _vote(self, now: Moment, pcm: Pcm, loud: BoolArray) -> BoolArray:
        votes = loud.copy()
        where = np.nonzero(loud.reshape(-1))[0]
        if len(where):
            rows = now.rows.reshape(-1)[where].tolist()
            size, data = 2 * self._samples, pcm.tobytes()
            process, detectors, rate, samples = _webrtcvad.process, self._detectors, self._rate_hz, self._samples
            votes.reshape(-1)[where] = [
                process(detectors[row], rate, data[at * size : (at + 1) * size], samples)
                for row, at in zip(rows, where.tolist(), strict=True)
            ]
        return votes


_KEPT = 1.0 - np.array(MEMORIES)[:, None]
_TAKEN = np.array(MEMORIES)[:, None]
# numbers on a grid are integers in disguise: their sums are exact, whatever the order they are added in
_GRID = 256.0
_IN = np.array(UNITS).reshape(len(UNITS), -1)[:, :-1].reshape(len(UNITS), 1 + len(MEMORIES), -1).astype(np.float64)
_BIAS = np.array([unit[-1] for unit in UNITS]) * _GRID
_OUT = np.array(WEIGHTS[:-1], np.float64)


def features(
    over_db: FloatArray, step_db: FloatArray, votes: BoolArray, found: Evidence, among: BoolArray
) -> FloatArray:
    """float64[k, FEATURES], whole 256ths: height over the floor in 10 dB, periodicity, flatness / 3, tonality, a bare
    line, low share, high share, level step in 5 dB, one, WebRTC's vote, and ten bands' shares of the power in bel.

    over_db, step_db, votes: of the k frames; among: which of the frames of `found` they are.
    """
    tonality = found.tonality[among]
    columns: tuple[FloatArray, ...] = (
        np.minimum(over_db, 30.0) / 10.0,
        found.periodicity[among],
        np.maximum(found.flatness[among], -6.0) / 3.0,
        tonality,
        (tonality > _BARE_LINE).astype(np.float64),
        found.low[among],
        found.high[among],
        np.minimum(step_db, 10.0) / 5.0,
        np.ones_like(over_db),
        votes.astype(np.float64),
    )
    bands = np.add.reduceat(found.power[among][:, : _BANDS[-1]], _BANDS[:-1], axis=1) + 1.0
    shares = np.maximum(np.log10(bands / bands.sum(axis=1, keepdims=True)), _LEAST_BEL)
    whole: FloatArray = np.rint(np.concatenate((np.stack(columns, axis=1), shares), axis=1) * _GRID)
    return whole


def _sums(inputs: FloatArray) -> FloatArray:
    """float64[k, 1 + memories, units]: what each frame adds to each unit now, and to its memories."""
    sums: FloatArray = np.einsum("kf,umf->kmu", inputs, _IN)
    return sums


def _score(sums: FloatArray) -> FloatArray:
    """The log-odds of speech in hundredths, [...]; sums: [..., units]."""
    units = np.rint(np.maximum(sums + _BIAS, 0.0) / _GRID)
    score: FloatArray = np.rint((np.einsum("...u,u->...", units, _OUT) / _GRID + WEIGHTS[-1]) * (100.0 / _GRID))
    return score
