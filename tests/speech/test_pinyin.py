from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.speech.pinyin import alike, syllables


def test_one_toneless_syllable_for_each_character() -> None:
    assert syllables("您好,再见") == ("nin", "hao", ",", "zai", "jian")
    assert syllables("绿色5号vip") == ("lv", "se", "wu", "hao", "v", "i", "p")


@given(st.text(max_size=40))
def test_as_many_syllables_as_characters(text: str) -> None:
    assert len(syllables(text)) == len(text)


def test_a_character_sounds_the_same_wherever_it_stands() -> None:
    assert syllables("银行不行")[1] == syllables("不行")[1]


@pytest.mark.parametrize(
    ("heard", "meant"),
    [("nan", "lan"), ("zhi", "zi"), ("chang", "can"), ("sheng", "sen"), ("xing", "xin"), ("huang", "huan")],
)
def test_sounds_often_confused_share_a_name(heard: str, meant: str) -> None:
    assert alike(heard) == alike(meant)


def test_f_and_h_are_one_only_on_request() -> None:
    assert alike("fei") != alike("hui")
    assert alike("fan", fh=True) == alike("huan", fh=True)
    assert alike("fu", fh=True) == alike("hu", fh=True)


def test_letters_and_short_sounds_stay_as_they_are() -> None:
    assert alike("n") == "n"
    assert alike("a") == "a"
    assert alike("😀") == "😀"
