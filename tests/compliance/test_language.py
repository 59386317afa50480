from __future__ import annotations

from monitor.core.events import AlertRaised
from tests.playbook import alerts, book, play, score

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
