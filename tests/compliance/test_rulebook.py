from __future__ import annotations

import tomllib

import pytest

from monitor.compliance import KINDS
from monitor.compliance.phrases import listen
from monitor.compliance.rulebook import Rulebook, kind_of, read
from monitor.core.types import CallInfo
from monitor.errors import RuleError
from tests.playbook import RULES, book, packs

RULE = """[[rule]]
id = "x"
kind = "forbidden"
title = "X"
clause = { document = "000", passage = "x" }
words = { phrases = ["不关我的事"] }
"""


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("[[rule]\n", 1, ["expected"]),
        ("pack = 3\n", 1, ["text in quotes"]),
        ("rules = []\n", 1, ['unknown key "rules"', '"rule"']),
        (RULE.replace('kind = "forbidden"\n', ""), 1, ['rule "x"', '"kind" is missing']),
        (RULE.replace("forbidden", "forbiden"), 1, ["unknown kind", '"forbidden"']),
        (RULE.replace('title = "X"\n', ""), 1, ['rule "x"', '"title" is missing']),
        (RULE + "severty = 'major'\n", 6, ['unknown key "severty"', '"severity"']),
        (RULE + "severity = 'bad'\n", 7, ["'info', 'minor', 'major' or 'critical'"]),
        (RULE + "points = '5'\n", 7, ["a number"]),
        (RULE + "similarity = 20\n", 7, ["60"]),
        (RULE.replace('["不关我的事"]', '["，"]'), 6, ["nothing that can be heard"]),
        (RULE.replace('["不关我的事"]', '["[不关"]'), 6, ["brackets"]),
        (RULE.replace('phrases = ["不关我的事"]', 'regex = ["(a+)+"]'), 6, ["for ever"]),
        (RULE.replace('phrases = ["不关我的事"]', 'all_of = [["a"]], need = 2'), 6, ["need is 2"]),
        (RULE.replace('id = "x"', 'id = "x y"'), 2, ["pattern"]),
        (RULE + "\n" + RULE, 9, ["used twice", "pack.toml:1"]),
        (RULE.replace("forbidden", "required") + "within_s = 5\n", 7, ['"within_ms" (milliseconds)']),
        (RULE.replace("forbidden", "required") + "within_ms = 5.5\n", 7, ["whole number (milliseconds)"]),
        (RULE.replace("forbidden", "required") + "within_ms = 500\nbefore_end_ms = 500\n", 1, ["two windows"]),
        (RULE.replace('["不关我的事"]', '["😀"]'), 6, ["nothing that can be heard"]),
        (RULE.replace('["不关我的事"]', "[]"), 6, ['rule "x": "words": holds no phrases; write at least one']),
        (RULE.replace("forbidden", "required") + "need = 2\n", 7, ['rule "x"', 'unknown key "need"']),
        (RULE.replace('phrases = ["不关我的事"]', 'regex = ["，"]'), 6, ['rule "x"', "can never match"]),
        (RULE.replace('phrases = ["不关我的事"]', 'regex = ["(a?){30}a{30}"]'), 6, ['rule "x"', "for ever"]),
        (RULE.replace('phrases = ["不关我的事"]', 'none_of = ["好"]'), 6, ['rule "x"', "no phrases to hit"]),
        (RULE + "range = { first_s = 5 }\n", 7, ['rule "x"', '"first_ms" (milliseconds)']),
        (RULE + "range = { from_ms = 5000, first_ms = 4000 }\n", 7, ['rule "x"', "no word stands there"]),
        (RULE + "scope = { team = ['a'] }\n", 7, ['rule "x"', '"teams"']),
        ("x = " + "[" * 5000 + "]" * 5000 + "\n", 1, ["too deep"]),
        (RULE.replace("forbidden", "combination"), 1, ['"when" is missing']),
    ],
)
def test_a_mistake_names_file_line_rule_and_the_way_out(text: str, line: int, said: list[str]) -> None:
    with pytest.raises(RuleError) as caught:
        Rulebook.parse([("pack.toml", text)])
    message = str(caught.value)
    found = int(message.split(":")[1].split(" ")[0])
    assert abs(found - line) <= 1, message
    assert all(word in message for word in said), message


