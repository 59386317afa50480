from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.signal.columns import State
from monitor.signal.movement import MOVEMENTS, Movement

ROWS = np.array([[0, 1]])
AGENT = np.array([[[True, False]]])


def moved(
    bands: list[list[float]], over: list[float] | None = None, octave: list[float] | None = None
) -> list[list[float]]:
    """Frame by frame, of one channel."""
    movement = Movement(State(), len(bands[0]))
    heights, octaves = over or [0.0] * len(bands), octave or [0.0] * len(bands)
    return [
        movement.step(ROWS, AGENT, np.array([height]), np.array([pitch]), np.array([each]))[0].tolist()
        for each, height, pitch in zip(bands, heights, octaves, strict=True)
    ]


def test_what_stays_as_it_is_does_not_move() -> None:
    assert moved([[100.0, -300.0]] * 4, [7.0] * 4, [320.0] * 4) == [[0.0] * MOVEMENTS] * 4


def test_a_step_fades_from_the_short_mean_before_the_long_one() -> None:
    found = np.array(moved([[0.0, 0.0]] + [[1000.0, 0.0]] * 20))
    assert found[1].tolist() == [500.0, 500.0, 0.0, 0.0, 0.0]
    assert found[-1, 0] < 5
    assert 140 < found[-1, 1] < 180


def test_the_height_counts_for_itself() -> None:
    assert moved([[5.0]] * 2, [0.0, 300.0])[1] == [0.0, 0.0, 300.0, 0.0, 0.0]


def test_the_pitch_counts_for_itself() -> None:
    assert moved([[5.0]] * 2, octave=[256.0, 288.0])[1] == [0.0, 0.0, 0.0, 32.0, 32.0]


def test_over_a_pause_it_is_compared_with_what_was_heard_last() -> None:
    movement, here = Movement(State(), 1), np.array([[[True, False]], [[False, False]], [[True, False]]])
    found = movement.step(ROWS, here, np.zeros(2), np.zeros(2), np.array([[0.0], [80.0]]))
    assert found[:, 0].tolist() == [0.0, 80.0]


@given(st.lists(st.lists(st.integers(-1280, 0), min_size=4, max_size=4), min_size=1, max_size=30), st.integers(1, 9))
def test_it_is_the_same_however_the_frames_are_cut(frames: list[list[int]], most: int) -> None:
    bands, whole = np.array(frames, float), []
    movement = Movement(State(), 4)
    for at in range(0, len(bands), most):
        some = bands[at : at + most]
        whole += movement.step(ROWS, AGENT.repeat(len(some), axis=0), some[:, 0], some[:, 1], some).tolist()
    assert whole == moved(bands.tolist(), bands[:, 0].tolist(), bands[:, 1].tolist())
