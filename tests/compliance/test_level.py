from __future__ import annotations

import pytest

from tests.playbook import alerts, book, play, score

BASE = "1-3 agent (-30 dBov): 您好\n4-6 agent (-30 dBov): 您好\n7-9 agent (-30 dBov): 您好\n"
RAISE = (
    'kind = "level"\npoints = -1\nat_least_db = 2.0\nafter = { channel = "customer", words = { phrases = ["听不清"] } }'
)
SHOUT = 'kind = "level"\nat_most_db = 8.0\ntimes = 2'


@pytest.mark.parametrize(("level", "verdicts"), [(-30, ["low"]), (-27, [])])
def test_a_little_louder_after_a_complaint(level: int, verdicts: list[str]) -> None:
    events = play(book(RAISE), BASE + f"10-11 customer: 听不清\n12-14 agent ({level} dBov): 对不起\n40 end")
    assert [one[3] for one in alerts(events)] == verdicts


def test_no_levels_or_no_baseline_is_not_judged() -> None:
    silent = play(book(RAISE), "1-3 agent: 您好\n10-11 customer: 听不清\n12-14 agent: 对不起\n40 end")
    assert (alerts(silent), score(silent).not_judged) == ([], ("r0",))


def test_shouting_is_several_loud_utterances_running() -> None:
    loud = "10-12 agent (-20 dBov): 我说了\n13-15 agent (-19 dBov): 不行\n16-18 agent (-19 dBov): 不行"
    assert [one[3] for one in alerts(play(book(SHOUT), BASE + loud))] == ["high"]
    once = "10-12 agent (-20 dBov): 我说了\n13-15 agent (-29 dBov): 不行\n16-18 agent (-20 dBov): 不行"
    assert alerts(play(book(SHOUT), BASE + once)) == []
