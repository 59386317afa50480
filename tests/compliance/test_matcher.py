from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.compliance.matcher import Hit, Matcher, PhraseSet, Sound
from monitor.compliance.phrases import compiled, listen
from monitor.speech.normalise import normalise

PHRASES = ("这不关我的事", "公司就是这么规定的", "您好", "不行", "欢迎致电{company}热线", "请您换一部电话打来")


def find(text: str, *phrases: str, sound: Sound = "near", similarity: int = 80) -> list[Hit]:
    forms = tuple(form for phrase in phrases or PHRASES for form in compiled(phrase))
    return Matcher([PhraseSet(0, forms, sound, similarity)]).find(listen(normalise(text)))


@pytest.mark.parametrize(
    ("text", "certainty"),
    [
        ("这不关我的事", "certain"),
        ("唉，這不關我的事嘛！", "certain"),
        ("这不管我的事", "certain"),  # the same sound
        ("嗯这个，这不关，呃，我的事", "certain"),
        ("公司就是这么归定的", "certain"),
        ("公司就四这么规定的", "probable"),  # a like sound
        ("公司就是那么规定的", "probable"),  # one edit
    ],
)
def test_a_phrase_survives_the_recogniser(text: str, certainty: str) -> None:
    assert [hit.certainty for hit in find(text, "这不关我的事", "公司就是这么规定的")] == [certainty]


@pytest.mark.parametrize("text", ["这关我的事吗", "我的事我来办", "今天天气很好", "", "。。。", "公司规定了什么"])
def test_what_is_something_else_is_not_found(text: str) -> None:
    assert find(text, "这不关我的事", "公司就是这么规定的") == []


def test_an_edit_may_not_take_or_add_a_denial() -> None:
    assert find("我绝对说过这种话", "我绝对没说过这种话") == []
    assert find("我们绝对没说过这种话", "我绝对说过这种话") == []


@pytest.mark.parametrize(
    ("text", "sound", "count"),
    [("步行", "near", 1), ("步行", "same", 1), ("步行", "chars", 0), ("不行", "chars", 1), ("布信", "near", 0)],
)
def test_short_phrases_are_found_by_equal_sound_at_any_length_and_never_by_edits(
    text: str, sound: Sound, count: int
) -> None:
    assert len(find(text, "不行", sound=sound)) == count


def test_likeness_counts_from_four_syllables_on_and_edits_from_five() -> None:
    assert find("四不四", "是不是") == []
    assert len(find("四不四呢么", "是不是那么")) == 1
    assert find("没关我事", "不关我事") == []
    assert find("这不关您事", "这不关我事")[0].certainty == "probable"


def test_a_stricter_rule_tolerates_less() -> None:
    assert find("公司就是那么规定的", "公司就是这么规定的", similarity=95) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [("欢迎致电星云宽带客户服务热线", True), ("欢迎致电热线", True), ("欢迎致电" + "很" * 20 + "热线", False)],
)
def test_a_slot_stands_for_anything_short(text: str, found: bool) -> None:
    assert bool(find(text, "欢迎致电{company}热线")) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("那我真的要挂了", True), ("那我不会挂的", False), ("您说我要挂了", False), ("我要挂失", False),
        ("我先挂断，我一定要挂失", True),
    ],
)  # fmt: skip
def test_a_gap_may_exclude_words_between_before_and_after(text: str, found: bool) -> None:
    assert bool(find(text, "{*2!您说}我{*4!不|没}[挂|挂断]{*2!失}")) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("我们没有编故事", True), ("周边的故事", False), ("我和周边的人", False), ("我确实是没有办法处理", True),
        ("我确实是没有办发处理", True),
    ],
)  # fmt: skip
def test_of_several_short_parts_sounds_count_only_where_all_of_them_are_long_enough(text: str, found: bool) -> None:
    phrases = ("我{*4}编{*2}故事", "我{*3}编的", "我{*4}没有{*2}办法{*2}处理")
    assert bool(find(text, *phrases)) is found


def test_another_place_is_tried_where_the_first_leads_nowhere() -> None:
    assert [hit.end for hit in find("我们没有我们的办法", "我们{*1}[没|没有]{*3}办法")] == [9]
    assert find("我和我自己没说过", "我{*3}没{*1}说过")[0].start == 2


def test_many_places_cost_no_more_than_they_are() -> None:
    text = "我不说" * 40
    assert len(find(text, "我{*8}[不|我]{*8}[说|不]{*8}[我|说]{*8}[不|说]{*8}说")) >= 1


def test_a_number_in_either_form() -> None:
    assert find("一共120元", "一共一百二十元")[0].certainty == "certain"


def test_of_overlapping_hits_the_best_is_kept() -> None:
    assert [hit.phrase for hit in find("您好您好", "您好", "您好您好")] == ["您好您好"]


def test_nothing_to_look_for() -> None:
    assert Matcher([]).find(listen("您好")) == []


@given(st.text(alphabet="公司就是这么规定的不关我事您好换一部电话啊", max_size=40))
def test_hits_lie_in_the_text_and_are_the_phrase_when_certain_by_characters(text: str) -> None:
    heard = listen(text)
    for hit in find(text):
        assert 0 <= hit.start < hit.end <= len(heard.chars)
        if hit.score == 100 and "{" not in hit.phrase:
            assert heard.chars[hit.start : hit.end] == listen(hit.phrase).chars


@given(
    st.sampled_from(PHRASES[:2]),
    st.text(alphabet="好吧那请问星云宽带", max_size=12),
    st.text(alphabet="好吧请问", max_size=12),
)
def test_a_phrase_is_found_whatever_stands_around_it(phrase: str, before: str, after: str) -> None:
    assert any(hit.phrase == phrase and hit.certainty == "certain" for hit in find(before + phrase + after))
