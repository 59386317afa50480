from __future__ import annotations

import pytest

from monitor.compliance.story import Story
from monitor.core.events import ConditionStarted, Utterance


def told(text: str) -> list[tuple[int, str, str | None]]:
    return [(heard_ms, event.type, event.channel) for heard_ms, event in Story.read(text).facts()]


def test_speech_and_silence_follow_as_the_bank_reports_them() -> None:
    assert told("1-2 agent: 您好\n6 end") == [
        (0, "call.answered", None),
        (1100, "speech.started", "agent"),
        (2000, "condition.started", "customer"),
        (2300, "speech.ended", "agent"),
        (3100, "utterance", "agent"),
        (4000, "condition.started", "agent"),
        (4000, "condition.started", "both"),
        (6000, "condition.ended", "agent"),
        (6000, "condition.ended", "customer"),
        (6000, "condition.ended", "both"),
    ]


def test_silence_begins_anew_with_the_answer() -> None:
    facts = [event for _, event in Story.read("answered at 5\n1-2 agent: 您好\n9 end").facts()]
    silences = [
        event for event in facts if isinstance(event.body, ConditionStarted) and event.type == "condition.started"
    ]
    assert {(event.channel, event.body.since_ms) for event in silences} == {
        ("agent", 5000),
        ("customer", 5000),
        ("both", 5000),
    }  # type: ignore[attr-defined]


def test_lines_without_times_follow_each_other() -> None:
    lines = Story.read("您好\ncustomer: 你好\nagent: 请讲").lines
    assert [(line.channel, line.start_ms) for line in lines] == [("agent", 500), ("customer", 1600), ("agent", 2700)]


def test_how_it_was_heard() -> None:
    lines = Story.read(
        "agent (lost): 一\nagent (suppressed): 二\nagent (0.2): 三\nagent (yue 0.9): 四\nagent (-30 dBov): 五"
    ).lines
    assert [line.lost for line in lines] == ["timeout", None, None, None, None]
    assert lines[1].suppressed
    assert (lines[2].confidence, lines[3].language, lines[4].level_dbov) == (0.2, "yue", -30)


def test_several_of_it_at_once() -> None:
    (line,) = Story.read("1-3 agent (0.4, yue 0.9, -30 dBov, 210.5 Hz, 4 st): 一").lines
    assert (line.confidence, line.language, line.language_prob) == (0.4, "yue", 0.9)
    assert (line.level_dbov, line.pitch_hz, line.pitch_range_st) == (-30, 210.5, 4)


def test_answers_come_late_if_they_are_told_to() -> None:
    facts = Story.read("1-2 agent: 您好\n3-4 agent: 请讲\n20 end").facts([9000, 0].__getitem__)
    assert [event.body.segment_id for _, event in facts if isinstance(event.body, Utterance)] == [
        "agent-3000",
        "agent-1000",
    ]


@pytest.mark.parametrize("line", ["3 nonsense", "4-5 silence_ customer", "2 hangups agent"])
def test_what_is_not_understood_is_named(line: str) -> None:
    with pytest.raises(ValueError, match=line):
        Story.read(line)
