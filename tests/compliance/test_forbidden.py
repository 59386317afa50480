from __future__ import annotations

import pytest

from monitor.core.events import AlertRaised
from tests.playbook import alerts, book, fired, play, quotes

RULE = 'kind = "forbidden"\nseverity = "major"\nwords = { phrases = ["不关我的事"] }\n'


def test_one_alert_for_each_utterance_with_its_evidence() -> None:
    events = play(book(RULE), "1-3 agent: 好，不关我的事，就是不关我的事\n4-5 customer: 啊\n6-8 agent: 不关我的事")
    assert alerts(events) == [("r0", 1153, 3000, "violated"), ("r0", 6000, 8000, "violated")]
    assert quotes(events) == ["不关我的事", "不关我的事", "不关我的事"]


@pytest.mark.parametrize(
    "text", ["我不是说不关我的事", "我没有说不关我的事", "您别觉得不关我的事", "我们怎么会说不关我的事"]
)
def test_what_is_denied_does_not_count(text: str) -> None:
    assert fired(play(book(RULE), text)) == []
    assert fired(play(book("negation = false\n" + RULE), text)) == ["r0"]


def test_a_hit_that_shares_characters_with_an_exception_does_not_count() -> None:
    rules = book('kind = "forbidden"\nunless = ["喂您好"]\nwords = { phrases = ["喂"] }')
    assert fired(play(rules, "喂您好")) == []
    assert fired(play(rules, "喂，说话")) == ["r0"]


def test_a_phrase_over_two_segments_is_one_alert_with_the_whole_quote() -> None:
    events = play(book(RULE), "1-2 agent: 这不关\n2.4-3 agent: 我的事")
    assert quotes(events) == ["不关我的事"]
    assert alerts(events)[0][2] == 3000


def test_halves_too_far_apart_are_no_phrase() -> None:
    assert fired(play(book(RULE), "1-2 agent: 这不关\n4-5 agent: 我的事")) == []
    assert fired(play(book(RULE), "1-2 agent: 这不关\n2.3-2.6 agent (lost): …\n2.9-4 agent: 我的事")) == []


def test_all_groups_must_be_in_one_utterance() -> None:
    rules = book('kind = "forbidden"\nwords = { all_of = [["保证"], ["退款"]] }')
    assert fired(play(rules, "我保证给您退款")) == ["r0"]
    assert fired(play(rules, "1-2 agent: 我保证\n5-6 agent: 退款的事")) == []


def test_a_regular_expression_with_its_exclusion() -> None:
    rules = book('kind = "forbidden"\nwords = { regex = ["保证.{0,6}退款"], not_regex = ["不能保证"] }')
    assert fired(play(rules, "我保证马上退款")) == ["r0"]
    assert fired(play(rules, "我不能保证马上退款")) == []


def test_the_first_seconds_are_those_of_the_words_not_of_the_turn() -> None:
    rules = book("range = { first_ms = 5000 }\n" + RULE)
    assert fired(play(rules, "3-12 agent: 好的我看一下您的账单这个是上个月的不关我的事")) == []
    assert fired(play(rules, "3-12 agent: 不关我的事好的我看一下您的账单这个是上个月的")) == ["r0"]


def test_the_last_seconds_are_known_at_the_end() -> None:
    rules = book("range = { last_ms = 5000 }\n" + RULE)
    assert fired(play(rules, "1-3 agent: 不关我的事\n20 hangup agent")) == []
    assert fired(play(rules, "16-18 agent: 不关我的事\n20 hangup agent")) == ["r0"]


def test_sentences_are_counted_from_either_end() -> None:
    talk = "1-2 agent: 您好\n3-4 agent: 不关我的事\n5-6 agent: 好的\n7-8 agent: 再见"
    assert fired(play(book("range = { first_sentences = 1 }\n" + RULE), talk)) == []
    assert fired(play(book("range = { first_sentences = 2 }\n" + RULE), talk)) == ["r0"]
    assert fired(play(book("range = { last_sentences = 2 }\n" + RULE), talk)) == []
    assert fired(play(book("range = { last_sentences = 3 }\n" + RULE), talk)) == ["r0"]


