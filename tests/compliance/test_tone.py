from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.compliance.check import check
from monitor.compliance.schema import schema
from monitor.core.events import AlertRaised, Metric
from monitor.errors import RuleError
from tests.playbook import alerts, book, findings, play, quotes, score

RAISED = 'kind = "tone"\nlook = "raised"\nlouder_db = 6\nhigher_st = 2\ntimes = 2\npoints = -1\n'
FLAT = 'kind = "tone"\nlook = "flat"\nrange_st = 2.5\nmin_speech_ms = 10000\npoints = -1\n'
UNLESS = 'unless = { channel = "customer", words = { phrases = ["听不清"] } }\nunless_ms = 10000\n'
CALM = "".join(f"{3 * n + 1}-{3 * n + 3} agent (-{28 + n % 2} dBov, {200 + n} Hz, 5 st): 您好请问\n" for n in range(4))
LOUD = "-20 dBov, 260 Hz, 6 st"


def loud(start_s: int, how: str = LOUD, text: str = "我说了不行") -> str:
    return f"{start_s}-{start_s + 2} agent ({how}): {text}\n"


def test_a_voice_louder_and_higher_than_before_is_raised() -> None:
    events = play(book(RAISED), CALM + loud(15) + loud(18))
    assert alerts(events) == [("r0", 15_000, 20_000, "raised")]
    (body,) = [one.body for one in events if isinstance(one.body, AlertRaised)]
    assert {proof.certainty for proof in body.evidence} == {"probable"}
    assert "+8.5 dB" in body.message
    assert "+4.4 半音" in body.message
    assert "语速 +25 %" in body.message


@pytest.mark.parametrize(
    "second", ["-20 dBov, 205 Hz", "-28 dBov, 260 Hz", "260 Hz", "-20 dBov", "lost", "suppressed, -20 dBov, 260 Hz"]
)
def test_louder_or_higher_alone_is_not(second: str) -> None:
    assert alerts(play(book(RAISED), CALM + loud(15) + loud(18, second) + loud(40, "-28 dBov, 200 Hz"))) == []


def test_one_outburst_is_told_once_and_the_next_again() -> None:
    calm = loud(27, "-28 dBov, 200 Hz", "请稍等")
    events = play(book(RAISED), CALM + loud(15) + loud(18) + loud(21) + loud(24) + calm + loud(30) + loud(33))
    assert [(start, end) for _, start, end, _ in alerts(events)] == [(15_000, 20_000), (30_000, 35_000)]


def test_shouting_never_becomes_the_baseline() -> None:
    story = CALM + "".join(loud(15 + 3 * n) for n in range(30)) + loud(120, "-28 dBov, 200 Hz") + loud(123) + loud(126)
    assert len(alerts(play(book(RAISED), story))) == 2


def test_who_is_not_heard_may_speak_up() -> None:
    asked = CALM + "13-14 customer: 听不清\n" + loud(15) + loud(18)
    assert alerts(play(book(RAISED + UNLESS), asked)) == []
    assert len(alerts(play(book(RAISED + UNLESS), asked + loud(26) + loud(29)))) == 1
    assert len(alerts(play(book(RAISED), asked))) == 1


def test_the_customer_and_the_time_before_the_answer_do_not_count() -> None:
    other = (CALM + loud(15) + loud(18)).replace("agent", "customer")
    assert alerts(play(book(RAISED), other)) == []
    assert alerts(play(book(RAISED), "answered at 14\n" + CALM + loud(15) + loud(18))) == []


def test_nothing_to_compare_with_is_not_judged() -> None:
    for story in (loud(1) + loud(4), "1-3 agent: 您好请问\n4-6 agent: 您好请问\n7-9 agent: 您好请问\n10-12 agent: 好"):
        assert score(play(book(RAISED), story)).not_judged == ("r0",)
    assert score(play(book(RAISED), CALM)).not_judged == ()
    assert score(play(book(RAISED), "1-3 customer: 喂")).not_judged == ()


@pytest.mark.parametrize(("ranges", "verdicts"), [((1.0, 1.5, 2.0), ["flat"]), ((1.0, 3.0, 4.0), []), ((5, 6, 7), [])])
def test_a_monotone_is_the_middle_of_all_ranges(ranges: tuple[float, ...], verdicts: list[str]) -> None:
    said = (f"{10 * n + 1}-{10 * n + 6} agent (200 Hz, {one} st): 您好请问\n" for n, one in enumerate(ranges))
    events = play(book(FLAT), "".join(said))
    assert [one[3] for one in alerts(events)] == verdicts
    (figure,) = [one.body for one in events if isinstance(one.body, Metric)]
    assert (figure.value, figure.unit, figure.low) == (sorted(ranges)[1], "semitones", 2.5)


def test_long_utterances_weigh_more() -> None:
    short = "".join(f"{2 * n}-{2 * n + 1} agent (200 Hz, 1 st): 您好请问\n" for n in range(5))
    assert alerts(play(book(FLAT), short + "20-30 agent (200 Hz, 6 st): 您好请问")) == []


def test_a_monotone_needs_enough_speech() -> None:
    events = play(book(FLAT), "1-6 agent (200 Hz, 1 st): 您好请问\n7-15 agent: 您好请问")
    assert (alerts(events), score(events).not_judged) == ([], ("r0",))
    assert "您好" in quotes(play(book(FLAT), "1-6 agent (200 Hz, 1 st): 您好\n7-15 agent (200 Hz, 1 st): 请问"))


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (RAISED + "fatal = true", "never fatal"),
        (FLAT + "fatal = true", "never fatal"),
        ('kind = "tone"\nlook = "loud"', "look"),
        ('kind = "tone"', "look"),
        (RAISED + "range_st = 2", '"range_st" goes with look = "flat"'),
        (FLAT + "times = 2", '"times" goes with look = "raised"'),
        (RAISED.replace("louder_db = 6", "louder_db = -6"), "louder_db"),
        (RAISED.replace("louder_db", "louder_dB"), "louder_db"),
        (RAISED + "unless = { event = 'hold', line = { condition = 'noise' } }", "exactly one"),
    ],
)
def test_mistakes_of_a_rule_author(mistake: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        book(mistake)


@pytest.mark.parametrize("kind", ["tone", "level"])
def test_the_schema_for_editors_refuses_a_fatal_one_too(kind: str) -> None:
    assert schema()["$defs"][f"rule.{kind}"]["properties"]["fatal"]["const"] is False


def test_a_combination_makes_no_veto_of_it() -> None:
    rules = book('id = "a"\n' + RAISED, 'kind = "combination"\nid = "both"\nwhen = "a"\nfatal = true\npoints = -5')
    events = play(rules, CALM + loud(15) + loud(18))
    assert "both" in {one[0] for one in alerts(events)}
    assert score(events).total > 0
    assert not any(item.fatal for item in score(events).items)
    assert any(one.level == "error" and "never fatal" in one.what for one in check(rules))


@given(st.lists(st.integers(0, 4000), min_size=8, max_size=8), st.integers(1, 30).map(lambda n: n * 100))
@settings(max_examples=25, deadline=None)
def test_no_delay_changes_a_finding(delays: list[int], step_ms: int) -> None:
    rules = book(RAISED + UNLESS, FLAT)
    story = CALM + "13-14 customer: 听不清\n" + loud(30) + loud(33) + "40 end"
    wanted = findings(play(rules, story))
    assert findings(play(rules, story, delays, step_ms)) == wanted
