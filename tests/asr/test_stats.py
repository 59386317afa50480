"""Figures over the last finals, by nearest rank."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.asr.stats import Tally, quantile_ms


@pytest.mark.parametrize(
    ("values", "share", "expected"), [([], 0.5, 0.0), ([0.2], 0.95, 200.0), ([0.1, 0.3, 0.2], 0.5, 200.0)]
)
def test_quantiles_of_few(values, share, expected):
    assert quantile_ms(values, share) == expected


@given(st.lists(st.floats(0, 100), min_size=1), st.sampled_from([0.5, 0.95, 0.99]))
def test_a_quantile_is_one_of_the_values_and_no_more_than_its_share_lie_above(values, share):
    found = quantile_ms(values, share)
    assert found in [round(value * 1000, 1) for value in values]
    assert sum(round(value * 1000, 1) > found for value in values) <= (1 - share) * len(values) + 1e-9


def test_a_snapshot_holds_copies():
    tally = Tally()
    tally.decodes["final"] += 1
    before = tally.snapshot(0.0, 1, 2, 3, 4)
    tally.decodes["final"] += 1
    assert (before.waiting, before.hypotheses_waiting, before.running, before.workers) == (1, 2, 3, 4)
    assert before.decodes == {"final": 1}


def test_the_work_for_previews_is_told_apart():
    tally = Tally()
    for cause, seconds in (("final", 2.0), ("hypothesis", 4.0), ("align", 0.5), ("retry_full", 1.0)):
        tally.busy_s[cause] += seconds
    tally.previews_dropped.update(["shed", "loop", "shed"])
    told = tally.snapshot(0.0, 0, 0, 0, 1)
    assert (told.busy_s, told.previews_busy_s) == (7.5, 4.0)
    assert (told.lost, told.suppressed, told.previews_dropped) == ({}, {}, {"shed": 2, "loop": 1})


def test_a_line_that_waits_long_and_one_that_never_began():
    tally = Tally()
    tally.final(submitted_s=1.0, started_s=1.5, answered_s=2.0)
    tally.final(submitted_s=1.0, started_s=None, answered_s=6.0)
    snapshot = tally.snapshot(6.0, 0, 0, 0, 1)
    assert (snapshot.wait_p50_ms, snapshot.wait_p95_ms) == (5000.0, 5000.0)
    assert snapshot.delay_p95_ms == 5000.0
