from __future__ import annotations

from tests.playbook import alerts, book, play

RULE = book('kind = "delay"\nafter_ms = 3000')


def test_nobody_answers_in_time() -> None:
    events = play(RULE, "1-4 customer: 我的话费怎么多了\n9-10 agent: 嗯\n12 end")
    assert alerts(events) == [("r0", 4000, 7000, "late")]
    assert [one.at_ms for one in events if one.type == "alert.raised"] == [7000]


def test_an_answer_a_word_more_or_the_end_is_no_delay() -> None:
    assert alerts(play(RULE, "1-4 customer: 我的话费怎么多了\n6-7 agent: 嗯\n9 end")) == []
    assert alerts(play(RULE, "1-4 customer: 我的话费\n5-6.5 customer: 怎么多了\n8-9 agent: 嗯\n9.5 end")) == []
    assert alerts(play(RULE, "1-4 customer: 我的话费怎么多了\n6 hangup customer")) == []


def test_a_mere_hm_asks_for_no_answer_and_hold_is_no_delay() -> None:
    assert alerts(play(RULE, "1-1.4 customer: 嗯\n9-10 agent: 嗯\n12 end")) == []
    assert alerts(play(RULE, "1-4 customer: 我的话费怎么多了\n5 hold on\n20 end")) == []
