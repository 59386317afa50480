"""Each kind of envelope as the line a person reads."""

import pytest

from monitor.core import events as e
from monitor.core.types import SEVERITIES
from monitor.sinks.phrasing import clock, phrase
from tests.story import Story, notice


def read(envelope, lang="zh") -> str:
    return "\n".join(line.plain for line in phrase(envelope, lang))


def test_clock_counts_minutes_and_milliseconds():
    assert [clock(ms) for ms in (0, 5000, 83_456, 3_600_000, -1)] == [
        "00:00.000", "00:05.000", "01:23.456", "60:00.000", "00:00.000",
    ]  # fmt: skip


def test_words_that_count_and_words_that_do_not():
    story = Story()
    assert read(story.said("agent", 0, 900, "您好")) == "客服  您好"
    assert read(story.said("agent", 0, 900, "", lost="timeout")) == "客服  …… (未转写 · 识别超时)"
    assert "this line is not transcribed" in read(story.said("agent", 0, 900, "", lost="not_admitted"), "en")
    assert "不计" in read(story.said("agent", 0, 900, "字幕", suppressed=("phrase",)))


def test_a_condition_says_what_how_much_and_how_long():
    story = Story()
    started = story.condition(4000, "low_volume", "customer", 2000, value=-39.5, unit="dBov", level="warn")
    assert read(started) == "客户  ◐ 音量低 · 预警  -39.5 dBov"
    assert read(story.condition_over(9000, "low_volume", "customer", 2000), "en") == (
        "customer  ○ low volume over · 7.0 s"
    )


@pytest.mark.parametrize("severity", SEVERITIES)
def test_an_alert_shows_its_evidence_and_clause(severity):
    text = read(Story().alert(5000, "a", severity))
    for part in ("对投诉的客户说了禁语", "B1", "「这不关我的事」", "B1 投诉禁语"):
        assert part in text


def test_rules_and_steps_are_called_by_their_names_where_those_are_known():
    titles = {"B1": "Forbidden words", "A4/greet": "1/4"}
    alert = phrase(Story().alert(5000, "a"), "en", titles)
    assert "Forbidden words" in alert[0].plain
    assert "对投诉的客户说了禁语" in alert[1].plain
    assert "对投诉的客户说了禁语" in phrase(Story().alert(5000, "a"), "zh", titles)[0].plain
    assert "A4 1/4 · 按时" in phrase(Story().step(5000, "greet"), "zh", titles)[0].plain
    assert "A4 other · 按时" in phrase(Story().step(5000, "other"), "zh", titles)[0].plain


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_line_is_made_in_both_languages(lang):
    story = Story()
    told = [
        story.answered(),
        story.data(100, "hold", on=True),
        story.data(100, "transfer", agent_id="7"),
        story.prompt(5000, "p", "您好", None),
        story.step(5000, "greeting", "not_judged"),
        story.tell(6000, e.AlertAcknowledged(alert_id="a", actor="Li", note="好", acted_at_utc="2026-11-22")),
        story.tell(6000, e.Score(total=50, base=100, dimensions={"skill": 50}, not_judged=("A3",))),
        story.ended(7000),
        notice(),
    ]
    for envelope in told:
        assert read(envelope, lang).strip()
        assert "hangup_side" not in read(envelope, lang)


def test_what_the_machine_says_is_in_the_readers_language():
    assert read(notice()) == "      ⚠ 2 段话未能转写，最近一段的原因：识别超时"
    assert read(notice(), "en").endswith("⚠ segments lost: 2, the last one: too late")


def test_what_needs_no_line_has_none():
    story = Story()
    assert read(story.meter(0, "agent")) == ""
    assert read(story.tell(0, e.SpeechStarted(since_ms=0), "agent")) == ""
