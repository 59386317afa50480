"""The shipped rules: their examples, everyday variants, homophone noise, and turns that are in order."""

from __future__ import annotations

import csv
import itertools
import os
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.homophones import common_characters, misheard
from monitor.compliance.check import check
from monitor.compliance.metric import Metric_
from monitor.compliance.phrases import listen
from monitor.compliance.rule import Wording
from monitor.compliance.trial import read_tsv, try_text
from monitor.core.types import Channel
from monitor.speech.normalise import normalise
from tests.compliance import variants
from tests.playbook import fired, packs, play, score

BOOK = packs()
HERE = Path(__file__).parent
DATA = Path(os.environ.get("LINEWATCH_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
ROWS = (
    *(f"A{number}" for number in range(1, 13)), *(f"B{number}" for number in range(1, 12)),
    *(f"C{number}" for number in range(1, 6)), *(f"D{number}" for number in range(1, 5)),
)  # fmt: skip
# whole sentences of the standard: rule, the rule's name for the wording, sentence
SENTENCES: tuple[tuple[str, str, str], ...] = (
    ("A1.greeting", "words", "您好,欢迎致电星云客户服务热线,客服代表一零八很高兴为您服务,请问有什么可以帮助您!"),
    ("A2.customer-greets", "words", "您好,请问有什么可以帮助您?"),
    ("A1.hey-speak", "words", "喂,说话呀!"),
    ("A2.hey-say", "words", "喂,说吧!"),
    ("A4.silent-call", "step0", "您好!请问有什么可以帮助您?"),
    ("A4.silent-call", "step1", "您好!请问有什么可以帮助您?"),
    ("A4.silent-call", "step2", "对不起,您的电话没有声音,请您换一部电话再次打来,好吗?再见!"),
    ("A4.threat", "words", "喂,说话呀!再不说话我就挂了啊!"),
    ("A5.speakerphone", "words", "对不起,您的声音太小,请您拿起话筒说话好吗?"),
    ("A5.louder", "words", "喂,大声一点儿!"),
    ("A6.low-volume", "step0", "对不起!请您大声一点,好吗?"),
    ("A6.low-volume", "step1", "对不起!您的电话声音太小,请您换一部电话打来,好吗?"),
    ("A7.noise", "step0", "对不起,您的电话杂音太大,听不清,请您换一部电话再次打来好吗?再见!"),
    ("A8.asks-mandarin", "words", "对不起,请您讲普通话,好吗?谢谢!"),
    ("A8.asks-mandarin", "words", "对不起,请您找一个可以讲普通话的人来,好吗?谢谢!"),
    ("A10.agent-too-quiet", "words", "对不起,请问有什么可以帮助您?"),
    ("B1.no-big-deal", "words", "这不是什么大问题"),
    ("B1.you-get-what-you-pay", "words", "你要知道一分钱一分货"),
    ("B1.impossible", "words", "绝对不可能有这种事情发生"),
    ("B1.not-my-business", "words", "这不关我的事"),
    ("B1.never-said", "words", "我绝对没说过这种话"),
    ("B1.no-idea", "words", "我也不知道该怎么办"),
    ("B1.company-rule", "words", "公司就是这么规定的"),
    ("B1.cannot-read", "words", "你自己不认识说明书上的字吗"),
    ("B4.no-way", "words", "没有办法"),
)
# what the standard names beside whole sentences: a customer's words that a rule hangs on, courtesies, words to count
WORDS: tuple[tuple[str, str, str], ...] = (
    *(("A2.customer-greets", "anchor", text) for text in ("小姐,您好", "先生,您好")),
    *(("A10.agent-too-quiet", "anchor", text) for text in ("声音小", "听不清楚")),
    *(("C3.vague-words", "words", text) for text in ("大概", "可能", "应该吧")),
    ("C4.hello", "words", "你好"),
    ("C4.fine", "words", "好的"),
    ("C4.would-you", "words", "好吗"),
    ("C4.please", "words", "请"),
    ("C4.thanks", "words", "谢谢"),
    ("C4.sorry", "words", "对不起"),
    *(("C4.courtesies", "words", text) for text in ("你好", "好的", "好吗", "请", "谢谢", "对不起")),
    ("D1.dead-air", "excuse", "请稍等"),
)


def wording(rule_id: str, key: str) -> Wording:
    rule = BOOK.rule(rule_id)
    if key.startswith("step"):
        found: Wording = rule.steps[int(key[4:])].words  # type: ignore[attr-defined]
        return found
    if key in ("anchor", "excuse"):
        part: Wording = (rule.after if key == "anchor" else rule.excuse).words  # type: ignore[attr-defined]
        return part
    whole: Wording = rule.words  # type: ignore[attr-defined]
    return whole


def is_found(rule_id: str, key: str, text: str, channel: Channel = "agent") -> bool:
    owners = [BOOK.owner(hit.owner) for hit in BOOK.find(channel, listen(normalise(text)))]
    return wording(rule_id, key).satisfied({name[1] for rule, name in owners if rule == rule_id and name[0] == key})


def test_every_example_does_what_it_says() -> None:
    assert [str(one) for one in check(BOOK) if one.level != "note"] == []


def test_every_rule_shows_what_fires_and_what_passes() -> None:
    """A metric without an alert has nothing that could fire."""
    silent = {rule.id for rule in BOOK.rules if isinstance(rule, Metric_) and not rule.alert}
    assert [rule.id for rule in BOOK.rules if not rule.passes] == []
    assert [rule.id for rule in BOOK.rules if not rule.fires and rule.id not in silent] == []


def test_every_row_of_the_standard_has_a_rule() -> None:
    assert {rule.id.split(".")[0] for rule in BOOK.rules} >= set(ROWS)


def test_every_rule_cites_its_clause_and_has_a_title_in_both_languages() -> None:
    assert all(rule.clause.document and rule.clause.passage and rule.title_en for rule in BOOK.rules)
    assert all(rule.points <= 0 for rule in BOOK.rules)


@pytest.mark.parametrize(("rule_id", "key", "sentence"), SENTENCES)
def test_every_sentence_of_the_standard_is_found(rule_id: str, key: str, sentence: str) -> None:
    assert is_found(rule_id, key, sentence)
    plain = sentence.replace(",", "").replace("!", "").replace("?", "")
    assert is_found(rule_id, key, plain)
    if BOOK.rule(rule_id).kind == "forbidden":
        assert all(rule_id in fired(play(BOOK, f"agent: {said}")) for said in (sentence, plain))


@pytest.mark.parametrize(("rule_id", "key", "text"), WORDS)
def test_words_that_the_standard_names_are_found(rule_id: str, key: str, text: str) -> None:
    assert is_found(rule_id, key, text, "customer" if key == "anchor" else "agent")


@pytest.mark.parametrize("name", ["王先生", "王小姐", "王女士"])
def test_the_customers_name_is_heard_as_the_standard_writes_it(name: str) -> None:
    assert variants.uses_a_name(BOOK, "A3", f"{name},您好")


def test_everyday_variants_are_found() -> None:
    """By the author of the rules, before they were widened to them: 104 of 123 (85 %) were found then."""
    with (HERE / "first_variants.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    by_wording = itertools.groupby(rows, key=lambda row: (row["rule"], row["key"]))
    assert all(len(list(group)) >= 3 for _, group in by_wording)
    found = sum(is_found(row["rule"], row["key"], row["text"], row["channel"]) for row in rows)  # type: ignore[arg-type]
    assert found / len(rows) >= 0.9


def share(table: Sequence[variants.Row]) -> float:
    asked = [row for row in table if row.kind != "harmless"]
    assert len(asked) > 150
    return sum(variants.is_found(BOOK, row) for row in asked) / len(asked)


@pytest.mark.parametrize("name", ["fresh_1.tsv", "fresh_2.tsv"])
def test_variants_of_a_list_nothing_was_tuned_on_are_found(name: str) -> None:
    """The verdict on the rules, by readers who had only the standard. Never tune on them: see the head of each list."""
    table = variants.rows(HERE / name)
    assert {row.half for row in table} == {"fresh"}
    assert share(table) >= 0.8


def test_variants_the_rules_were_widened_by_stay_found() -> None:
    """The head of each list says what was in sight; the held-out half was counted often, so it proves little by now."""
    table = variants.rows()
    assert share(table) >= 0.9
    assert share([row for row in table if row.half == "held-out"]) >= 0.85
    assert share(variants.rows(HERE / "tuning.tsv")) >= 0.95


@pytest.mark.parametrize("name", ["variants.tsv", "tuning.tsv", "fresh_1.tsv", "fresh_2.tsv"])
def test_harmless_sentences_that_resemble_forbidden_ones_are_mostly_let_pass(name: str) -> None:
    hits = variants.false_hits(BOOK, [row for row in variants.rows(HERE / name) if row.kind == "harmless"])
    grave = [each for each in hits if any(severity in ("major", "critical") for severity in each)]
    assert len(hits) >= 50
    assert len(grave) <= 2


def test_one_character_in_ten_replaced_by_a_homophone_loses_few_sentences() -> None:
    """At least one character; from five syllables on, since of three or four that is far more than one in ten."""
    by_sound, chance = common_characters(), random.Random(7)
    tries = found = 0
    lost: dict[str, int] = defaultdict(int)
    whole = [one for one in SENTENCES if len(listen(normalise(one[2])).codes) >= 5]
    for (rule_id, key, sentence), _ in itertools.product(whole, range(40)):
        tries += 1
        if is_found(rule_id, key, misheard(sentence, by_sound, chance)):
            found += 1
        else:
            lost[sentence] += 1
    assert found / tries >= 0.95, dict(lost)


@pytest.mark.parametrize(
    ("sentence", "rule_id"),
    [
        ("喂,说话呀!", "A1.hey-speak"),
        ("喂,说话呀!再不说话我就挂了啊!", "A4.threat"),
        ("绝对不可能有这种事情发生", "B1.impossible"),
    ],
)
def test_one_sentence_costs_the_points_of_one_rule(sentence: str, rule_id: str) -> None:
    forbidden = BOOK.only(*(rule.id for rule in BOOK.rules if rule.kind == "forbidden"))
    told = play(forbidden, f"agent: {sentence}")
    assert len(fired(told)) > 1
    assert {item.rule_id: item.points for item in score(told).items if item.points} == {
        rule_id: BOOK.rule(rule_id).points
    }


GOOD_CALL = """
0.5-6 agent: 您好，欢迎致电星云宽带客户服务热线，客服代表一零八很高兴为您服务，请问有什么可以帮助您
7-10 customer: 你好我姓王，我家的宽带上不了网
11-15 agent: 王先生您好，您是说宽带上不了网，对吗
16-17 customer: 对
18-21 agent: 好的，请稍等，我马上为您查一下
30-36 agent: 让您久等了，王先生，我已经为您登记报修，您看明天上午可以吗
37-38 customer: 可以
39-42 agent: 请问您还有其他需要帮助的吗
43-44 customer: 没有了谢谢
45-49 agent: 不客气，感谢您的来电，祝您生活愉快，再见
50-51 customer: 再见
53 hangup customer"""


def test_a_good_call_raises_nothing() -> None:
    assert fired(play(BOOK, GOOD_CALL)) == []


@pytest.mark.skipif(not DATA.is_dir(), reason="needs the shared test texts (LINEWATCH_DATA)")
def test_turns_that_are_in_order_raise_no_grave_alert() -> None:
    """Typed and acted dialogues, 42 telephone turns among them: fewer than one false grave hit in 1,000 agent turns."""
    grave = [rule.id for rule in BOOK.rules if rule.kind == "forbidden" and rule.severity in ("major", "critical")]
    book, turns, hits = BOOK.only(*grave), 0, []
    for path in sorted((DATA / "text").glob("*.tsv")):
        if path.stem == "service-expressions":
            continue
        table = read_tsv(path.name, path.read_text("utf-8"))
        turns += sum(role == "agent" for _, _, role, _ in table)
        hits += try_text(book, table)[1]
    assert turns > 1000
    assert len(hits) / turns < 1 / 1000, hits
