"""Named sets of words: spelt out where they stand, from the pack itself first; mistakes name the set."""

from __future__ import annotations

import pytest

from monitor.compliance.phrases import listen
from monitor.compliance.rulebook import Rulebook, read
from monitor.compliance.wordsets import filled, resolved
from monitor.errors import RuleError
from tests.playbook import CLAUSE


def pack(sets: str, *phrases: str, rule_id: str = "r") -> str:
    quoted = ", ".join(f'"{one}"' for one in phrases)
    rule = f'[[rule]]\nid = "{rule_id}"\ntitle = "x <y>"\nkind = "forbidden"\n{CLAUSE}\n'
    rule += f"words = {{ phrases = [{quoted}] }}"
    return f"[sets]\n{sets}\n{rule if phrases else ''}"


def test_a_set_is_spelt_out_and_may_be_made_of_others() -> None:
    sets = resolved({"电话": ("电话", "机"), "挂断": ("挂[断|了]", "挂<电话>", "收线")}, {})
    assert sets["挂断"] == ("挂断", "挂了", "挂电话", "挂机", "收线")
    assert filled("我{*3}<电话>[<挂断>|再见]{*2!<电话>|好}", sets) == (
        "我{*3}[电话|机][挂断|挂了|挂电话|挂机|收线|再见]{*2!电话|机|好}"
    )


def test_only_phrases_are_filled() -> None:
    rule = {"title": "<x>", "words": {"phrases": ["<x>"], "regex": ["<x>"]}, "steps": [{"unless": ["<x>好"]}]}
    assert filled(rule, {"x": ("a", "b")}) == {
        "title": "<x>", "words": {"phrases": ["[a|b]"], "regex": ["<x>"]}, "steps": [{"unless": ["[a|b]好"]}],
    }  # fmt: skip


def test_a_rule_hears_every_word_of_a_set_and_homophones_of_it() -> None:
    book = Rulebook.parse([("a.toml", pack('"挂断" = ["挂[断|电话]", "结束通话"]', "我{*2!不}<挂断>"))])
    for text, found in (("我要挂电话", 1), ("我要结束通话", 1), ("我要结束同话", 1), ("我不挂断", 0)):
        assert len(book.find("agent", listen(text))) == found, text


def test_a_packs_own_set_is_meant_before_another_packs() -> None:
    one = pack('"a" = ["一二"]\n"b" = ["<c>三"]', "<a>")
    other = pack('"a" = ["七八"]\n"c" = ["五六"]', "<a>", "<b>", rule_id="s")
    book = Rulebook.parse([("one.toml", one), ("other.toml", other)])
    for text, rules in (("一二", ["r"]), ("七八", ["s"]), ("五六三", ["s"])):
        assert [book.owner(hit.owner)[0] for hit in book.find("agent", listen(text))] == rules


@pytest.mark.parametrize(
    ("sets", "phrase", "where", "why"),
    [
        ('"挂断" = ["挂"]', "<挂段>", 'a.toml:3: rule "r"', "did you mean <挂断>"),
        ("", "<挂断>", 'a.toml:3: rule "r"', "there is no set <挂断>"),
        ('"a" = ["<b>"]\n"b" = ["<a>"]', "好", "a.toml:1: [sets]", "made of itself"),
        ('"a" = ["挂{*2}断"]', "好", "a.toml:1: [sets]", "gap"),
        ('"a" = [""]', "好", "a.toml:1: [sets]", "holds no words"),
        ('"a|b" = ["x"]', "好", "a.toml:1: [sets]", "cannot name a set"),
        ('"a" = ["[x"]', "好", "a.toml:1: [sets]", "brackets"),
        ('"a" = "x"', "好", "a.toml:2", "sets.a"),
    ],
)
def test_a_mistake_in_a_set_names_it(sets: str, phrase: str, where: str, why: str) -> None:
    with pytest.raises(RuleError) as caught:
        Rulebook.parse([("a.toml", pack(sets, phrase))])
    assert caught.value.where.startswith(where)
    assert why in str(caught.value)


def test_a_broken_set_leaves_other_packs_alone() -> None:
    rules, errors, _ = read([("a.toml", pack('"a" = ["{*}"]')), ("b.toml", pack('"b" = ["好"]', "<b>"))], {})
    assert [rule.id for rule in rules] == ["r"]
    assert len(errors) == 1
