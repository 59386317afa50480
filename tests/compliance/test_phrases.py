from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.compliance.phrases import MAX_FORMS, Gap, Phrase, compiled, expanded, listen, readable
from monitor.speech.normalise import normalise


def test_brackets_are_choices() -> None:
    assert expanded("帮[您|你][一下|]") == ["帮您一下", "帮您", "帮你一下", "帮你"]


def shape(phrase: Phrase) -> list[tuple[list[str], int]]:
    return [([way.chars for way in segment.ways], segment.gap.most) for segment in phrase.segments]


def test_slots_part_a_phrase_and_say_how_far_its_parts_may_stand() -> None:
    (phrase,) = compiled("欢迎致电{company}客户{*3}热线")
    assert shape(phrase) == [(["欢迎致电"], 0), (["客户"], 14), (["热线"], 3)]


def test_slots_at_the_ends_do_not_matter() -> None:
    assert shape(compiled("{surname}先生{*}")[0]) == [(["先生"], 0)]


def test_the_ways_of_segments_are_not_multiplied() -> None:
    (phrase,) = compiled("[一|二|三|四]{*2}[五|六|七|八]{*2}[九|十|百|千]")
    assert [len(segment.ways) for segment in phrase.segments] == [4, 4, 4]


def test_a_segment_that_may_be_left_out_adds_up_the_gaps_around_it() -> None:
    left_out, said = sorted(compiled("我{*2}[真的|]{*3}没说"), key=lambda phrase: len(phrase.segments))
    assert shape(left_out) == [(["我"], 0), (["没说"], 5)]
    assert shape(said) == [(["我"], 0), (["真的"], 2), (["没说"], 3)]


def test_a_choice_may_hold_gaps() -> None:
    assert [shape(phrase) for phrase in compiled("带来[不便|{*4}麻烦]")] == [
        [(["带来不便"], 0)], [(["带来"], 0), (["麻烦"], 4)],
    ]  # fmt: skip


def test_a_gap_says_what_it_must_not_hold_even_at_an_end() -> None:
    (phrase,) = compiled("{*3!不|没}我{*4!您}挂{*2!失}")
    assert (phrase.before, phrase.after) == (Gap(3, ("不", "没")), Gap(2, ("失",)))
    assert phrase.segments[1].gap == Gap(4, ("您",))


def test_a_phrase_is_shown_by_its_first_choices() -> None:
    assert readable("[请|麻烦]您{*4!不}[讲|说]{company}好") == "请您讲…好"


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("，。！", "nothing that can be heard"),
        ("[您", "brackets"),
        ("[您[你]]", "brackets"),
        ("{firma}您好", "unknown slot"),
        ("您好{", "unknown slot"),
        ("{*4!", "unknown slot"),
        ("[a|]{*1}" * 7, "ways to leave something out"),
        ("[a|b|c|d]" * 6, f"more than {MAX_FORMS} forms"),
        ("好" * 81, "longer than"),
        ("😀", "nothing that can be heard"),
    ],
)
def test_a_phrase_that_cannot_be_meant_is_refused(phrase: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        compiled(phrase)


def test_hesitations_points_and_script_do_not_matter() -> None:
    heard = listen(normalise("餵,嗯,說話呀!"))
    assert heard.chars == listen("喂说话").chars
    assert heard.quote(0, len(heard.chars)) == "喂，嗯，说话"


def test_what_for_is_read_in_either_form() -> None:
    assert listen("您干嘛呀").chars == listen("您干什么").chars
    assert listen("干净嘛").chars == "干净"


@given(st.text(max_size=60))
def test_every_heard_character_knows_where_it_stands(text: str) -> None:
    shown = normalise(text)
    heard = listen(shown)
    assert len(heard.chars) == len(heard.origin) == len(heard.sounds) == len(heard.codes)
    assert all(0 <= at < len(shown) for at in heard.origin)
