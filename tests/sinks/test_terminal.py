"""The terminal: events as they happen, a footer on a real terminal only."""

import io

from rich.console import Console

from monitor.sinks.terminal import TerminalSink
from tests.story import Story


def printed(envelopes, terminal: bool = False, lang="zh") -> str:
    out = io.StringIO()
    sink = TerminalSink(Console(file=out, width=100, force_terminal=terminal, highlight=False), lang)
    for envelope in envelopes:
        sink.write(envelope)
    sink.close()
    return out.getvalue()


def a_call(call_id: str = "call-1") -> list:
    story = Story(call_id)
    return [
        story.started(),
        story.meter(100, "agent"),
        story.condition(2000, "silence", "customer", 0),
        story.prompt(5000, "p", "您好"),
        story.alert(6000, "a", "critical"),
        story.ended(9000),
        story.closed(9000),
    ]


def test_a_call_reads_from_its_headline_to_its_sum():
    lines = printed(a_call()).splitlines()
    assert lines[0].startswith("call-1 · 客服 1024 · north · 8 kHz · demo-zh")
    assert lines[1].startswith("00:02.000  客户  ◐ 静默")
    assert "call-1 · 结束 00:09.000" in lines[-1]
    assert "致命 1" in lines[-1]


def test_with_two_calls_each_line_says_whose_it_is():
    one, two = a_call("one"), a_call("two")
    lines = printed([one[0], two[0], one[4], two[4]]).splitlines()
    assert "one" in lines[2]
    assert "two" in lines[4]


def test_the_footer_shows_meters_and_running_timers():
    text = printed(a_call()[:4], terminal=True)
    assert "━" in text
    assert "客户 静默 5.0 s" in text
    assert "━" not in printed(a_call()[:4]).replace("─", "")


def test_a_call_joined_in_the_middle_still_prints():
    assert "您好" in printed(a_call()[3:4])
