"""Every detector of the table keeps the same promises."""

from __future__ import annotations

from importlib import import_module
from typing import get_args

import pytest

from monitor.core.events import Condition, ConditionStarted
from monitor.signal import DETECTORS
from monitor.signal.condition import ConditionDetector, ended
from monitor.signal.settings import SignalSettings


@pytest.mark.parametrize("name", DETECTORS)
def test_the_table_builds_every_detector_under_its_own_name(name: str) -> None:
    module, made = DETECTORS[name].split(":")
    detector = getattr(import_module(module), made)(SignalSettings(), 8000)
    assert isinstance(detector, ConditionDetector)
    assert detector.name == name
    assert detector.line_bytes() > 0
    assert detector.finish(0, 1000) == []


def test_the_table_holds_every_condition_of_the_contract() -> None:
    assert set(DETECTORS) == set(get_args(Condition))


def test_an_end_repeats_its_start_and_never_lies_before_it() -> None:
    start = ConditionStarted(condition="noise", since_ms=500, value=9.0, unit="db", level="alarm", kind="hum")
    end = ended(start, 100, value=8.0)
    assert (end.since_ms, end.end_ms, end.value, end.kind, end.level) == (500, 500, 8.0, "hum", "alarm")
