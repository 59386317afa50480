from __future__ import annotations

from monitor.core.events import Envelope
from monitor.sinks.report import sheet, summary
from monitor.sinks.report.summary import CallFigures
from tests.sinks.report.story import story


def figures(call_id: str, agent_id: str = "1042", upto: int | None = None) -> CallFigures:
    return summary.figures(sheet.read(story(call_id, agent_id)[:upto]))


def test_figures_of_one_call(envelopes: list[Envelope]) -> None:
    one = summary.figures(sheet.read(envelopes))
    assert (one.agent_id, one.team, one.score, one.ended_by) == ("1042", "早班", 0, "customer")
    assert one.alerts == {"critical": 1, "major": 1, "minor": 1, "info": 0}
    assert (one.silence_ms, one.longest_silence_ms, one.lost_ms) == (6500, 6500, 1000)
    assert one.not_judged == ("A6",)


def test_calls_are_grouped_by_agent_with_the_lowest_score_first() -> None:
    unscored = figures("c", "2000", upto=5)
    rows = summary.groups([unscored, figures("a"), figures("b")], "agent_id")
    assert [(row.name, row.calls, row.mean_score) for row in rows] == [("1042", 2, 0.0), ("2000", 1, None)]
    assert rows[0].duration_ms == 36_000
    assert rows[0].alerts["major"] == 2


def test_a_call_without_an_agent_is_in_no_group() -> None:
    assert summary.groups([figures("a", "")], "agent_id") == []


def test_rules_count_alerts_and_calls_the_most_severe_first() -> None:
    rows = summary.rules([figures("a"), figures("b")])
    assert [(row.rule_id, row.alerts, len(row.calls)) for row in rows] == [
        ("D1", 2, 2),
        ("B1-policy", 2, 2),
        ("A1", 2, 2),
    ]


def test_the_worst_call_comes_first() -> None:
    quiet, bad = figures("a", upto=5), figures("b")
    assert [call.call_id for call in summary.worst_first([quiet, bad])] == ["b", "a"]
    assert summary.totals([quiet, bad]).calls == 2
