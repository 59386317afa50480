"""Levels: RMS of a frame, the noise floor under it, active speech level, noise between the words, and SNR.

0 dBov is a full-scale square wave; a full-scale sine reads -3.01 dBov. Everything is summed in integers, and readings
are rounded to 0.01 dB before anybody compares them, so neighbours and array layouts cannot move a result.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from monitor.core.types import FRAME_MS, Pcm
from monitor.signal.columns import BoolArray, FloatArray, IntArray, State, Window
from monitor.signal.moment import Moment
from monitor.signal.settings import SignalSettings
from monitor.signal.thresholds import Thresholds

FLOOR_DBOV = -100.0
_SETTLE_FRAMES = 5
_HANG_FRAMES = 8
_BUCKET_FRAMES = 25
_BUCKETS = 8
_YOUNG_FRAMES, _YOUNG_DBOV = 25, -50.0
_MOST_STEP_DB = 20.0
_MANY = np.iinfo(np.int64).max


def rounded(db: FloatArray) -> FloatArray:
    quantised: FloatArray = np.rint(db * 100.0) / 100.0
    return quantised


def frame_power(pcm: Pcm) -> IntArray:
    """int64[n, 2] of int16[n, 2, N]: N squared times the variance, exact."""
    samples = pcm.astype(np.float64)
    # every partial sum is an integer under 2**53, so float64 adds exactly in any order
    squares = np.einsum("ijk,ijk->ij", samples, samples).astype(np.int64)
    total = pcm.sum(axis=2, dtype=np.int64)
    power: IntArray = pcm.shape[2] * squares - total * total
    return power


def dbov(power: IntArray, frames: IntArray | Literal[1], samples: int) -> FloatArray:
    """Level of `frames` frames of `samples` samples with this power in all, never under FLOOR_DBOV."""
    one = float(samples) * samples * 32768.0 * 32768.0
    full = one if isinstance(frames, int) else np.maximum(frames, 1) * one
    return rounded(np.maximum(10.0 * np.log10(np.maximum(power, 1) / full), FLOOR_DBOV))


class NoiseFloor:
    """Minimum of the smoothed power (80 ms) over the last four seconds, in buckets of half a second."""

    def __init__(self, samples: int) -> None:
        self._samples = samples
        self.state = State()
        self._smooth = self.state.column(np.int64)
        self._seen = self.state.column(np.int64)
        self._newest = self.state.column(np.int64, _MANY)
        self._older = self.state.column(np.int64, _MANY)
        self._buckets = self.state.column(np.int64, _MANY, (2, _BUCKETS))

    def step(self, now: Moment) -> tuple[FloatArray, FloatArray]:
        """dBov [n, 2], nan before the first frames; and what to trust: in the first half second no more than a usual
        line has, for a call may begin in the middle of a word. Absent frames leave both as they are."""
        present = now.present
        seen, smooth, newest, older = (c[now.sel] for c in (self._seen, self._smooth, self._newest, self._older))
        moved = np.where(seen == 0, now.power, smooth + ((now.power - smooth) >> 2))
        smooth = np.where(present, moved, smooth)
        seen += present
        newest = np.where(present & (seen >= _SETTLE_FRAMES), np.minimum(newest, smooth), newest)
        floor = np.minimum(newest, older)
        turn = present & (seen % _BUCKET_FRAMES == 0)
        if turn.any():
            rows = now.rows[turn]
            self._buckets.rows[rows, (seen[turn] // _BUCKET_FRAMES) % _BUCKETS] = newest[turn]
            self._older.rows[rows] = self._buckets.rows[rows].min(axis=1)
            newest = np.where(turn, smooth, newest)
        self._smooth[now.sel], self._seen[now.sel], self._newest[now.sel] = smooth, seen, newest
        known = floor != _MANY
        shown = np.where(known, dbov(floor, 1, self._samples), np.nan)
        return shown, np.where(seen <= _YOUNG_FRAMES, np.fmin(shown, _YOUNG_DBOV), shown)


class SpeechLevel:
    """Active speech level over the last seconds of a channel's speech runs: speech frames and the 160 ms after them.

    ITU-T P.56 method B counts as active what its envelope finds within 15.9 dB of the level, and 200 ms more. The VAD
    finds somewhat more than that envelope, so a somewhat shorter hangover comes out at the same level (within 0.3 dB on
    the reference program's vectors). Speech far under the other party's while both speak is taken for that party's echo
    and does not count. What comes before a run is certain waits, and counts as one entry once it is.
    """

    def __init__(self, samples: int, settings: SignalSettings) -> None:
        self._samples = samples
        self._thresholds = Thresholds(settings, lambda each: each.low_volume)
        self.state = State()
        self._window = Window(self.state, settings.low_volume.window_ms // FRAME_MS, 5)
        self._after = self.state.column(np.int64, _HANG_FRAMES)
        self._dbov = self.state.column(np.float64, np.nan)
        self._total = self.state.column(np.float64, 0.0, (2, 2))
        self._waits = self.state.column(np.int64, 0, (2, 6))

    def total(self, line: int, side: int) -> tuple[float, int]:
        """Power and frames measured since the line was opened."""
        power, frames = self._total.array[line, side].tolist()
        return power, int(frames)

    def step(self, now: Moment) -> IntArray:
        """Fills now.speech_dbov (nan before any), now.speech_ms, now.voiced_ms; returns the power measured, [n, 2]."""
        dbov_before, after = self._dbov[now.sel], self._after[now.sel]
        speech = now.speech
        if speech.any():
            echo_db = self._thresholds.of(now.groups).echo_db
            echo = (now.runs.last_ms[:, ::-1] >= 0) & (now.level_dbov < dbov_before[:, ::-1] - echo_db)
            speech = speech & ~echo
        counted = now.present & (speech | (after < _HANG_FRAMES))
        self._after[now.sel] = np.where(speech, 0, np.minimum(after + 1, _HANG_FRAMES))
        now.speech_dbov = dbov_before
        if counted.any():
            counted = self._certain(now, counted)
        sums = self._window.sums(now.sel)
        power, count = sums[:, :, 0], sums[:, :, 1]
        if counted.any():
            now.speech_dbov = np.where(count > 0, dbov(power, count, self._samples), np.nan)
            self._dbov[now.sel] = now.speech_dbov
        now.speech_ms, now.voiced_ms = count * FRAME_MS, sums[:, :, 3] * FRAME_MS
        now.moves_db = sums[:, :, 4] / (np.maximum(count, 1) * 100.0)
        now.speech_since = self._window.oldest
        return power

    def _certain(self, now: Moment, counted: BoolArray) -> BoolArray:
        """Measures what `counted` has of certain runs, and what waited for them; the rest waits. Returns the former."""
        power, rows, waits = now.power[counted], now.rows[counted], self._waits.rows
        at_ms = np.broadcast_to(now.at_ms[:, None], counted.shape)[counted]
        step_db = np.minimum(np.abs(now.level_dbov - now.before_dbov)[counted], _MOST_STEP_DB)
        moved = np.rint(step_db * 100.0).astype(np.int64)
        entries: IntArray = np.stack((power, np.ones_like(power), at_ms, now.voiced[counted], moved), axis=1)
        since, is_open = now.runs.since_ms[counted], now.runs.open[counted]
        waited = np.where((waits[rows, 5] == since)[:, None], waits[rows, :5], 0)
        entries = entries + waited
        entries[:, 2] = np.where(waited[:, 1] > 0, waited[:, 2], at_ms)
        waits[rows] = np.where(is_open[:, None], 0, np.concatenate((entries, since[:, None]), axis=1))
        self._window.push(rows[is_open], entries[is_open])
        self._total.rows[rows[is_open]] += entries[is_open, :2]
        return counted & now.runs.open


class NoiseLevel:
    """RMS of non-speech over its last seconds. A frame counts once it is known to lie clear of speech on both sides."""

    def __init__(self, samples: int, window_ms: int, guard_ms: int) -> None:
        self._samples, self._guard = samples, max(guard_ms // FRAME_MS, 1)
        self.state = State()
        self._window = Window(self.state, window_ms // FRAME_MS, 2)
        self._quiet = self.state.column(np.int64)
        self._delay = self.state.column(np.int64, 0, (2, self._guard))
        self._total = self.state.column(np.float64, 0.0, (2, 2))

    def total(self, line: int, side: int) -> tuple[float, int]:
        """Power and frames measured since the line was opened."""
        power, frames = self._total.array[line, side].tolist()
        return power, int(frames)

    def step(self, now: Moment, blocked: BoolArray) -> tuple[FloatArray, IntArray, IntArray]:
        """blocked: frames that are not the line's noise, [n, 2]. Returns level (nan before any), its ms, its power."""
        quiet = np.where(blocked, 0, self._quiet[now.sel] + 1)
        self._quiet[now.sel] = quiet
        if not blocked.all():
            clear = ~blocked
            rows = now.rows[clear]
            slots = quiet[clear] % self._guard
            delay = self._delay.rows
            leaves = quiet[clear] > 2 * self._guard
            power = delay[rows, slots][leaves]
            entries = np.stack((power, np.ones_like(power)), axis=1)
            self._window.push(rows[leaves], entries)
            self._total.rows[rows[leaves]] += entries
            delay[rows, slots] = now.power[clear]
        sums = self._window.sums(now.sel)
        power, count = sums[:, :, 0], sums[:, :, 1]
        return np.where(count > 0, dbov(power, count, self._samples), np.nan), count * FRAME_MS, power

    def forget(self, rows: IntArray) -> None:
        """What was measured there turned out to be something else."""
        if len(rows):
            self._total.rows[rows] = np.maximum(self._total.rows[rows] - self._window.rows(rows), 0.0)
        self._window.clear(rows)


def snr_db(
    speech_power: IntArray,
    speech_frames: IntArray,
    noise_power: IntArray,
    noise_frames: IntArray,
    reference: float | FloatArray,
) -> FloatArray:
    """Speech over noise, the noise under the speech taken out first; `reference` is used where speech_frames is 0.

    reference: power of one frame of speech assumed before any was heard. nan where noise_frames is 0.
    """
    noise = np.maximum(noise_power, 1) / np.maximum(noise_frames, 1)
    heard = speech_power / np.maximum(speech_frames, 1) - noise
    speech = np.where(speech_frames > 0, np.maximum(heard, noise * 0.01), reference)
    return np.where(noise_frames > 0, rounded(10.0 * np.log10(speech / noise)), np.nan)
