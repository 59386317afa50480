from __future__ import annotations

import pytest

from tests.playbook import alerts, book, fired, play, score, steps

FIRST = 'kind = "required"\nwithin_ms = 10000\npoints = -5\nwords = { phrases = ["很高兴为您服务"] }'
LAST = 'kind = "required"\nbefore_end_ms = 8000\nwords = { phrases = ["感谢您的来电"] }'


def test_found_in_its_window_it_is_met() -> None:
    events = play(book(FIRST), "1-3 agent: 您好很高兴为您服务\n30 end")
    assert (fired(events), steps(events), score(events).total) == ([], [("said", "in_time")], 100)


def test_missing_it_is_raised_stamped_with_the_deadline() -> None:
    events = play(book(FIRST), "1-3 agent: 您好\n30 end")
    assert alerts(events) == [("r0", 0, 10000, "missing")]
    assert [one.at_ms for one in events if one.type == "alert.raised"] == [10000]
    assert (steps(events), score(events).total) == ([("said", "skipped")], 95)


@pytest.mark.parametrize("how", ["lost", "suppressed", "0.1"])
def test_a_window_that_was_not_understood_is_not_judged(how: str) -> None:
    events = play(book(FIRST), f"1-4 agent ({how}): 呜\n30 end")
    assert (fired(events), steps(events)) == ([], [("said", "not_judged")])
    assert (score(events).total, score(events).base, score(events).not_judged) == (95, 95, ("r0",))


def test_too_little_unheard_speech_excuses_nothing() -> None:
    assert fired(play(book(FIRST), "1-1.6 agent (lost): …\n30 end")) == ["r0"]


def test_unheard_speech_outside_the_window_or_of_the_other_excuses_nothing() -> None:
    assert fired(play(book(FIRST), "1-2 agent: 您好\n11-15 agent (lost): …\n30 end")) == ["r0"]
    assert fired(play(book(FIRST), "1-2 agent: 您好\n3-8 customer (lost): …\n30 end")) == ["r0"]


def test_words_count_by_their_own_time_not_by_that_of_their_turn() -> None:
    late = "5-15 agent: 您好我看一下您这边的情况是这样的啊好的很高兴为您服务\n30 end"
    assert fired(play(book(FIRST), late)) == ["r0"]


def test_the_window_begins_with_the_answer() -> None:
    assert fired(play(book(FIRST), "answered at 20\n1-3 agent: 很高兴为您服务\n40 end")) == ["r0"]
    assert fired(play(book(FIRST), "answered at 20\n21-23 agent: 很高兴为您服务\n40 end")) == []


def test_a_call_that_ends_inside_the_window_is_judged_only_if_the_agent_ended_it() -> None:
    assert fired(play(book(FIRST), "1-3 agent: 您好\n5 hangup agent")) == ["r0"]
    assert fired(play(book(FIRST), "1-3 agent: 您好\n5 hangup customer")) == []
    assert score(play(book(FIRST), "1-3 agent: 您好\n5 hangup customer")).not_judged == ("r0",)


def test_the_last_seconds_before_the_end() -> None:
    assert fired(play(book(LAST), "1-3 agent: 感谢您的来电\n30 hangup agent")) == ["r0"]
    assert fired(play(book(LAST), "24-26 agent: 感谢您的来电\n30 hangup agent")) == []


def test_someone_who_hung_up_before_it_could_be_said() -> None:
    rules = book('not_if_ended_by = ["customer"]\n' + LAST)
    assert score(play(rules, "1-3 agent: 您好\n30 hangup customer")).not_judged == ("r0",)
    assert fired(play(rules, "1-3 agent: 您好\n30 hangup agent")) == ["r0"]


def test_only_where_the_customer_was_heard() -> None:
    rules = book("if_customer_heard = true\n" + FIRST)
    assert fired(play(rules, "1-3 agent: 您好\n30 end")) == []
    assert fired(play(rules, "1-3 agent: 您好\n4-5 customer: 喂\n30 end")) == ["r0"]


def test_enough_of_the_groups() -> None:
    rules = book('kind = "required"\nwords = { all_of = [["您好"], ["欢迎致电"], ["很高兴为您服务"]], need = 2 }')
    assert fired(play(rules, "1-2 agent: 您好\n5-7 agent: 很高兴为您服务\n9 end")) == []
    events = play(rules, "1-2 agent: 您好\n9 end")
    assert "欢迎致电；很高兴为您服务" in next(one.body.message for one in events if one.type == "alert.raised")  # type: ignore[attr-defined]


def test_words_that_another_phrase_takes_away_are_not_said() -> None:
    rules = book('kind = "required"\nwords = { phrases = ["为您服务"], none_of = ["不能为您服务"] }')
    assert fired(play(rules, "1-3 agent: 很高兴为您服务\n9 end")) == []
    assert fired(play(rules, "1-3 agent: 我不能为您服务\n9 end")) == ["r0"]


def test_speech_that_was_never_answered_is_not_judged() -> None:
    """A recogniser that is gone: no utterance covers the speech."""
    from monitor.compliance.engine import Engine
    from monitor.compliance.story import Story
    from monitor.core.events import Utterance
    from monitor.core.types import CallInfo

    engine = Engine(book(FIRST), CallInfo(call_id="1", source="x"))
    out = []
    for _, fact in Story.read("1-5 agent: 您好\n30 end").facts():
        if not isinstance(fact.body, Utterance):
            out += engine.push(fact)
    out += engine.finish(30_000)
    assert (fired(out), score(out).not_judged) == ([], ("r0",))
