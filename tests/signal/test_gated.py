"""The net for speech against the formulas of its paper, and what a row may depend on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.signal import speech_weights
from monitor.signal.columns import State
from monitor.signal.gated import Gated
from monitor.signal.vad import FEATURES

UNITS, GATES, RECALLS, SPEECH = (
    np.array(getattr(speech_weights, name)) / 256 for name in ("UNITS", "GATES", "RECALLS", "SPEECH")
)
ROWS = np.array([[0, 1], [2, 3], [4, 5]])
RANDOM = np.random.default_rng(5)
WHICH = RANDOM.random((60, 3, 2)) < 0.7
# nothing for longer than is counted
WHICH[20:45, 0] = False
INPUTS = np.rint(256 * RANDOM.normal(0, 0.7, (60, 3, 2, FEATURES)))


def said(gated: Gated, frames: slice, lines: list[int]) -> NDArray[np.float64]:
    """[t, n, 2] hundredths of these frames of these lines; nan where nothing stands out."""
    which = WHICH[frames][:, lines]
    found = np.full(which.shape, np.nan)
    found[which], _ = gated.step(ROWS[lines], which, INPUTS[frames][:, lines][which])
    return found


def by_the_paper(inputs: NDArray[np.float64], which: NDArray[np.bool_]) -> list[float]:
    """Cho and others 2014, equations 5 to 8, of one row; in natural logarithms."""
    kept, gap, found = np.zeros(len(RECALLS) // 3), 100, []
    for frame, stands_out in zip(inputs / 256, which, strict=True):
        if not stands_out:
            gap = min(gap + 1, 100)
            continue
        heard = np.concatenate((frame, [np.log2(1 + gap) / 4, 1]))
        units = np.maximum(UNITS @ heard, 0)
        ask, back = (np.split(part @ np.append(by, 1), 3) for part, by in ((GATES, units), (RECALLS, kept)))
        reset, keep = (1 / (1 + np.exp(-ask[k] - back[k])) for k in (0, 1))
        kept = keep * kept + (1 - keep) * np.tanh(ask[2] + reset * back[2])
        found.append(float(SPEECH @ np.concatenate((units, kept, [1]))))
        gap = 0
    return found


def test_it_is_what_the_paper_says_but_for_rounding() -> None:
    whole = said(Gated(State()), slice(None), [0, 1, 2])
    for line in range(3):
        for side in (0, 1):
            which = WHICH[:, line, side]
            expected = by_the_paper(INPUTS[:, line, side], which)
            assert np.abs(whole[which, line, side] / 100 - expected).max() < 0.15


def test_rows_beside_it_and_how_frames_come_change_nothing() -> None:
    whole = said(Gated(State()), slice(None), [0, 1, 2])
    one, parts = Gated(State()), Gated(State())
    alone = np.concatenate([said(one, slice(at, at + 1), [1]) for at in range(60)])
    assert np.array_equal(alone[:, 0], whole[:, 1], equal_nan=True)
    cut = np.concatenate([said(parts, slice(at, at + 15), [2, 0]) for at in range(0, 60, 15)])
    assert np.array_equal(cut, whole[:, [2, 0]], equal_nan=True)


def test_time_passes_only_where_something_stands_out() -> None:
    gated, nothing = Gated(State()), np.zeros((50, 3, 2), np.bool_)
    before = said(gated, slice(0, 20), [0, 1, 2])
    for _ in range(3):
        assert gated.step(ROWS, nothing, np.empty((0, FEATURES)))[0].size == 0
    kept = gated._kept.array.copy()
    again = Gated(State())
    assert np.array_equal(before, said(again, slice(0, 20), [0, 1, 2]), equal_nan=True)
    assert np.array_equal(kept, again._kept.array)
