from __future__ import annotations

from tests.playbook import alerts, book, fired, play

RULE = 'kind = "repeat"\ntimes = 3\nlook_back = 4\nmin_chars = 5\n'
ASK = "请您报一下手机号码"


def test_the_third_time_is_one_too_many_in_any_spelling() -> None:
    events = play(book(RULE), f"{ASK}\n好的没关系慢慢找\n请您包一下手机号码\n请您报一下手机号吗")
    assert [one[3] for one in alerts(events)] == ["repeated"]


def test_other_things_and_long_ago_do_not_count() -> None:
    assert fired(play(book(RULE), f"{ASK}\n{ASK}\n您的话费是五十元")) == []
    between = "\n".join(f"第{number}件事情是这样的{number * 7}" for number in ("甲", "乙", "丙", "丁"))
    assert fired(play(book(RULE), f"{ASK}\n{ASK}\n{between}\n{ASK}")) == []


def test_only_some_words_or_all_but_some() -> None:
    assert fired(play(book(RULE + 'words = { phrases = ["身份证"] }'), f"{ASK}\n{ASK}\n{ASK}")) == []
    assert fired(play(book(RULE + 'unless = { phrases = ["手机号码"] }'), f"{ASK}\n{ASK}\n{ASK}")) == []
