"""The two classes of invented text: the one nobody says, the one people do."""

from __future__ import annotations

import pytest

from monitor.asr.invented import CREDITS, FAREWELLS
from monitor.speech.normalise import fold, normalise


def folded(text: str) -> str:
    return fold(normalise(text)).text


@pytest.mark.parametrize(
    "text",
    [
        "您好，请问有什么可以帮助您",
        "我想订阅一个套餐",
        "字幕怎么打开",
        "请您关注我们的公众号",
        "我姓李，李宗盛的李",
        "这首歌的作词是谁",
        "明镜高悬",
        "请稍等，我帮您转发给同事",
    ],
)
def test_what_callers_say_of_such_things_is_no_credit(text):
    assert CREDITS.fullmatch(folded(text)) is None
    assert sum(len(match[0]) for match in CREDITS.finditer(folded(text))) < 0.5 * len(folded(text))


@pytest.mark.parametrize(
    "text", ["谢谢大家观看", "感谢您的来电，再见", "下期再见", "Thank you very much!", "嗯嗯", "好，好"]
)
def test_farewells_and_fillers_are_known_whole(text):
    assert FAREWELLS.fullmatch(folded(text))


@pytest.mark.parametrize("text", ["谢谢您的耐心等待", "再见到您很高兴", "好的请稍等", "youth", "不对"])
def test_sentences_that_only_begin_like_one_are_none(text):
    assert FAREWELLS.fullmatch(folded(text)) is None
