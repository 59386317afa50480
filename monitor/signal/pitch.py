"""How high a voice is, frame by frame: autocorrelation, and the cheapest way through its peaks.

Follows P. Boersma, "Accurate short-term analysis of the fundamental frequency" (1993): the autocorrelation of a Hann
window over the window's own, peaks as candidates, and a path (Viterbi) on which jumps of an octave and changes between
voiced and unvoiced cost something. Ours is of the amplitude spectrum instead of the power spectrum: what a telephone
leaves of a low voice is a few strong harmonics over 300 Hz, and their squares hide the period they share. Only what
lies between 60 and 2500 Hz counts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from monitor.core.types import FRAME_MS, RATES_HZ

LOWEST_HZ, HIGHEST_HZ = 65.0, 500.0
_RATE_HZ = 8000
_WINDOW_MS = 48
_FFT = 1024
_BAND = slice(round(60 * _FFT / _RATE_HZ), round(2500 * _FFT / _RATE_HZ))
_LAGS = np.arange(int(_RATE_HZ / HIGHEST_HZ), int(_RATE_HZ / LOWEST_HZ) + 1)
_ASKED = slice(_LAGS[0] - 1, _LAGS[-1] + 2)
_CANDIDATES = 5
_VOICED = 0.38
_TAPER_POWER = 1.2
"""1 would be in order for the amplitude spectrum of a steady tone. A little more takes from long periods what the hiss
between the harmonics gives them: else a voice is now and then heard an octave too low."""
_QUIET = 0.03
"""Parts of the loudest frame's amplitude under which a frame is hardly voiced."""
_OCTAVE_COST = 0.03
_JUMP_COST = 0.35
_SWITCH_COST = 0.1
_NEVER = -1e9

Samples = NDArray[np.float32]
Floats = NDArray[np.float64]


class Track(NamedTuple):
    """One value for each 20 ms. f0_hz: nan where no voice is. certainty: 0 to 1, how periodic it is; 0 where nan."""

    f0_hz: Floats
    certainty: Floats


def pitch(samples: Samples, rate_hz: int) -> Track:
    """samples: float32[n] of one voice, any scale, at 8 or 16 kHz. A last frame that is not full is left out.

    Frame i is that of [20 i, 20 i + 20) ms. What counts as quiet is told by the loudest frame, so a stretch of some
    seconds is better than a whole call. A tone or a chord of tones has a pitch too: whether it is speech, the VAD says.
    """
    assert rate_hz in RATES_HZ, rate_hz
    frame = rate_hz * FRAME_MS // 1000
    count = len(samples) // frame
    if not count:
        return Track(np.empty(0), np.empty(0))
    windows = _windows(samples, count, frame, rate_hz)
    hz, height = _peaks(_periodicity(windows, rate_hz))
    chosen = _path(hz, height, _unvoiced(windows))
    rows = np.arange(count)
    f0, certainty = hz[rows, chosen], height[rows, chosen]
    return Track(f0, np.where(np.isnan(f0), 0.0, np.clip(certainty, 0.0, 1.0)))


def _windows(samples: Samples, count: int, frame: int, rate_hz: int) -> Floats:
    """float64[count, window], each around the middle of its frame, without its mean; silence beyond both ends."""
    size = rate_hz * _WINDOW_MS // 1000
    before = (size - frame) // 2
    padded = np.pad(np.asarray(samples, np.float64), (before, size))
    rows = np.lib.stride_tricks.sliding_window_view(padded, size)[: count * frame : frame]
    return np.asarray(rows - rows.mean(axis=1, keepdims=True))


