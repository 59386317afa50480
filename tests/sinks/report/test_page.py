from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from monitor.core.events import Envelope, Metric
from monitor.sinks.report import page, sheet, summary
from monitor.sinks.report.sheet import CallSheet
from monitor.sinks.report.words import Lang
from tests.measured import call, calls_of_a_bad_seat
from tests.sinks.report.story import NASTY


class Reader(HTMLParser):
    """Collects text, links and outside references."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_call_page_shows_words_alerts_and_score(envelopes: list[Envelope], lang: Lang) -> None:
    found = Reader(page.call_page(sheet.read(envelopes, "a.wav"), lang))
    text = " ".join(" ".join(found.text).split())
    for part in (
        "call-1",
        "您好,请问有什么可以帮助您",
        "B1-policy",
        "公司就是这么规定的",
        "班长",
        "A6",
        "谢谢观看",
        {"zh": "未转写 · 识别超时", "en": "not transcribed · too late"}[lang],
        {"zh": "不计 · 字幕署名", "en": "not counted · subtitle credits"}[lang],
        {"zh": "-37.5 dBov", "en": "≤ 60 %"}[lang],
    ):
        assert part in text
    assert ("转写" in text) == (lang == "zh")
    assert "#a1" in found.links


def test_alerts_and_score_card_tell_the_same_story(envelopes: list[Envelope]) -> None:
    """A veto of 0, points of 10 taken off 100: 90 in sum, 0 in the end."""
    text = " ".join(" ".join(Reader(page.call_page(sheet.read(envelopes), "zh")).text).split())
    assert "满分 100 未判定，不计在内 A6 0 B1-policy −10 D1 一票否决 合计 90 得分 一票否决 0 / 100" in text
    assert text.count("−10") == 2  # in the list of alerts and on the card


def test_rules_are_called_by_their_titles(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes)
    titles = {"C2": "客服说话占比", "A4/ask": "2/4", "B1-policy": f"绝不说公司规定{NASTY}"}
    for text in (page.call_page(one, "zh", titles), page.report_page([summary.figures(one)], [], "zh", titles)):
        assert "<script" not in text
        assert "绝不说公司规定" in text
    text = " ".join(Reader(page.call_page(one, "zh", titles)).text)
    assert "客服说话占比" in text
    assert "2/4" in text
    assert "64.5" in text


def test_in_english_an_alert_begins_with_what_its_rule_is_called(envelopes: list[Envelope]) -> None:
    text = " ".join(Reader(page.call_page(sheet.read(envelopes), "en", {"B1-policy": "Never: company policy"})).text)
    assert text.index("Never: company policy") < text.index("禁语")


def test_in_english_a_figure_and_the_time_line_have_no_chinese_of_a_rule(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes)
    one.metrics = [("agent", Metric(rule_id="C1", name="Questions", value=3, unit="times", text="封闭 → 拒绝 → 新"))]
    titles = {"C1/封闭": "closed", "C1/拒绝": "refused", "B1-policy": "Never: company policy"}
    text = page.call_page(one, "en", titles)
    assert "closed → refused → 新" in text
    assert "0:14.0 Never: company policy</title>" in text
    assert "封闭 → 拒绝 → 新" in page.call_page(one, "zh")


def test_nothing_from_a_call_becomes_markup(envelopes: list[Envelope]) -> None:
    text = page.call_page(sheet.read(envelopes, NASTY), "zh")
    assert "<script" not in text
    assert NASTY in " ".join(Reader(text).text)


def test_pages_fetch_nothing(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes)
    for text in (page.call_page(one, "zh"), page.report_page([summary.figures(one)], [], "en")):
        assert not re.search(r"https?://|url\(|@import", text)
        assert not {"script", "link", "img", "iframe"} & set(Reader(text).tags)


def test_the_demo_model_is_said_to_understand_synthetic_speech_only(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes)
    assert "合成语音" in page.call_page(one, "zh")
    assert one.started is not None
    one.started = one.started.model_copy(update={"model": "small"})
    assert "合成语音" not in page.call_page(one, "zh")


def test_the_report_links_each_call_and_lists_what_failed(envelopes: list[Envelope]) -> None:
    one = sheet.read(envelopes)
    one.page = "通话 1#.html"
    found = Reader(page.report_page([summary.figures(one)], [("bad.wav", f"is empty {NASTY}")], "en"))
    assert "calls/%E9%80%9A%E8%AF%9D%201%23.html" in found.links
    text = " ".join(found.text)
    assert "bad.wav" in text
    assert NASTY in text
    assert "早班" in text


def test_a_report_of_nothing_and_a_call_of_nothing() -> None:
    assert "<h1>" in page.report_page([], [], "zh")
    assert "<h1>" in page.call_page(CallSheet("x"), "en")


def test_the_report_says_what_lines_are_like_and_whose_fault_it_is() -> None:
    calls = [summary.figures(sheet.read(told)) for told in calls_of_a_bad_seat()]
    text = " ".join(Reader(page.report_page(calls, [], "zh")).text)
    for part in ("座席 s9 的耳麦或话机", "6 通中 6 通", "客服侧音量低", "-41"):
        assert part in text
    assert "the headset or telephone of seat s9" in " ".join(Reader(page.report_page(calls, [], "en")).text)
    good = [call for call in calls if call.call_id.startswith("good")]
    assert "没有发现线路" in " ".join(Reader(page.report_page(good, [], "zh")).text)


def test_a_call_whose_legs_were_not_recorded_apart_says_so_and_counts_for_no_line() -> None:
    one = sheet.read(call("mono", -50.0, legs="separated", separation=0.9, seat="s1"))
    assert summary.figures(one).measured == ()
    assert "同一声道" in " ".join(Reader(page.call_page(one, "zh")).text)
    assert "(90 %)" in " ".join(Reader(page.call_page(one, "zh")).text)
