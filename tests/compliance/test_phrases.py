from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.compliance.phrases import MAX_FORMS, compiled, expanded, listen
from monitor.speech.normalise import normalise


def test_brackets_are_choices() -> None:
    assert expanded("帮[您|你][一下|]") == ["帮您一下", "帮您", "帮你一下", "帮你"]


def test_slots_part_a_phrase_and_say_how_far_its_parts_may_stand() -> None:
    (phrase,) = compiled("欢迎致电{company}客户{*3}热线")
    assert [(part.chars, part.gap) for part in phrase.parts] == [("欢迎致电", 0), ("客户", 14), ("热线", 3)]


def test_slots_at_the_ends_do_not_matter() -> None:
    assert [part.chars for part in compiled("{surname}先生{*}")[0].parts] == ["先生"]


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("，。！", "nothing that can be heard"),
        ("[您", "brackets"),
        ("[您[你]]", "brackets"),
        ("{firma}您好", "unknown slot"),
        ("您好{", "unknown slot"),
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


@given(st.text(max_size=60))
def test_every_heard_character_knows_where_it_stands(text: str) -> None:
    shown = normalise(text)
    heard = listen(shown)
    assert len(heard.chars) == len(heard.origin) == len(heard.sounds) == len(heard.codes)
    assert all(0 <= at < len(shown) for at in heard.origin)