def test_every_mistake_is_listed_and_the_good_rules_are_kept() -> None:
    text = (
        RULE
        + "\n"
        + RULE.replace('"x"', '"y"').replace("forbidden", "no")
        + "\n"
        + RULE.replace('id = "x"', 'id = "z"')
    )
    rules, errors, where = read([("pack.toml", text), ("other.toml", "a = [")], {})
    assert [rule.id for rule in rules] == ["x", "z"]
    assert [error.where.split(":")[0] for error in errors] == ["pack.toml", "other.toml"]
    assert where["z"].startswith("pack.toml:")


def test_mixed_scripts_and_emoji_are_words_like_others() -> None:
    rules = book('kind = "forbidden"\nwords = { phrases = ["OK啦 bye😀", "說話呀ＡＢＣ"] }')
    assert len(rules.rules) == 1


def test_an_id_used_in_two_files_names_both_places() -> None:
    with pytest.raises(RuleError, match=r'^b\.toml:1: rule id "x" is used twice; found the first at a\.toml:1'):
        Rulebook.parse([("a.toml", RULE), ("b.toml", RULE)])


def test_a_pack_of_ten_megabytes_is_read() -> None:
    phrase = "这是一个很长的句子没有别的意思"
    many = ", ".join(f'"{phrase}{number}"' for number in range(20_000))
    text = "#" + "x" * 9_000_000 + "\n" + RULE.replace('["不关我的事"]', f"[{many}]")
    assert len(Rulebook.parse([("big.toml", text)]).rules) == 1


def test_a_pack_that_is_too_long_is_refused() -> None:
    with pytest.raises(RuleError, match="longer than"):
        Rulebook.parse([("big.toml", "#" * (16 * 2**20 + 1))])


def test_a_preset_replaces_keys_and_steps_by_their_id() -> None:
    waits = {
        name: [step.wait_ms for step in packs(presets={"A4.silent-call": name}).rule("A4.silent-call").steps]  # type: ignore[attr-defined]
        for name in ("5/5/5", "3/2", "3/3")
    }
    assert waits == {"5/5/5": [0, 5000, 5000, 5000], "3/2": [0, 3000, 3000, 2000], "3/3": [0, 3000, 3000, 3000]}


def test_a_preset_that_is_not_there_is_named() -> None:
    with pytest.raises(RuleError, match=r'no preset "9/9".*"5/5/5"'):
        packs(presets={"A4.silent-call": "9/9"})
    with pytest.raises(RuleError, match=r'no rule "A4.silent".*"A4.silent-call"'):
        packs(presets={"A4.silent": "3/2"})


def test_the_version_follows_texts_and_choices() -> None:
    assert packs().version == packs().version
    assert packs().version != packs(presets={"A4.silent-call": "3/2"}).version
    assert packs("talk").version != packs("line").version


def test_every_kind_is_there_and_used_by_the_packs_or_the_docs() -> None:
    for kind in KINDS:
        assert kind_of(kind).model_fields["kind"].annotation.__args__ == (kind,)  # type: ignore[union-attr]
    used = {rule.kind for rule in packs().rules}
    assert used >= set(KINDS) - {"combination"}


def test_the_shipped_packs_are_toml_with_names_in_both_languages() -> None:
    for path in RULES.glob("*.toml"):
        data = tomllib.loads(path.read_text("utf-8"))
        assert data["pack"] == path.stem
        assert data["title"]
        assert data["title_en"]


def test_rules_of_a_call_are_found_once_for_each_scope() -> None:
    rules = book('kind = "forbidden"\nscope = { teams = ["a"] }\nwords = { phrases = ["不行"] }')
    one, other = (CallInfo(call_id=str(number), source="x", team="a") for number in range(2))
    assert rules.rules_for(one) is rules.rules_for(other)
    assert rules.rules_for(CallInfo(call_id="3", source="x")).all == ()


