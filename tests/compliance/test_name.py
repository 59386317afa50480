# ruff: noqa: E501 -- a story is one string
from __future__ import annotations

import pytest

from monitor.compliance.name import captured
from monitor.compliance.phrases import listen
from monitor.speech.normalise import normalise
from tests.playbook import book, fired, play, prompts, score

RULE = 'kind = "name"\nafter_turns = 1\nprompt = "请称呼{surname}先生"'


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("你好，我姓王", "王"), ("免贵姓李", "李"), ("我姓欧阳", "欧阳"), ("我叫张伟", "张"), ("我的名字叫陈小红", "陈"), ("姓刘", "刘"),
        ("我姓章", "章"), ("您贵姓", None), ("姓名", None), ("我的姓名是什么", None), ("我叫不出来", None), ("我性子急", None),
        ("我姓什么你知道吗", None), ("这个性能不好", None),
    ],
)  # fmt: skip
def test_the_customer_says_a_surname(text: str, name: str | None) -> None:
    assert captured(listen(normalise(text)).chars, by_customer=True) == name


@pytest.mark.parametrize(
    ("text", "name"), [("您姓周是吗", "周"), ("请问是吴女士吗", "吴"), ("我姓李很高兴为您服务", None), ("您贵姓", None)]
)
def test_the_agent_checks_it_and_his_own_name_is_none(text: str, name: str | None) -> None:
    assert captured(listen(normalise(text)).chars, by_customer=False) == name


TALK = "1-2 agent: 您好\n3-4 customer: 我姓王\n"


def test_used_or_not() -> None:
    assert fired(play(book(RULE), TALK + "5-6 agent: 王先生您好\n7-8 customer: 嗯\n9 end")) == []
    assert fired(play(book(RULE), TALK + "5-6 agent: 好的\n7-8 customer: 嗯\n9 end")) == ["r0"]
    assert fired(play(book(RULE), TALK + "5-6 agent: 黄先生您好\n7-8 customer: 嗯\n9 end")) == ["r0"]


def test_a_homophone_is_the_same_name() -> None:
    assert fired(play(book(RULE), "3-4 customer: 我姓张\n5-6 agent: 章女士您好\n9 end")) == []


def test_the_agents_page_shows_how_to_address_the_customer() -> None:
    shown = prompts(play(book(RULE), TALK + "5-6 agent: 王先生您好\n7-8 customer: 嗯\n9 end"))
    assert [(at, text) for at, text, _ in shown] == [(4000, "请称呼王先生"), (6000, "")]


def test_known_from_the_platform() -> None:
    assert fired(play(book(RULE), "1-2 agent: 您好\n3-4 customer: 嗯\n9 end", customer_surname="赵")) == ["r0"]
    assert fired(play(book(RULE), "surname 赵\n1-2 agent: 赵小姐您好\n3-4 customer: 嗯\n9 end")) == []


def test_not_heard_is_not_judged_and_no_name_no_rule() -> None:
    assert score(play(book("points = -1\n" + RULE), TALK + "5-7 agent (lost): …\n9 end")).not_judged == ("r0",)
    assert fired(play(book(RULE), "1-2 agent: 您好\n3-4 customer: 嗯\n9 end")) == []
