"""What a telephone's codec of less than five kilobits a second leaves of a noise, for the set `farther`.

In the manner of code-excited linear prediction (Schroeder and Atal, 1985): each 20 ms a filter of ten coefficients in
coarse steps and a level, each 5 ms what was sent before at some lag, and two pulses besides. A voice bears that; a
noise warbles.
"""

from __future__ import annotations

import numpy as np

from tests.tapes import Signal

_FRAME, _PART, _ORDER = 160, 40, 10
_LAGS = np.arange(20, 144)
_BEFORE = -_LAGS[:, None] + np.arange(_PART) % _LAGS[:, None]
_STEP, _STEPS, _WIDER, _RINGS = 0.1, 14, 0.985, 512


def coded(sound: Signal) -> Signal:
    """The same length; the level stays about as it was."""
    frames = -(-len(sound) // _FRAME)
    whole = np.pad(sound, (_ORDER, frames * _FRAME - len(sound)))
    filters = _filters(whole[_ORDER:].reshape(frames, _FRAME))
    near = np.lib.stride_tricks.sliding_window_view(whole, _ORDER + 1)[:, ::-1]
    wanted = (near * np.repeat(filters, _FRAME, axis=0)).sum(axis=1)
    sent = _sent(wanted).reshape(frames, _FRAME)
    rung = np.fft.irfft(np.fft.rfft(sent, _RINGS) / np.fft.rfft(filters, _RINGS), _RINGS)
    rung *= np.sqrt((whole[_ORDER:].reshape(frames, _FRAME) ** 2).sum(axis=1) / ((rung**2).sum(axis=1) + 1e-9))[:, None]
    out = np.zeros(frames * _FRAME + _RINGS)
    for k, ring in enumerate(rung):
        out[k * _FRAME : k * _FRAME + _RINGS] += ring
    return out[: len(sound)]


def _filters(frames: Signal) -> Signal:
    """[frames, 11], by Levinson's recursion."""
    power = np.abs(np.fft.rfft(frames * np.hamming(_FRAME), _RINGS)) ** 2
    lags = np.fft.irfft(power)[:, : _ORDER + 1]
    lags[:, 0] = lags[:, 0] * 1.001 + 1e-9
    return _stepped(_reflections(lags)) * _WIDER ** np.arange(_ORDER + 1)


def _reflections(lags: Signal) -> Signal:
    """[frames, 10], in coarse steps."""
    out, left = np.zeros((len(lags), _ORDER)), lags[:, 0].copy()
    for k in range(1, _ORDER + 1):
        before = _stepped(out[:, : k - 1])
        out[:, k - 1] = -(before * lags[:, k:0:-1]).sum(axis=1) / left
        left *= 1 - out[:, k - 1] ** 2
    return np.sin(np.clip(np.rint(np.arcsin(out) / _STEP), -_STEPS, _STEPS) * _STEP)


def _stepped(reflections: Signal) -> Signal:
    """The filters that have these reflections, [frames, one more]."""
    filters = np.ones((len(reflections), 1))
    for each in reflections.T:
        longer = np.pad(filters, ((0, 0), (0, 1)))
        filters = longer + each[:, None] * longer[:, ::-1]
    return filters


def _sent(wanted: Signal) -> Signal:
    sent = np.zeros(_LAGS[-1] + len(wanted))
    for at in range(0, len(wanted), _PART):
        now, here = wanted[at : at + _PART], at + int(_LAGS[-1])
        before = sent[here + _BEFORE]
        alike, power = before @ now, (before**2).sum(axis=1) + 1e-9
        best = int((np.maximum(alike, 0) ** 2 / power).argmax())
        # what was sent before comes again by fifths of its strength
        again = before[best] * min(max(round(5 * alike[best] / power[best]), 0), 5) / 5
        rest, pulses = now - again, np.zeros(_PART)
        for track in (0, 1):
            place = track + 2 * int(np.abs(rest[track::2]).argmax())
            pulses[place] = np.sign(rest[place])
        sent[here : here + _PART] = again + pulses * np.sqrt((rest**2).sum() / 2)
    return sent[_LAGS[-1] :]