def _periodicity(windows: Floats, rate_hz: int) -> Floats:
    """float64[count, lags + 2]: normalised autocorrelation at each lag and one beyond either end."""
    taper, unbiased = _taper(windows.shape[1], rate_hz)
    heard = np.zeros((len(windows), _BAND.stop))
    heard[:, _BAND] = np.abs(np.fft.rfft(windows * taper, _FFT * rate_hz // _RATE_HZ)[:, _BAND])
    # the spectrum is real and even, and nothing at either end: transformed back it is half the real part of this, and
    # numpy transforms real rows far quicker in this direction
    correlation = np.fft.rfft(heard, _FFT).real
    whole = np.maximum(correlation[:, :1], 1e-12)
    return np.asarray(correlation[:, _ASKED] / whole * unbiased)


@lru_cache
def _taper(size: int, rate_hz: int) -> tuple[Floats, Floats]:
    """The window of so many samples, and what makes up for it at each lag."""
    taper = np.hanning(size + 2)[1:-1]
    spectrum = np.abs(np.fft.rfft(taper, _FFT * rate_hz // _RATE_HZ)) ** _TAPER_POWER
    same = np.fft.irfft(spectrum[: _FFT // 2 + 1], _FFT)
    return taper, same[0] / same[_ASKED]


def _peaks(curve: Floats) -> tuple[Floats, Floats]:
    """hz, height: float64[count, candidates + 1], the highest peaks of each row; nan and no height where there is none.

    The last column is "unvoiced". Peaks are placed by a parabola through three points.
    """
    left, middle, right = curve[:, :-2], curve[:, 1:-1], curve[:, 2:]
    peak = (middle > left) & (middle >= right) & (middle > _VOICED / 2)
    worth = np.where(peak, middle - _OCTAVE_COST * np.log2(_LAGS * (LOWEST_HZ / _RATE_HZ)), _NEVER)
    best = np.argpartition(-worth, _CANDIDATES, axis=1)[:, :_CANDIDATES]
    low, top, high = (np.take_along_axis(values, best, axis=1) for values in (left, middle, right))
    real = np.take_along_axis(peak, best, axis=1)
    bend = np.where(real, low - 2 * top + high, -1.0)
    shift = np.where(real, 0.5 * (low - high) / bend, 0.0)
    hz = np.where(real, _RATE_HZ / (_LAGS[best] + shift), np.nan)
    height = np.where(real, top - 0.25 * (low - high) * shift, np.nan)
    nothing = np.full((len(curve), 1), np.nan)
    return np.concatenate((hz, nothing), axis=1), np.concatenate((height, nothing), axis=1)


def _unvoiced(windows: Floats) -> Floats:
    """float64[count]: what "no voice" is worth in each frame; more where it is quiet beside the loudest."""
    peak = np.abs(windows).max(axis=1)
    relative = peak / max(float(peak.max()), 1e-12)
    return np.asarray(_VOICED + np.maximum(0.0, 2 - relative * (1 + _VOICED) / _QUIET))


def _path(hz: Floats, height: Floats, unvoiced: Floats) -> NDArray[np.int64]:
    """int64[count]: the candidate of each frame on the best way through all of them."""
    octaves = np.log2(np.where(np.isnan(hz), LOWEST_HZ, hz) / LOWEST_HZ)
    gain = np.where(np.isnan(hz), _NEVER, height + _OCTAVE_COST * octaves)
    gain[:, -1] = unvoiced
    voiced = ~np.isnan(hz)
    voiced[:, -1] = False
    cost = _JUMP_COST * np.abs(octaves[1:, :, None] - octaves[:-1, None, :])
    both = voiced[1:, :, None] & voiced[:-1, None, :]
    cost = np.where(both, cost, _SWITCH_COST * (voiced[1:, :, None] != voiced[:-1, None, :]))
    totals = gain.copy()
    ways, best = np.empty(cost.shape[1:]), np.empty(hz.shape[1])
    for before, price, total in zip(totals[:-1], cost, totals[1:], strict=True):
        np.subtract(before, price, out=ways)
        total += np.maximum.reduce(ways, axis=1, out=best)
    came = (totals[:-1, None, :] - cost).argmax(axis=2).tolist()
    chosen = [int(totals[-1].argmax())]
    for at in reversed(came):
        chosen.append(at[chosen[-1]])
    return np.array(chosen[::-1])
