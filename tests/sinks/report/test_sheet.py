from __future__ import annotations

from monitor.core.events import Envelope
from monitor.sinks.report import sheet


def test_a_sheet_holds_what_the_call_held(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes, "a.wav")
    assert (one.call_id, one.file, one.duration_ms, one.closed) == ("call-1", "a.wav", 18_000, True)
    assert [line.said.segment_id for line in one.lines] == ["s1", "s2", "s3", "s4"]
    assert [step.verdict for _, step in one.steps] == ["late"]
    assert [(channel, metric.value) for channel, metric in one.metrics] == [("agent", 64.5), ("customer", None)]
    assert one.fatal
    assert one.ended is not None
    assert one.ended.ended_by == "customer"


def test_an_alert_has_its_last_state_and_a_cleared_one_still_counts(envelopes: list[Envelope]) -> None:
    alerts = {alert.body.alert_id: alert for alert in sheet.read(envelopes).alerts}
    assert {name: alert.state for name, alert in alerts.items()} == {
        "a1": "raised",
        "a2": "cleared",
        "a3": "confirmed",
    }
    assert (alerts["a3"].body.message, alerts["a3"].body.end_ms) == ("z", 9000)
    assert alerts["a1"].acknowledged == "班长"


def test_the_worst_and_the_counts(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes)
    assert one.worst == "critical"
    assert (one.count("critical"), one.count("major"), one.count("minor")) == (1, 1, 1)
    assert sheet.read(envelopes[:3]).worst is None


def test_a_condition_never_reported_as_over_lasts_to_the_end(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes)
    low = next(span for span in one.spans if span.body.condition == "low_volume")
    assert low.end_ms is None
    assert low.length_ms(one.duration_ms) == 9000
    assert one.total_ms("low_volume") == 9000
    assert one.longest_ms("silence", "both") == 6500
    assert one.total_ms("noise") == 0


def test_a_call_that_broke_off_can_still_be_read(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes[:12])
    assert not one.closed
    assert one.score is None
    assert one.duration_ms == 16_000


def test_coverage_adds_both_channels(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes)
    assert [one.covered(name) for name in ("speech_ms", "transcribed_ms", "suppressed_ms", "lost_ms")] == [
        7400,
        3700,
        2700,
        1000,
    ]
    assert sheet.read([]).covered("speech_ms") == 0
