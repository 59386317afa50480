# ruff: noqa: E501 -- a story is one string
from __future__ import annotations

import pytest

from tests.playbook import book, play, score

SAY = 'kind = "forbidden"\nseverity = "major"\n'


def test_a_rule_costs_its_points_once_however_often() -> None:
    rules = book(SAY + 'points = -10\nwords = { phrases = ["不关我的事"] }')
    found = score(play(rules, "1-2 agent: 不关我的事\n4-5 agent: 不关我的事"))
    assert (found.total, found.base, [item.points for item in found.items]) == (90, 100, [-10])


def test_not_below_zero() -> None:
    rules = book(*(SAY + f'points = -60\nwords = {{ phrases = ["{word}"] }}' for word in ("不关我的事", "随便你投诉")))
    assert score(play(rules, "1-2 agent: 不关我的事\n4-5 agent: 随便你投诉")).total == 0


@pytest.mark.parametrize(("text", "total", "fatal"), [("你去死吧", 0, True), ("你去是吧", 90, False)])
def test_fatal_only_for_certain(text: str, total: float, fatal: bool) -> None:
    rules = book(SAY + 'points = -10\nfatal = true\ndimension = "relationship"\nwords = { phrases = ["你去死吧"] }')
    found = score(play(rules, f"1-2 agent: {text}"))
    assert (found.total, found.items[0].fatal) == (total, fatal)
    assert found.dimensions["relationship"] == (0 if fatal else 90)


def test_what_was_not_judged_leaves_numerator_and_base() -> None:
    need = 'kind = "required"\nwithin_ms = 5000\npoints = -20\ndimension = "skill"\nwords = { phrases = ["很高兴为您服务"] }'
    rules = book(need, SAY + 'points = -10\ndimension = "skill"\nwords = { phrases = ["不关我的事"] }')
    found = score(play(rules, "1-4 agent (lost): …\n8-9 agent: 不关我的事\n12 end"))
    assert (found.total, found.base, found.not_judged) == (70, 80, ("r0",))
    assert found.dimensions == {"self_management": 100, "skill": 87.5, "flexibility": 100, "relationship": 100}
    assert score(play(rules, "1-4 agent (lost): …\n12 end")).total == 80


def test_rules_without_points_are_no_items() -> None:
    assert score(play(book(SAY + 'words = { phrases = ["不关我的事"] }'), "不关我的事")).items == ()


def test_the_item_names_the_first_alert() -> None:
    rules = book(SAY + 'points = -1\nwords = { phrases = ["不关我的事"] }')
    events = play(rules, "1-2 agent: 不关我的事\n4-5 agent: 不关我的事", delay_ms=[9000, 0])
    first = min((one.body for one in events if one.type == "alert.raised"), key=lambda body: body.start_ms)  # type: ignore[attr-defined]
    assert score(events).items[0].alert_id == first.alert_id  # type: ignore[attr-defined]


SAME = (
    'kind = "forbidden"\npoints = -5\ndimension = "skill"\nwords = { phrases = ["我就挂了"] }',
    'kind = "forbidden"\npoints = -10\ndimension = "relationship"\nwords = { phrases = ["再不说话我就挂了"] }',
)


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("1-3 agent: 再不说话我就挂了", {"r0": 0, "r1": -10}),
        ("1-3 agent: 我就挂了", {"r0": -5}),
        ("1-3 agent: 再不说话我就挂了\n5-6 agent: 我就挂了", {"r0": -5, "r1": -10}),
        ("1-3 agent: 再不说话我就挂了\n5-7 agent: 再不说话我就挂了", {"r0": 0, "r1": -10}),
    ],
)
def test_words_cost_once_the_points_of_the_gravest_rule_that_quotes_them(text: str, points: dict[str, float]) -> None:
    for delay_ms in (0, 9000):
        found = score(play(book(*SAME), text, delay_ms=lambda _, ms=delay_ms: ms))  # type: ignore[misc]
        assert {item.rule_id: item.points for item in found.items} == points
        assert found.total == 100 + sum(points.values())
        assert found.dimensions["skill"] == 100 + points["r0"]


def test_the_same_words_of_the_other_channel_are_charged_by_themselves() -> None:
    other = SAME[0].replace("points", 'channel = "customer"\npoints')
    found = score(play(book(other, SAME[1]), "1-3 agent: 再不说话我就挂了\n1-3 customer: 再不说话我就挂了"))
    assert {item.rule_id: item.points for item in found.items} == {"r0": -5, "r1": -10}
