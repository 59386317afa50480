"""A line is transcribed where there is room for it; where there is none, that is said, not found out."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from pydantic import ValidationError

from monitor.asr.admission import LATE_LOOKS, SLOW_LOOKS, Admission, measure, probe
from monitor.asr.settings import AdmissionSettings
from monitor.asr.stats import RECENT_S, RecogniserStats, Tally
from tests.asr.segments import Inbox, Scripted, segment


def stats(**figures: float) -> RecogniserStats:
    return replace(Tally().snapshot(0.0, 0, 0, 0, 1), **figures)


def test_capacity_is_the_workers_planned_time_over_what_a_line_costs():
    admission = Admission(AdmissionSettings(speech_share=0.8, utilisation=0.6), workers=2, cost=0.01)
    assert admission.capacity == 150
    assert admission.admits(149)
    assert not admission.admits(150)


def test_even_a_slow_machine_takes_one_line():
    assert Admission(AdmissionSettings(), workers=1, cost=5.0).capacity == 1


def test_the_operator_may_set_the_number_or_take_every_line():
    assert Admission(AdmissionSettings(lines=7), 1, 0.01).capacity == 7
    everything = Admission(AdmissionSettings(lines="all"), 1, 0.01)
    everything.observe(stats(wait_p95_ms=60_000))
    assert everything.capacity is None
    assert everything.admits(10_000)


def test_long_waits_close_the_door_until_they_are_short_again():
    admission = Admission(AdmissionSettings(max_wait_ms=1000), 1, 0.01)
    verdicts = []
    for wait in (100, 1001, 900, 501, 499, 900):
        admission.observe(stats(wait_p95_ms=wait))
        verdicts.append(admission.admits(0))
    assert verdicts == [True, False, False, False, True, True]


def test_capacity_follows_what_speech_really_costs():
    admission = Admission(AdmissionSettings(), 1, 0.01)
    before = admission.capacity
    admission.observe(stats(audio_s=0, busy_s=0))
    admission.observe(stats(audio_s=10, busy_s=5))
    assert admission.capacity == before
    admission.observe(stats(audio_s=40, busy_s=4))
    assert admission.capacity < before
    for n in range(2, 12):
        admission.observe(stats(audio_s=40 * n, busy_s=4 * n))
    assert admission.capacity == Admission(AdmissionSettings(), 1, 0.1).capacity


def test_what_previews_cost_is_no_lines_cost():
    admission = Admission(AdmissionSettings(), 1, 0.1)
    before = admission.capacity
    for n in range(12):
        admission.observe(stats(audio_s=40 * n, busy_s=12 * n, previews_busy_s=8 * n))
    assert admission.capacity == before


def test_lines_are_let_go_where_the_oldest_is_late_at_three_looks_in_a_row():
    admission = Admission(AdmissionSettings(max_wait_ms=1000), 1, 0.001)
    verdicts = []
    for oldest in (1500, 1500, 0, *[1500] * LATE_LOOKS, 1500):
        admission.observe(stats(oldest_ms=oldest))
        verdicts.append(admission.excess(30))
    assert verdicts == [0] * (2 + LATE_LOOKS) + [3, 0]


def test_and_where_the_p95_is_late_for_longer_than_it_remembers():
    admission = Admission(AdmissionSettings(max_wait_ms=1000), 1, 0.001)
    verdicts = []
    for wait in [1500] * int(RECENT_S + 1) + [900] + [1500] * SLOW_LOOKS + [1500]:
        admission.observe(stats(wait_p95_ms=wait))
        verdicts.append(admission.excess(30))
    assert [number for number, many in enumerate(verdicts) if many] == [len(verdicts) - 2]


def test_old_waits_are_forgotten():
    tally = Tally()
    tally.final(submitted_s=0.0, started_s=5.0, answered_s=6.0)
    assert tally.snapshot(7.0, 0, 0, 0, 1).wait_p95_ms == 5000
    assert tally.snapshot(7.0, 0, 0, 0, 1).delay_p95_ms == 6000
    assert tally.snapshot(60.0, 0, 0, 0, 1).wait_p95_ms == 0


def test_the_cost_is_that_of_the_probes_decodes_without_the_first(monkeypatch: pytest.MonkeyPatch):
    now = [0.0]

    class Priced(Scripted):
        def decode(self, segments, full=False):
            now[0] += 0.6 if self.asked else 5.0
            return super().decode(segments, full)

    engine = Priced()
    monkeypatch.setattr("monitor.asr.admission.time", SimpleNamespace(monotonic=lambda: now[0]))
    assert measure(engine, decodes=2) == pytest.approx(0.2)
    assert engine.asked == [("probe",)] * 3


def test_a_real_recognisers_figures_are_taken(started, monkeypatch: pytest.MonkeyPatch):
    """Finals take 0.2 s for each second of speech, previews five times as much."""
    now = [0.0]

    class Priced(Scripted):
        def decode(self, segments, full=False):
            now[0] += sum((1 if s.final else 5) * 0.2 * (s.end_ms - s.start_ms) / 1000 for s in segments)
            return super().decode(segments, full)

    for module in ("recogniser", "decoding"):
        monkeypatch.setattr(f"monitor.asr.{module}.time", SimpleNamespace(monotonic=lambda: now[0]))
    recogniser, inbox, admission = started(Priced()), Inbox(), Admission(AdmissionSettings(), 1, 0.01)
    admission.observe(recogniser.stats())
    for number in range(100):
        for final in (True, False):
            recogniser.submit(segment(f"a{number}", length_ms=5000, final=final), inbox, None)
            inbox.wait(2 * number + 2 - final)
        admission.observe(recogniser.stats())
    told = recogniser.stats()
    assert (told.audio_s, told.previews_busy_s, told.busy_s) == pytest.approx((500, 500, 600))
    assert admission.capacity == Admission(AdmissionSettings(), 1, 0.2).capacity == 3


def test_the_probe_is_three_seconds_of_speech():
    said = probe()
    assert said.samples.size == 24_000
    assert np.abs(said.samples).max() > 1000


@pytest.mark.parametrize("bad", [{"lines": "some"}, {"lines": -3}, {"lines": 1.5}, {"utilisation": 2}, {"share": 1}])
def test_settings_out_of_bounds_are_refused(bad):
    with pytest.raises(ValidationError):
        AdmissionSettings(**bad)
