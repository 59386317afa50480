from __future__ import annotations

from monitor.core.events import SpeechStarted
from tests.signal.test_runs import moment


def test_a_condition_nobody_detects_holds_nowhere() -> None:
    now = moment(20, True, True)
    assert not now.condition("music").any()
    now.holds["music"] = now.present
    assert now.condition("music").all()


def test_what_is_emitted_names_its_line_time_and_side() -> None:
    now = moment(140, True, True)
    for side in range(3):
        now.emit(0, side, SpeechStarted(since_ms=0))
    assert [(line, event.at_ms, event.channel) for line, event in now.events] == [
        (0, 140, "agent"),
        (0, 140, "customer"),
        (0, 140, "both"),
    ]
