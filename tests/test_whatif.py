"""Which five places of changed calls somebody should listen to."""

from pathlib import Path

from monitor.audit import Difference
from monitor.whatif import Place, places, play_command, words_at
from tests.story import Story


def test_every_rule_and_change_is_heard_before_one_is_heard_twice():
    many = Difference("a", tuple(("B1", "agent", at) for at in range(9)), (("B2", "agent", 5),))
    other = Difference("b", (("B3", None, 7),), ())
    chosen = places([many, other])
    assert [(one.rule_id, one.change) for one in chosen] == [
        ("B1", "new"), ("B2", "gone"), ("B3", "new"), ("B1", "new"), ("B1", "new"),
    ]  # fmt: skip
    assert places([Difference("a", (), ())]) == []


def test_a_place_has_its_words_and_a_command_that_plays_it():
    story = Story()
    told = [story.started(), story.said("agent", 60_000, 62_000, "这不关我的事")]
    told.append(story.said("customer", 90_000, 91_000, "哼"))
    place = Place("call-1", "new", "B1", "agent", 61_000)
    assert words_at(place, told) == "agent: 这不关我的事"
    assert play_command(place, {}) == "linewatch calls export call-1"
    file = Path("my calls") / "call-1.wav"
    assert play_command(place, {"call-1": file}) == f"ffplay -autoexit -ss 59 -t 12 '{file}'"
