"""Is this frame speech? WebRTC's VAD behind an energy gate, weighed with evidence against what fools it.

A frame at the absolute floor costs no VAD call (but for a call's first two seconds) and is not speech. Of a frame that
stands over the noise floor, gated units that remember (`gated.py`) weigh what it is: WebRTC's vote, its height over the
floor, periodicity, pitch, harmonics, flatness, tonality, balance, how its power lies in ten bands, how far all that
moves (`movement.py`). WebRTC alone calls white noise, hiss, tones and hum speech. Sounds just before the first speech
frame (the s of 是) that WebRTC votes for are given back to the run once it begins.

A smaller net beside that one says of the same frames how like music they are (`musical.py`), one behind it how much of
their power is the voice's (`mask.py`).

`bench/fit_vad.py` fitted these, `bench/fit_mask.py` the last; `bench signal` shows what they are worth beside Silero
and WebRTC alone, docs/detection.md what they came to. Several people talking in the background are voices to it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import _webrtcvad  # type: ignore[import-not-found, unused-ignore]
import numpy as np

from monitor.core.types import FRAME_MS
from monitor.signal.columns import GRID, BoolArray, FloatArray, IntArray, State, before, counting, held, lasting
from monitor.signal.faint import Faint
from monitor.signal.gated import Gated
from monitor.signal.mask import mask
from monitor.signal.moment import Block
from monitor.signal.movement import MOVEMENTS, Movement
from monitor.signal.musical import Musical
from monitor.signal.settings import SignalSettings
from monitor.signal.silero import Silero
from monitor.signal.spectrum import FRAME, HZ_PER_BIN, Evidence, evidence, narrow
from monitor.signal.thresholds import Thresholds

_BARE_LINE = 0.85
# edges of the bands, as bins of the spectrum: 250 to 3500 Hz, about as the ear divides them
_BANDS = np.array([round(hz / HZ_PER_BIN) for hz in (250, 400, 550, 700, 900, 1150, 1450, 1800, 2250, 2800, 3500)])
_LEAST_BEL = -5.0
_OF_A_FRAME = 13
FEATURES = _OF_A_FRAME + len(_BANDS) - 1 + MOVEMENTS
# hundredths of log-odds: one frame of a run is to be this clear
_SURE = 260
# the least share of a voice's power that a telephone line carries; and the log-odds of what has less there
_LEAST_WITHIN, _NO_VOICE = 0.02, -1000.0
# where a frame does not stand out, what the one before came to holds, less so much: the faint end of a word
_FADES = 100.0
# log-odds of music where nothing is heard, and where what there is does not stand out, which music comes to in time
_QUIET, _UNDER_FLOOR = -150.0, -80.0
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
        self._gated = Gated(self.state)
        self._said = self.state.column(np.float64, _NO_VOICE)
        self._musical = Musical(self.state)
        self._movement = Movement(self.state, len(_BANDS) - 1)
        self._fed = self.state.column(np.int64)
        self._waiting = self.state.column(np.int64)
        self._faint = Faint(self.state)

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

    def look(self, block: Block, floor_dbov: FloatArray) -> Look:
        """What each frame is worth, whatever the detectors say; tells heard, evidence, before_dbov and music_odds."""
        own = self._thresholds.of(block.groups)
        level, present = block.level_dbov, block.present
        over = level - floor_dbov
        loud = present & (level > own.gate_dbov)
        fed = counting(present, self._fed[block.sel])
        learning = fed - present < _LEARNING_FRAMES
        votes = self._vote(block, loud | present & learning)
        stands_out = over >= own.gate_over_floor_db
        heard = loud & (stands_out | learning)
        before_dbov = before(self._level[block.sel], level)
        block.tell(heard=heard, before_dbov=before_dbov)
        frames = narrow(block.pcm.reshape(-1, 2, self._samples)).reshape(*heard.shape, FRAME)
        chosen = heard.reshape(-1).nonzero()[0]
        if len(chosen):
            earlier = before(self._before[block.sel], frames)
            windows = [each.reshape(-1, FRAME)[chosen] for each in (earlier, frames)]
            block.evidence = evidence(np.concatenate(windows, axis=1))
            block.tell_evidence()
        weighed = heard & stands_out
        speech, music, own = self._scored(block, weighed, over, votes)
        block.tell(music_odds=np.where(weighed, music, np.where(loud, _UNDER_FLOOR, _QUIET)))
        columns = (
            (self._fed, np.minimum(fed[-1], _LEARNING_FRAMES)),
            (self._level, level[-1]),
            (self._before, frames[-1]),
        )
        for column, values in columns:
            column[block.sel] = values
        return Look(loud, votes & weighed, speech, own)

    def judge(self, block: Block, look: Look) -> tuple[BoolArray, IntArray]:
        """Tells speech, firm and sure; returns (maybe, back_ms) for `SpeechRuns.step`."""
        allowed = look.loud & ~block.all("music_over_speech")
        sound: BoolArray = (look.score > 0) & allowed
        if self._silero is not None:
            judged = np.stack([self._silero.judge(block.rows, pcm) for pcm in block.pcm]) & allowed
            block.tell(speech=judged, firm=judged, sure=judged)
            return np.zeros_like(sound), np.full(sound.shape, _SILERO_LATE_MS)
        firm = self._faint.firm(block, sound, look.score, _SURE)
        block.tell(speech=sound, firm=firm, sure=firm & (look.score >= _SURE))
        maybe = look.voted & ~firm
        waiting_0 = self._waiting[block.sel]
        waiting = lasting(maybe, waiting_0)
        self._waiting[block.sel] = waiting[-1]
        waited = before(waiting_0, waiting)
        return maybe & (waited < _BACK_FRAMES), np.minimum(waited, _BACK_FRAMES) * FRAME_MS

    def _scored(
        self, block: Block, weighed: BoolArray, over: FloatArray, votes: BoolArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """The log-odds of speech and of music in hundredths, and the voice's own share as far as it is told, each
        [t, n, 2], from what the frames are and what is kept of others."""
        speech, own = np.zeros(weighed.shape), np.full(weighed.shape, np.nan)
        chosen, inputs = weighed.reshape(-1).nonzero()[0], np.empty((0, FEATURES))
        if len(chosen):
            inputs = self._inputs(block, weighed, chosen, over, votes)
        odds, states = self._gated.step(block.rows, weighed, inputs)
        if len(chosen):
            odds[block.evidence.within[weighed[block.heard]] < _LEAST_WITHIN] = _NO_VOICE
            speech.reshape(-1)[chosen], own.reshape(-1)[chosen] = odds, mask(states)
        last = self._said[block.sel]
        for here, said in zip(weighed, speech, strict=True):
            last = said[:] = np.where(here, said, np.maximum(last - _FADES, _NO_VOICE))
        self._said[block.sel] = last
        return speech, self._musical.step(block.sel, weighed, inputs), own

    def _inputs(
        self, block: Block, weighed: BoolArray, chosen: IntArray, over: FloatArray, votes: BoolArray
    ) -> FloatArray:
        """float64[k, FEATURES], whole 256ths: of each weighed frame, and how far it is from those before it. chosen:
        int64[k], where they stand."""
        step_db, among = np.abs(block.level_dbov - block.before_dbov).reshape(-1)[chosen], weighed[block.heard]
        found = features(over.reshape(-1)[chosen], step_db, votes.reshape(-1)[chosen], block.evidence, among)
        height, octave, bands = found[:, 0], found[:, _OF_A_FRAME - 1], found[:, _OF_A_FRAME:]
        moved = self._movement.step(block.rows, weighed, height, octave, bands)
        return np.concatenate((found, moved), axis=1)

    def _vote(self, block: Block, loud: BoolArray) -> BoolArray:
        votes = loud.copy()
        where = np.nonzero(loud.reshape(-1))[0]
        if len(where):
            rows = held(block.rows, len(loud)).reshape(-1)[where].tolist()
            size, data = 2 * self._samples, block.pcm.tobytes()
            process, detectors, rate, samples = _webrtcvad.process, self._detectors, self._rate_hz, self._samples
            votes.reshape(-1)[where] = [
                process(detectors[row], rate, data[at * size : (at + 1) * size], samples)
                for row, at in zip(rows, where.tolist(), strict=True)
            ]
        return votes


class Look(NamedTuple):
    """Frames over the gate, those that WebRTC votes for, the log-odds of speech in hundredths, and the share of the
    voice in what stands out (`mask.py`), nan elsewhere; all [t, n, 2]."""

    loud: BoolArray
    voted: BoolArray
    score: FloatArray
    own: FloatArray


def features(
    over_db: FloatArray, step_db: FloatArray, votes: BoolArray, found: Evidence, among: BoolArray
) -> FloatArray:
    """float64[k, 23], whole 256ths: height over the floor in 10 dB, periodicity, flatness / 3, tonality, a bare
    line, low share, high share, level step in 5 dB, one, WebRTC's vote, how much of a comb it is at any pitch and at
    the one found, times four, octaves of that over 60 Hz, and ten bands' shares of the power in bel.

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
        4.0 * found.comb[among],
        4.0 * found.comb_of_pitch[among],
        found.octave[among],
    )
    bands = np.add.reduceat(found.power[among][:, : _BANDS[-1]], _BANDS[:-1], axis=1) + 1.0
    shares = np.maximum(np.log10(bands / bands.sum(axis=1, keepdims=True)), _LEAST_BEL)
    whole: FloatArray = np.rint(np.concatenate((np.stack(columns, axis=1), shares), axis=1) * GRID)
    return whole
