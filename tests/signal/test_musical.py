"""The net for music against the plain sum of what it hears, and what a row may depend on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.signal import music_weights
from monitor.signal.columns import State
from monitor.signal.musical import MEMORIES, Musical
from monitor.signal.vad import FEATURES

UNITS, MIDDLE, MUSIC = (np.array(getattr(music_weights, name)) / 256 for name in ("UNITS", "MIDDLE", "MUSIC"))
RANDOM = np.random.default_rng(7)
WHICH = RANDOM.random((60, 3, 2)) < 0.7
WHICH[20:45, 0] = False
INPUTS = np.rint(256 * RANDOM.normal(0, 0.7, (60, 3, 2, FEATURES)))


def said(musical: Musical, frames: slice, lines: list[int]) -> NDArray[np.float64]:
    """[t, n, 2] hundredths of these frames of these lines."""
    which = WHICH[frames][:, lines]
    return musical.step(np.array(lines), which, INPUTS[frames][:, lines][which])


def plainly(inputs: NDArray[np.float64], which: NDArray[np.bool_]) -> list[float]:
    """Of one row: what stands out now, and means of it that forget, through both layers; in natural logarithms."""
    means, found = np.zeros((len(MEMORIES), FEATURES)), []
    for frame, stands_out in zip(inputs / 256, which, strict=True):
        now = frame if stands_out else 0 * frame
        means += (now - means) * np.array(MEMORIES)[:, None]
        first = np.maximum(UNITS @ np.concatenate((now, means.reshape(-1), [1])), 0)
        found.append(float(MUSIC @ np.append(np.maximum(MIDDLE @ np.append(first, 1), 0), 1)))
    return found


def test_it_is_the_plain_sum_but_for_rounding() -> None:
    whole = said(Musical(State()), slice(None), [0, 1, 2])
    for line in range(3):
        for side in (0, 1):
            expected = plainly(INPUTS[:, line, side], WHICH[:, line, side])
            assert np.abs(whole[:, line, side] / 100 - expected).max() < 0.15


def test_rows_beside_it_and_how_frames_come_change_nothing() -> None:
    whole = said(Musical(State()), slice(None), [0, 1, 2])
    one, parts = Musical(State()), Musical(State())
    alone = np.concatenate([said(one, slice(at, at + 1), [1]) for at in range(60)])
    assert np.array_equal(alone[:, 0], whole[:, 1])
    cut = np.concatenate([said(parts, slice(at, at + 15), [2, 0]) for at in range(0, 60, 15)])
    assert np.array_equal(cut, whole[:, [2, 0]])


def test_what_is_remembered_fades_where_nothing_stands_out() -> None:
    musical, nothing = Musical(State()), np.zeros((50, 3, 2), np.bool_)
    said(musical, slice(0, 20), [0, 1, 2])
    for _ in range(20):
        quiet = musical.step(np.arange(3), nothing, np.empty((0, FEATURES)))
    fresh = Musical(State()).step(np.arange(3), nothing, np.empty((0, FEATURES)))
    assert np.abs(quiet[-1] - fresh[-1]).max() <= 1
