from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.speech.normalise import Folded, digits, fold, normalise

MARKS = "说話呀喂一二兩十百千万亿零〇0159aZÀ，,。 .!?\u200b\ufeff😀ｱﾞ①½臺后乾"
MIXED = st.text(st.sampled_from(MARKS), max_size=30) | st.text(max_size=30)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("喂,說話呀!再不說話我就掛了啊!", "喂，说话呀！再不说话我就挂了啊！"),
        ("您好 , 歡迎 致電", "您好，欢迎致电"),
        ("１２３ＡＢＣ", "123ABC"),
        ("hello,  world", "hello, world"),
        ("您\u200b好\ufeff", "您好"),
        ("", ""),
        ("   ", ""),
    ],
)
def test_one_script_and_one_form(written: str, shown: str) -> None:
    assert normalise(written) == shown


@given(MIXED)
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(MIXED)
def test_folding_maps_back_into_the_text(text: str) -> None:
    shown = normalise(text)
    folded = fold(shown)
    assert len(folded.text) == len(folded.origin)
    assert list(folded.origin) == sorted(folded.origin)
    assert all(0 <= at < len(shown) for at in folded.origin)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("一百二", "120"),
        ("一百零二", "102"),
        ("两千零五", "2005"),
        ("三万五", "35000"),
        ("十分钟", "10分钟"),
        ("二十四小时", "24小时"),
        ("幺三八零零", "13800"),
        ("3千", "3000"),
        ("一亿两千万", "120000000"),
        ("稍停五秒，挂机。", "稍停5秒挂机"),
        ("VIP 客户", "vip客户"),
        ("一分钱一分货", "1分钱,1分货"),
    ],
)
def test_a_number_is_equal_in_either_form(one: str, other: str) -> None:
    assert fold(normalise(one)).text == fold(normalise(other)).text


def test_ten_is_a_number_only_where_it_counts() -> None:
    assert fold("十分抱歉").text == "十分抱歉"
    assert fold("千万不要").text == "千万不要"


def test_what_is_no_number_is_read_figure_by_figure() -> None:
    assert digits("三四十") == "34十"


def test_a_quote_is_found_again_in_the_shown_text() -> None:
    shown = normalise("您好，一百二十块，对吗？")
    folded = fold(shown)
    start = folded.text.index("120")
    assert shown[slice(*folded.span(start, start + 3))] == "一百二十"
    assert Folded("", ()).span(0, 0) == (0, 0)