def test_a_range_may_begin_later_by_seconds_or_by_sentence() -> None:
    talk = "1-2 agent: 不关我的事\n3-4 agent: 好的\n15-16 agent: 不关我的事\n18-19 agent: 不关我的事"
    starts = [
        [start for _, start, *_ in alerts(play(book(f"range = {{ {limits} }}\n" + RULE), talk))]
        for limits in ("from_ms = 10000", "from_sentence = 2, first_sentences = 3", "from_ms = 10000, first_ms = 17000")
    ]
    assert starts == [[15000, 18000], [15000], [15000]]


NEAR = 'near = { channel = "customer", words = { phrases = ["我要投诉"] } }\nnear_ms = 10000\n' + RULE


def test_only_soon_after_an_anchor() -> None:
    talk = "1-2 agent: 不关我的事\n4-5 customer: 我要投诉\n{}-{} agent: 不关我的事\n40 end"
    assert [start for _, start, *_ in alerts(play(book(NEAR), talk.format(14, 15)))] == [14000]
    assert fired(play(book(NEAR), talk.format(16, 17))) == []
    event = book('near = { event = "hold", first_ms = 9000 }\nnear_ms = 5000\n' + RULE)
    assert fired(play(event, "1-2 agent: 不关我的事\n3 hold on\n5-6 agent: 不关我的事\n40 end")) == ["r0"]
    assert fired(play(event, "10 hold on\n11-12 agent: 不关我的事\n40 end")) == []


@pytest.mark.parametrize("delays", [(800, 800), (4000, 100), (0, 5000)])
def test_an_anchor_answered_late_changes_nothing(delays: tuple[int, int]) -> None:
    talk = "4-5 customer: 我要投诉\n7-8 agent: 不关我的事\n40 end"
    assert alerts(play(book(NEAR), talk, delays, step_ms=500)) == [("r0", 7000, 8000, "violated")]


def test_none_of_takes_away_every_hit_of_a_text() -> None:
    words = 'phrases = ["退款"], regex = ["赔.{0,3}钱"], none_of = ["按规定", "依照[合同|协议]"]'
    rules = book(f'kind = "forbidden"\nwords = {{ {words} }}')
    assert fired(play(rules, "给您退款，赔您的钱")) == ["r0"]
    assert fired(play(rules, "我们会按规定给您退款，赔您的钱")) == []
    assert fired(play(rules, "1-3 agent: 按规定办理\n8-9 agent: 给您退款")) == ["r0"]  # another sentence
    assert fired(play(rules, "1-3 agent: 给您退款\n8-9 customer: 按规定")) == ["r0"]


def test_it_may_fire_only_from_the_second_time_on() -> None:
    talk = "1-2 agent: 不关我的事\n4-5 agent: 好的\n6-7 agent: 不关我的事"
    assert [start for _, start, *_ in alerts(play(book("times = 2\n" + RULE), talk))] == [6000]


def test_certainty_is_shown() -> None:
    events = play(book(RULE), "1-2 agent: 不观我的市")
    (proof,) = next(one.body for one in events if isinstance(one.body, AlertRaised)).evidence
    assert proof.certainty == "certain"
    events = play(book(RULE), "1-2 agent: 不关我的四")
    assert [proof.certainty for one in events if isinstance(one.body, AlertRaised) for proof in one.body.evidence] == [
        "probable"
    ]


def test_exact_words_count_as_these_very_characters() -> None:
    rule = 'kind = "forbidden"\nwords = { phrases = ["不关我的事"], exact = ["编的", "您{*2}对焦"] }\n'
    rulebook = book(rule)
    for said, count in (("这是编的吧", 1), ("周边的景点", 0), ("这不管我的事", 1), ("您没对焦", 1), ("您没对交", 0)):
        assert len(fired(play(rulebook, f"1-3 agent: {said}"))) == count, said


def test_an_exception_that_only_sounds_right_is_none_where_it_is_short() -> None:
    rulebook = book('kind = "forbidden"\nunless = ["包月"]\nwords = { phrases = ["担保月底退到"] }\n')
    assert len(fired(play(rulebook, "1-3 agent: 我担保月底退到"))) == 1


def test_is_it_not_is_no_denial() -> None:
    rulebook = book('kind = "forbidden"\nwords = { phrases = ["您自己摔坏"] }\n')
    assert len(fired(play(rulebook, "1-3 agent: 是不是您自己摔坏的"))) == 1
    assert len(fired(play(rulebook, "1-3 agent: 不是您自己摔坏的"))) == 0
