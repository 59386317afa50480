from __future__ import annotations

from monitor.compliance.matcher import Hit
from monitor.compliance.runner import Found
from monitor.compliance.turns import Range, TurnCount, keys
from monitor.compliance.words import Words
from monitor.core.events import Evidence


def words(channel: str) -> Words:
    return Words(channel, 0, 100, "1", 100, None, None)  # type: ignore[arg-type]


def found(start_ms: int, key: str = "words") -> Found:
    return Found(
        (key, 0), Hit(0, "x", 0, 1, "certain", 100), Evidence(quote="x", start_ms=start_ms, end_ms=start_ms + 100)
    )


def test_a_turn_is_all_that_is_said_until_the_other_speaks() -> None:
    count = TurnCount("agent")
    for channel in ("agent", "agent", "customer", "customer", "agent"):
        count.take(words(channel))
    assert (count.turns, count.sentences) == (2, 3)
    count.reset("agent")
    count.take(words("agent"))
    assert (count.turns, count.sentences) == (0, 1)


def test_a_range_opens_and_closes() -> None:
    first = Range(first_ms=5000, first_sentences=2)
    assert first.opens(found(5900), 2, answered_ms=1000)
    assert not first.opens(found(6000), 2, answered_ms=1000)
    assert not first.opens(found(1000), 3, answered_ms=1000)
    last = Range(last_ms=5000, last_sentences=2)
    assert last.closes(found(9000), 4, 5, end_ms=12_000)
    assert not last.closes(found(6000), 4, 5, end_ms=12_000)
    assert not last.closes(found(9000), 3, 5, end_ms=12_000)
    assert last.at_end
    assert not first.at_end


def test_hits_are_told_apart_by_the_rules_name_for_them() -> None:
    assert len(keys([found(0), found(0, "unless")], "unless")) == 1
