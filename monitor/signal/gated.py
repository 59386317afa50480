"""How like speech what stands out is, by a net that remembers: gated recurrent units (Cho and others, Learning phrase
representations using RNN encoder-decoder for statistical machine translation, 2014).

A layer of rectified units hears a frame and for how long nothing had stood out before it; each gated unit weighs by
these and by all that the gated ones remember what it takes in and what it keeps. So it learns by itself for how long
to remember what: the pitch of a word, the beat of an engine, the hiss between. Time only passes for it where something
stands out, which costs nothing where nobody speaks.

Weights and what is remembered are whole numbers, and both curves are read off tables: a row says the same whatever
other rows are in the bank.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from monitor.signal.columns import BoolArray, FloatArray, IntArray, State, before, lasting
from monitor.signal.speech_weights import GATES, RECALLS, SPEECH, UNITS

KEPT = len(RECALLS) // 3
# frames without anything, up to which they are counted, and the octaves of their number by which they are told
MOST_FRAMES, OCTAVES = 100, 4.0
# numbers on a grid are integers in disguise: their sums are exact, whatever the order they are added in
_GRID, _FINE = 256.0, 4096.0
_STEEP = 8
_GAPS = np.rint(_GRID * np.log2(1.0 + np.arange(MOST_FRAMES + 1)) / OCTAVES)[:, None]


class Gated:
    """What is remembered of each channel."""

    def __init__(self, state: State) -> None:
        self._kept = state.column(np.float32, 0.0, (2, KEPT))
        self._gap = state.column(np.int64, MOST_FRAMES)

    def step(self, rows: IntArray, which: BoolArray, inputs: FloatArray) -> FloatArray:
        """float64[k]: the log-odds of speech in hundredths of the k frames that stand out, which [t, n, 2].

        rows: int64[n, 2]. inputs: float64[k, features], whole 256ths.
        """
        gap_0 = self._gap.rows[rows]
        gap = np.minimum(lasting(~which, gap_0), MOST_FRAMES)
        self._gap.rows[rows] = gap[-1]
        ends = np.cumsum(np.count_nonzero(which, axis=(1, 2))).tolist()
        heard = np.concatenate((inputs, _GAPS[before(gap_0, gap)[which]]), axis=1)
        units = np.rint(np.maximum(heard @ _UNITS + _UNITS_BIAS, 0.0) / _GRID)
        asks = units @ _GATES + _GATES_BIAS
        said = units @ _SPEECH_NOW + _SPEECH_BIAS
        for here, (first, end) in zip(which, pairwise((0, *ends)), strict=True):
            if first < end:
                among = rows[here]
                kept = self._kept.rows[among] = _gated(self._kept.rows[among].astype(np.float64), asks[first:end])
                said[first:end] += np.rint(kept * _FINE) @ _SPEECH_KEPT / (_FINE / _GRID)
        odds: FloatArray = np.rint(said * (100.0 / (_GRID * _GRID)))
        return odds


def _gated(kept: FloatArray, asks: FloatArray) -> FloatArray:
    """float64[k, KEPT] as float32 holds them: what is remembered after a frame. asks: float64[k, 3 * KEPT]."""
    recalls = np.rint(kept * _FINE) @ _RECALLS / (_FINE / _GRID) + _RECALLS_BIAS
    resets, keeps = np.split(_read(_SIGMOID, asks[:, : 2 * KEPT] + recalls[:, : 2 * KEPT]), 2, axis=1)
    new = _read(_TANH, asks[:, 2 * KEPT :] + resets * recalls[:, 2 * KEPT :])
    found: FloatArray = (new + keeps * (kept - new)).astype(np.float32).astype(np.float64)
    return found


def _read(table: FloatArray, sums: FloatArray) -> FloatArray:
    """sums: in 65536ths."""
    places = np.rint(sums * (1.0 / _GRID))
    np.clip(places, -_STEEP * _GRID, _STEEP * _GRID, out=places)
    places += _STEEP * _GRID
    return table[places.astype(np.intp)]


_PLACES = np.arange(-_STEEP * _GRID, _STEEP * _GRID + 1) / _GRID
_TANH = np.rint(np.tanh(_PLACES) * _FINE) / _FINE
_SIGMOID = np.rint(_FINE / (1.0 + np.exp(-_PLACES))) / _FINE
_UNITS = np.array([unit[:-1] for unit in UNITS], np.float64).T
_UNITS_BIAS = np.array([unit[-1] for unit in UNITS]) * _GRID
_GATES = np.array([gate[:-1] for gate in GATES], np.float64).T
_GATES_BIAS = np.array([gate[-1] for gate in GATES]) * _GRID
_RECALLS = np.array([recall[:-1] for recall in RECALLS], np.float64).T
_RECALLS_BIAS = np.array([recall[-1] for recall in RECALLS]) * _GRID
_SPEECH_NOW = np.array(SPEECH[: len(UNITS)], np.float64)
_SPEECH_KEPT = np.array(SPEECH[len(UNITS) : -1], np.float64)
_SPEECH_BIAS = SPEECH[-1] * _GRID
