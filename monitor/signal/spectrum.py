"""Short-time evidence of what a sound is: periodic, flat, made of lines. One row for each frame that passed the gate.

Everything is measured at 8 kHz over 40 ms (this frame and the one before); wide-band rows are halved first. Sums run
along a row's own contiguous axis, so no row's result depends on its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.core.types import Pcm
from monitor.signal.columns import FloatArray, IntArray

RATE_HZ = 8000
FRAME = 160
WINDOW = 2 * FRAME
FFT = 512
HZ_PER_BIN = RATE_HZ / FFT
_LOWEST_HZ, _HIGHEST_HZ = 60, 400
_LAGS = slice(RATE_HZ // _HIGHEST_HZ, RATE_HZ // _LOWEST_HZ)
# less of a bend than any sound has
_STRAIGHT = 1e-9
TAPER = np.hanning(WINDOW + 2)[1:-1]
_SAME = np.fft.irfft(np.abs(np.fft.rfft(TAPER, FFT)) ** 2, FFT)
_UNBIASED = (_SAME[0] / _SAME)[_LAGS]
_BAND = slice(round(200 / HZ_PER_BIN), round(3600 / HZ_PER_BIN))
# so many windows stay in the processor's cache on their way through
_TOGETHER = 256
_LOW, _MIDDLE, _HIGH = slice(3, 13), slice(13, 64), slice(64, FFT // 2 + 1)


@dataclass(slots=True)
class Evidence:
    """float64[k] each. periodicity: highest normalised autocorrelation between 60 and 400 Hz; octave: of that pitch,
    over 60 Hz. comb: the same of the spectrum made even (fourth root of its power, 200 to 3600 Hz, as in Tolonen and
    Karjalainen, 2000), for a voice has many harmonics; comb_of_pitch: at the pitch of `octave`.

    flatness: log of geometric over arithmetic mean of the spectrum, 200 to 3600 Hz, 0 = white. tonality: share of the
    strongest narrow line in that band, around bin `peak`. low, high: share of the power between 50 and 200 Hz, over
    1 kHz; within: between 200 and 3600 Hz. power: float64[k, 257], the spectrum.
    """

    periodicity: FloatArray
    flatness: FloatArray
    tonality: FloatArray
    low: FloatArray
    high: FloatArray
    power: FloatArray
    peak: IntArray
    octave: FloatArray
    comb: FloatArray
    comb_of_pitch: FloatArray
    within: FloatArray


def narrow(pcm: Pcm) -> Pcm:
    """int16[n, 2, 160] of any rate's frames: 16 kHz is averaged in pairs."""
    if pcm.shape[2] == FRAME:
        return pcm
    halves = pcm.reshape(*pcm.shape[:2], FRAME, -1).sum(axis=3, dtype=np.int32) // (pcm.shape[2] // FRAME)
    out: Pcm = halves.astype(np.int16)
    return out


def evidence(windows: Pcm) -> Evidence:
    """windows: int16[k, 320], C-contiguous."""
    if len(windows) <= _TOGETHER:
        return _evidence(windows)
    parts = [_evidence(windows[at : at + _TOGETHER]) for at in range(0, len(windows), _TOGETHER)]
    columns = ([getattr(part, name) for part in parts] for name in Evidence.__slots__)
    return Evidence(*(np.concatenate(column) for column in columns))


def _evidence(windows: Pcm) -> Evidence:
    samples = windows - np.add.reduce(windows, axis=1, dtype=np.float64, keepdims=True) / WINDOW
    samples *= TAPER
    spectrum = np.fft.rfft(samples, FFT)
    power = spectrum.real**2
    power += spectrum.imag**2
    correlation = np.fft.irfft(power, FFT)
    again, octave, best = _repeats(correlation[:, _LAGS] * _UNBIASED)
    periodicity = again / np.maximum(correlation[:, 0], 1.0)
    band = power[:, _BAND] + 1.0
    combs = _combs(power, band, best)
    total = np.add.reduce(band, axis=1)
    flatness = np.add.reduce(np.log(band), axis=1) / band.shape[1] - np.log(total / band.shape[1])
    near = band[:, 1:-1] + band[:, :-2]
    near += band[:, 2:]
    peak = near.argmax(axis=1)
    tonality = np.maximum.reduce(near, axis=1) / total
    low, middle, high = (np.add.reduce(power[:, part], axis=1) for part in (_LOW, _MIDDLE, _HIGH))
    everything = low + middle + high + 1.0
    shares, peak = (low / everything, high / everything), peak + _BAND.start + 1
    return Evidence(periodicity, flatness, tonality, *shares, power, peak, octave, *combs, total / everything)


def _combs(power: FloatArray, band: FloatArray, best: IntArray) -> tuple[FloatArray, FloatArray]:
    """float64[k] each: how much of a comb the band is, at any pitch, and at the one that `best`, int64[k], says."""
    even = np.zeros_like(power)
    np.sqrt(np.sqrt(band), out=even[:, _BAND])
    correlation = np.fft.irfft(even, FFT)
    pitches = correlation[:, _LAGS]
    highest, there = np.maximum.reduce(pitches, axis=1), pitches[np.arange(len(pitches)), best]
    return highest / correlation[:, 0], there / correlation[:, 0]


def _repeats(correlation: FloatArray) -> tuple[FloatArray, FloatArray, IntArray]:
    """[k] each: the highest value, the octave of its lag, at the top of a parabola through it and its neighbours, and
    which lag it is."""
    best, rows = correlation.argmax(axis=1), np.arange(len(correlation))
    inner = np.minimum(np.maximum(best, 1), correlation.shape[1] - 2)
    aside = np.where(inner == best, np.minimum(np.maximum(summit(correlation, inner), -0.5), 0.5), 0.0)
    return correlation[rows, best], np.log2(RATE_HZ / _LOWEST_HZ / (best + _LAGS.start + aside)), best


def summit(values: FloatArray, at: IntArray) -> FloatArray:
    """float64[k]: how far aside of `at`, int64[k], a parabola through the values there and beside them has its top.
    values: float64[k, n]; at: from 1 to n - 2."""
    rows = np.arange(len(values))
    left, top, right = (values[rows, at + off] for off in (-1, 0, 1))
    aside: FloatArray = (right - left) / (2.0 * np.maximum(2.0 * top - left - right, _STRAIGHT))
    return aside
