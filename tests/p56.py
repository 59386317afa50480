"""Active speech level after ITU-T P.56, method B, written from the recommendation's text for whole signals at once.

The bank measures it as it goes, from frames that its voice detector finds; this is what it is compared with. It needs
no detector: the signal must be speech and pauses without noise.
"""

from __future__ import annotations

import numpy as np

from tests.tapes import Signal

TIME_S, HANGOVER_S, MARGIN_DB = 0.03, 0.2, 15.9
_THRESHOLDS = 2.0 ** np.arange(15)


def envelope(signal: Signal, rate_hz: int) -> Signal:
    """The magnitude, smoothed twice with a time constant of 30 ms."""
    g = np.exp(-1 / (rate_hz * TIME_S))
    n = np.arange(int(rate_hz * TIME_S * 12))
    length = len(signal) + len(n)
    kernel = (1 - g) ** 2 * (n + 1) * g**n
    return np.fft.irfft(np.fft.rfft(np.abs(signal), length) * np.fft.rfft(kernel, length), length)[: len(signal)]


def active_level(signal: Signal, rate_hz: int = 8000) -> float:
    """dBov of its active part: of the time in which the envelope is at most 15.9 dB under this very level, or was in
    the last 200 ms. -100 where there is none."""
    smooth, energy = envelope(signal, rate_hz), float(np.sum(np.square(signal)))
    number, last = np.arange(len(signal)), None
    for threshold in _THRESHOLDS:
        heard = np.maximum.accumulate(np.where(smooth >= threshold, number, -len(signal)))
        active = np.count_nonzero(number - heard < rate_hz * HANGOVER_S)
        if not active:
            break
        level = 10 * np.log10(energy / active)
        over = level - 20 * np.log10(threshold)
        if over <= MARGIN_DB:
            if last is not None:
                # between the two thresholds, where the margin would be met
                share = (last[1] - MARGIN_DB) / (last[1] - over)
                level = last[0] + (level - last[0]) * share
            return float(level - 20 * np.log10(32768.0))
        last = (level, over)
    return -100.0
