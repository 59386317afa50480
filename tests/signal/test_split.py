"""One channel made into two legs."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.core.speakers import Speakers, SpokenBy
from monitor.signal.speakers import Separation, Turn
from monitor.signal.split import Splitter, attributed
from tests import tapes

SAID = Speakers((SpokenBy(200, 700, "agent", 0.9), SpokenBy(900, 1500, "customer", 0.8)), 0.85)
SAMPLES = tapes.pcm(tapes.speech(2000, -26))


def legs(cuts: list[int]) -> np.ndarray:
    splitter, parts, at = Splitter(8000, SAID, -62.0), [], 0
    for cut in [*cuts, len(SAMPLES)]:
        parts.append(np.stack(splitter.push(SAMPLES[at : at + cut])))
        at += len(parts[-1][0])
    return np.concatenate(parts, axis=1)


def test_who_speaks_has_the_recording_and_the_other_an_even_noise() -> None:
    agent, customer = legs([])
    np.testing.assert_array_equal(agent[200 * 8 : 700 * 8], SAMPLES[200 * 8 : 700 * 8])
    np.testing.assert_array_equal(customer[900 * 8 : 1500 * 8], SAMPLES[900 * 8 : 1500 * 8])
    for leg, first, last in ((customer, 200, 700), (agent, 900, 1500)):
        assert abs(tapes.level(leg[first * 8 : last * 8].astype(np.float64)) + 62) < 0.5


def test_what_nobody_says_is_on_both() -> None:
    agent, customer = legs([])
    for first, last in ((0, 200), (700, 900), (1500, 2000)):
        np.testing.assert_array_equal(agent[first * 8 : last * 8], customer[first * 8 : last * 8])
        np.testing.assert_array_equal(agent[first * 8 : last * 8], SAMPLES[first * 8 : last * 8])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 5000), max_size=8))
def test_any_cut_gives_the_same_legs(cuts: list[int]) -> None:
    np.testing.assert_array_equal(legs(cuts), legs([]))


def test_a_leg_is_never_dead_nor_loud_where_the_other_speaks() -> None:
    for floor, expected in ((-100.0, -69), (-20.0, -50)):
        _, customer = Splitter(8000, SAID, floor).push(SAMPLES)
        assert abs(tapes.level(customer[1600:5600].astype(np.float64)) - expected) < 0.5


def test_the_role_lowers_what_the_voice_says() -> None:
    found = Separation((Turn(0, 500, 0, 0.9), Turn(600, 900, 1, 0.5)), 0.9, -60.0, 1000)
    said = attributed(found, 1, 0.8)
    assert [(each.channel, each.certainty) for each in said.stretches] == [("customer", 0.74), ("agent", 0.5)]
    assert said.certainty == 0.74
