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

import numpy as np

from monitor.signal.columns import GRID, BoolArray, FloatArray, IntArray, State, before, lasting
from monitor.signal.speech_weights import GATES, RECALLS, SPEECH, UNITS

KEPT = len(RECALLS) // 3
STATES = len(UNITS) + KEPT
# frames without anything, up to which they are counted, and the octaves of their number by which they are told
MOST_FRAMES, OCTAVES = 100, 4.0
FINE = 4096.0
_STEEP = 8
# so many rows at a time stay in the processor's cache
_TOGETHER = 128
_GAPS = np.rint(GRID * np.log2(1.0 + np.arange(MOST_FRAMES + 1)) / OCTAVES)[:, None]


class Gated:
    """What is remembered of each channel."""

    def __init__(self, state: State) -> None:
        self._kept = state.column(np.float32, 0.0, (2, KEPT))
        self._gap = state.column(np.int64, MOST_FRAMES)

    def step(self, rows: IntArray, which: BoolArray, inputs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Of the k frames that stand out, which [t, n, 2]: the log-odds of speech in hundredths, float64[k]; and what
        the units say and what is remembered after each, 4096ths, float64[k, STATES].

        rows: int64[n, 2]. inputs: float64[k, features], whole 256ths.
        """
        gap_0 = self._gap.rows[rows]
        gap = np.minimum(lasting(~which, gap_0), MOST_FRAMES)
        self._gap.rows[rows] = gap[-1]
        gaps = before(gap_0, gap)
        odds, states, end = np.empty(len(inputs)), np.empty((len(inputs), STATES)), 0
        for here, waited in zip(which, gaps, strict=True):
            among, told = rows[here], _GAPS[waited[here]]
            for at in range(0, len(among), _TOGETHER):
                some = among[at : at + _TOGETHER]
                span = slice(end + at, end + at + len(some))
                heard = np.concatenate((inputs[span], told[at : at + _TOGETHER]), axis=1)
                odds[span], self._kept.rows[some] = _said(heard, self._kept.rows[some].astype(np.float64), states[span])
            end += len(among)
        return odds, states


def _said(heard: FloatArray, kept: FloatArray, states: FloatArray) -> tuple[FloatArray, FloatArray]:
    """float64[k], the log-odds in hundredths; float64[k, KEPT], what is remembered after these frames, as float32 holds
    it. heard: float64[k, features + 1], whole 256ths; kept: what was remembered before them; states: where to put what
    `Gated.step` tells."""
    units = heard @ _UNITS
    units += _UNITS_BIAS
    np.rint(np.maximum(units, 0.0, out=units), out=units)
    asks, recalls = units @ _GATES, np.rint(kept * FINE) @ _RECALLS
    asks += _GATES_BIAS
    both = asks[:, : 2 * KEPT] + recalls[:, : 2 * KEPT]
    opens = read(SIGMOID, both)
    back = recalls[:, 2 * KEPT :] + _RECALLS_BIAS
    back *= opens[:, :KEPT]
    back += asks[:, 2 * KEPT :]
    new = read(_TANH, back)
    kept -= new
    kept *= opens[:, KEPT:]
    kept += new
    kept = kept.astype(np.float32).astype(np.float64)
    np.multiply(units, FINE / GRID, out=states[:, : len(UNITS)])
    fine = np.rint(kept * FINE, out=states[:, len(UNITS) :])
    said = units @ _SPEECH_NOW + _SPEECH_BIAS
    said += fine @ _SPEECH_KEPT
    odds: FloatArray = np.rint(said * (100.0 / (GRID * GRID)))
    return odds, kept


def read(table: FloatArray, places: FloatArray) -> FloatArray:
    """places: where to look, on the grid but for rounding; what lies beyond the table is as its ends."""
    np.rint(places, out=places)
    return table.take(places.astype(np.intp), mode="clip")


_STEEPEST = _STEEP * GRID
_PLACES = np.arange(-_STEEPEST, _STEEPEST + 1) / GRID
_TANH = np.rint(np.tanh(_PLACES) * FINE) / FINE
SIGMOID = np.rint(FINE / (1.0 + np.exp(-_PLACES))) / FINE
# powers of two are taken out beforehand, which changes no sum: units come out in 256ths, gates as places in the tables
_UNITS = np.array([unit[:-1] for unit in UNITS], np.float64).T / GRID
_UNITS_BIAS = np.array([unit[-1] for unit in UNITS], np.float64)
_GATES = np.array([gate[:-1] for gate in GATES], np.float64).T / GRID
_GATES_BIAS = np.array([gate[-1] for gate in GATES]) + _STEEPEST
_RECALLS = np.array([recall[:-1] for recall in RECALLS], np.float64).T / FINE
_RECALLS_BIAS = np.array([recall[-1] for recall in RECALLS], np.float64)[2 * KEPT :]
_SPEECH_NOW = np.array(SPEECH[: len(UNITS)], np.float64)
_SPEECH_KEPT = np.array(SPEECH[len(UNITS) : -1], np.float64) * (GRID / FINE)
_SPEECH_BIAS = SPEECH[-1] * GRID