def test_a_book_knows_which_words_an_alert_would_quote() -> None:
    book = packs()
    everything = frozenset(rule.id for rule in book.rules)
    assert book.quotes("agent", listen("这不关我的事"), everything)
    assert not book.quotes("agent", listen("您好,请问有什么可以帮助您"), everything)
    assert not book.quotes("agent", listen("这不关我的事"), frozenset())
    assert not book.quotes("agent", listen(""), everything)
    names: dict[str, set[str]] = {rule.kind: set() for rule in book.rules}
    for rule in book.rules:
        names[rule.kind] |= {listening.key[0] for listening in rule.listening()}
    for rule in book.rules:  # by kind: some rules leave out wording that others of their kind have
        assert rule.quoted <= names[rule.kind], rule.id


LINE = """[[rule]]
id = "D3.noise"
kind = "condition"
title = "杂音"
clause = { document = "002", passage = "x" }
severity = "minor"
line = { condition = "noise", channel = "customer" }
after_ms = 3000
"""


def test_a_rule_has_its_own_limits_for_a_group_of_lines() -> None:
    text = LINE + '[rule.groups.mobile]\nafter_ms = 9000\nseverity = "info"\nline = { levels = ["alarm"] }\n'
    book = Rulebook.parse([("line.toml", text)], groups=["mobile", "desk"])

    def rule(group: str | None) -> dict[str, object]:
        (found,) = book.rules_for(CallInfo("c", "files", group=group)).all
        return found.model_dump(include={"after_ms", "severity", "line"})

    assert rule(None) == rule("desk") == {
        "after_ms": 3000, "severity": "minor",
        "line": {"condition": "noise", "channel": "customer", "levels": (), "kinds": (), "causes": ()},
    }  # fmt: skip
    assert (rule("mobile")["after_ms"], rule("mobile")["severity"]) == (9000, "info")
    assert rule("mobile")["line"] == {
        "condition": "noise", "channel": "customer", "levels": ("alarm",), "kinds": (), "causes": ()
    }  # fmt: skip


def test_a_rule_is_for_a_group_a_trunk_or_lines_by_pattern() -> None:
    text = LINE + 'scope = { groups = ["mobile"], lines = ["gsm-*"], trunks = ["gw?"] }\n'
    book = Rulebook.parse([("line.toml", text)], groups=["mobile"])

    def holds(**info: str | None) -> bool:
        return bool(book.rules_for(CallInfo("c", "files", **info)).all)  # type: ignore[arg-type]

    assert holds(group="mobile", line="gsm-7", trunk="gw1")
    assert not holds(group=None, line="gsm-7", trunk="gw1")
    assert not holds(group="mobile", line="sip-7", trunk="gw1")
    assert not holds(group="mobile", line="gsm-7", trunk=None)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("[rule.groups.mobil]\nafter_ms = 1\n", ["no line group", "mobile"]),
        ('[rule.scope]\ngroups = ["pots"]\n', ["no line group", "[signal.groups.pots]"]),
        ("[rule.groups.mobile]\nafter = 1\n", ["group mobile", 'unknown key "after"', "after_ms"]),
        ('[rule.groups.mobile]\nid = "y"\n', ["group mobile", "cannot differ"]),
        ("[rule.groups]\nmobile = 3\n", ["a table for each group"]),
    ],
)
def test_a_mistake_about_groups_names_the_rule_and_the_way_out(more: str, said: list[str]) -> None:
    with pytest.raises(RuleError) as caught:
        Rulebook.parse([("line.toml", LINE + more)], groups=["mobile"])
    assert all(part in str(caught.value) for part in ["D3.noise", *said]), caught.value


def test_a_group_cannot_change_the_words() -> None:
    text = RULE + '[rule.groups.mobile]\nwords = { phrases = ["别的"] }\n'
    with pytest.raises(RuleError, match="words cannot differ"):
        Rulebook.parse([("pack.toml", text)])
