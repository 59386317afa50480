from __future__ import annotations

import pytest
from pydantic import ValidationError

from monitor.compliance.rule import Scope, Wording
from monitor.core.types import CallInfo


def test_any_phrase_is_enough_or_so_many_groups() -> None:
    wording = Wording(phrases=("您好",), all_of=(("再见",), ("谢谢",), ("请",)), need=2)
    assert [wording.satisfied(found) for found in ({0}, {1}, {1, 3}, set())] == [True, False, True, False]
    assert wording.missing({1}) == ["您好", "谢谢", "请"]
    assert wording.missing({0}) == []


def test_all_groups_by_default() -> None:
    wording = Wording(all_of=(("再见",), ("谢谢",)))
    assert not wording.satisfied({0})
    assert wording.satisfied({0, 1})


def test_the_shortest_phrase_says_how_much_speech_could_hold_it() -> None:
    assert Wording(phrases=("您好", "很高兴为您服务")).shortest_ms == 300


def test_an_empty_group_is_refused() -> None:
    with pytest.raises(ValidationError, match="empty"):
        Wording(all_of=((),))


def test_scope_holds_where_every_list_is_empty_or_names_the_call() -> None:
    call = CallInfo(call_id="1", source="x", team="red", line="400")
    assert Scope().holds(call)
    assert Scope(teams=("red", "blue"), lines=("400",)).holds(call)
    assert not Scope(teams=("red",), lines=("500",)).holds(call)
    assert not Scope(languages=("yue",)).holds(call)
