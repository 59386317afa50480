from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.compliance.engine import Engine
from monitor.compliance.story import Story
from monitor.core.events import AlertRaised, Event, Utterance
from monitor.core.types import CallInfo
from monitor.errors import RuleError
from tests.playbook import alerts, book, findings, play, score

RULE = 'kind = "language"\nchannel = "customer"\npoints = -1\ntimes = 2\nof = 3\n'


def said(*guesses: str) -> str:
    return "\n".join(f"{at * 5 + 1}-{at * 5 + 4} customer ({guess}): 话" for at, guess in enumerate(guesses))


def test_several_guesses_make_a_probable_alert() -> None:
    events = play(book(RULE), said("yue 0.9", "zh 0.9", "yue 0.8", "yue 0.9"))
    (raised,) = [one.body for one in events if isinstance(one.body, AlertRaised)]
    assert {proof.certainty for proof in raised.evidence} == {"probable"}
    assert [proof.quote for proof in raised.evidence] == ["yue 0.90", "yue 0.80"]


def test_doubtful_guesses_and_too_few_do_not_count() -> None:
    assert alerts(play(book(RULE), said("yue 0.5", "yue 0.4", "yue 0.9"))) == []
    assert alerts(play(book(RULE), said("yue 0.9", "zh 0.9", "zh 0.9", "yue 0.9"))) == []


def test_a_recogniser_that_does_not_guess_leaves_it_not_judged() -> None:
    assert score(play(book(RULE), "1-4 customer: 你好\n6-9 customer: 你好")).not_judged == ("r0",)


WORDS = RULE + 'words = { phrases = ["唔该"], regex = ["[嘅咗]"] }\n'
DOUBT = RULE + "less_sure = 0.3\n"
AGENT = "".join(f"{at}-{at + 1} agent (0.9): 您好\n" for at in range(0, 6, 2))


def customer(*lines: str, start_s: int = 10) -> str:
    return "\n".join(f"{start_s + 5 * n}-{start_s + 5 * n + 3} customer{line}" for n, line in enumerate(lines))


def raised(events: list[Event]) -> list[AlertRaised]:
    return [one.body for one in events if isinstance(one.body, AlertRaised)]


def test_wording_is_a_sign_in_either_script_and_however_short() -> None:
    (alert,) = raised(play(book(WORDS), customer(": 唔該", ": 我哋嘅電話")))
    assert [proof.quote for proof in alert.evidence] == ["唔该", "嘅"]
    assert {proof.certainty for proof in alert.evidence} == {"probable"}
    assert "用语，2 句中 2 句" in alert.message
    assert alert.verdict == "other_language"
    assert len(raised(play(book(WORDS), "1-1.5 customer: 唔该\n3-3.5 customer: 唔该"))) == 1


def test_plain_words_between_speak_against_it_but_do_not_pass_it() -> None:
    plain = play(book(WORDS), customer(": 唔该", ": 好的", ": 好的", ": 唔该"))
    assert (raised(plain), score(plain).not_judged) == ([], ("r0",))
    told = play(book(WORDS), customer(" (zh 0.9): 唔该", " (zh 0.9): 好的", " (zh 0.9): 好的"))
    assert (raised(told), score(told).not_judged) == ([], ())


def test_guesses_and_words_add_up_and_the_probability_is_shown() -> None:
    (alert,) = raised(play(book(WORDS), customer(" (yue 0.8): 好的", ": 唔该")))
    assert "语种判断、用语 0.80，2 句中 2 句" in alert.message


def test_a_guess_without_a_probability_is_none() -> None:
    """An endpoint that is told the language says it back."""
    story = Story.read(customer(": 好的", ": 好的"))
    facts = [event for _, event in story.facts()]
    engine = Engine(book(RULE), CallInfo("call", "test"))
    for event in facts:
        if isinstance(event.body, Utterance):
            event = Event(event.at_ms, event.channel, event.body.model_copy(update={"language": "zh"}))
        engine.push(event)
    assert score(engine.finish(story.end_ms)).not_judged == ("r0",)


def test_who_alone_is_not_understood_may_speak_a_dialect() -> None:
    (alert,) = raised(play(book(DOUBT), AGENT + customer(" (0.5): 一", " (0.4): 二")))
    assert alert.verdict == "hard_to_follow"
    assert alert.evidence[0].quote == "置信度 0.50，另一方 0.90"


@pytest.mark.parametrize(
    "story",
    [
        AGENT + customer(" (0.7): 一", " (0.7): 二"),
        AGENT.replace("0.9", "0.45") + customer(" (0.1): 一", " (0.1): 二"),
        customer(" (0.1): 一", " (0.1): 二"),
        "6-40 noise customer warn\n" + AGENT + customer(" (0.4): 一", " (0.4): 二"),
        "6-40 low_volume customer warn\n" + AGENT + customer(" (0.4): 一", " (0.4): 二"),
        AGENT + customer(" (lost): …", " (lost): …"),
    ],
    ids=["well enough", "nobody is understood", "nobody to compare with", "noise", "low volume", "lost"],
)
def test_no_other_reason_is_taken_for_a_dialect(story: str) -> None:
    events = play(book(DOUBT), story)
    assert (raised(events), score(events).not_judged) == ([], ("r0",))


def test_a_line_that_is_well_again_counts() -> None:
    story = "6-9 noise customer warn\n" + AGENT + customer(" (0.4): 一", " (0.4): 二")
    assert len(raised(play(book(DOUBT), story))) == 1


@pytest.mark.parametrize(
    ("mistake", "said"),
    [
        (RULE + "expected = []", "expected"),
        (RULE + "less_sure = 2", "less_sure"),
        (RULE + 'words = { regex = ["(.*)*"] }', "repeats a repetition"),
        (RULE + "min_probs = 0.5", "min_prob"),
    ],
)
def test_mistakes_of_a_rule_author(mistake: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        book(mistake)


@given(st.lists(st.integers(0, 6000), min_size=5, max_size=5), st.integers(1, 40).map(lambda n: n * 100))
@settings(max_examples=20, deadline=None)
def test_no_delay_changes_a_finding(delays: list[int], step_ms: int) -> None:
    rules = book(WORDS, DOUBT)
    story = AGENT + customer(" (0.4): 唔该", " (yue 0.9): 好的") + "\n30 end"
    assert findings(play(rules, story, delays, step_ms)) == findings(play(rules, story))
