"""The store on a real SQLite file: what was appended is read back, found, acknowledged and erased."""

from pathlib import Path

import pytest

from monitor.core.events import BODIES
from monitor.errors import StoreError
from monitor.store.store import ConflictError, Store
from tests.measured import call, calls_of_a_bad_seat
from tests.story import Story


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "linewatch.db"


@pytest.fixture(name="store")
def _store(path: Path):
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


def a_call(call_id: str = "one", agent_id: str = "1", team: str = "north", over: bool = True) -> Story:
    story = Story(call_id, agent_id, team)
    story.started()
    story.answered()
    story.said("agent", 0, 2000, "您好,“请问”有什么可以帮助您?\n🙂")
    story.alert(3000, f"{call_id}-a", severity="critical")
    if over:
        story.ended(9000)
        story.closed(9000)
    return story


def test_envelopes_come_back_as_they_were(store):
    story = a_call()
    store.append(story.told)
    assert store.events("one") == story.told
    assert store.events("one", after_seq=4) == story.told[4:]
    assert store.events("one", limit=2) == story.told[:2]
    assert store.events("nobody") == []


def test_they_outlive_the_process(store, path):
    store.append(a_call().told)
    store.close()
    again = Store(f"sqlite:///{path}")
    assert len(again.events("one")) == 6
    again.close()


def test_overlay_is_never_stored(store):
    story = Story("one")
    store.append([story.started(), story.meter(100, "agent")])
    assert [each.type for each in store.events("one")] == ["call.started"]


def test_the_same_seq_twice_is_refused_and_nothing_of_that_append_stays(store):
    story = a_call(over=False)
    store.append(story.told[:3])
    with pytest.raises(ConflictError, match="one"):
        store.append([story.told[3], story.told[2]])
    assert len(store.events("one")) == 3


def test_calls_are_found_by_who_when_and_what(store):
    for call_id, agent_id, team in (("one", "1", "north"), ("two", "2", "south"), ("three", "1", "north")):
        store.append(a_call(call_id, agent_id, team, over=call_id != "three").told)
    found = {row.call_id for row in store.calls()}
    assert found == {"one", "two", "three"}
    assert {row.call_id for row in store.calls(agent_id="1")} == {"one", "three"}
    assert {row.call_id for row in store.calls(teams=["south"])} == {"two"}
    assert store.calls(teams=[]) == []
    assert {row.call_id for row in store.calls(closed=False)} == {"three"}
    assert store.calls(severity="minor") == []
    assert len(store.calls(severity="critical", rule_id="B1")) == 3
    assert store.calls(until_utc="2001-01-01") == []
    assert len(store.calls(since_utc="2001-01-01", limit=2)) == 2
    row = store.call("one")
    assert row is not None
    assert (row.duration_ms, row.ended_by, row.closed, row.alerts) == (9000, "customer", True, 1)


def test_an_alert_whose_condition_is_over_still_counts_once(store):
    story = a_call(over=False)
    store.append(story.told)
    cleared = story.tell(5000, BODIES["alert.cleared"].model_validate(story.told[3].body), "agent")
    store.append([cleared])
    row = store.call("one")
    assert row is not None
    assert row.alerts == 1


def test_an_alert_of_a_closed_call_is_acknowledged_with_the_next_seq(store):
    story = a_call()
    store.append(story.told)
    first = store.acknowledge("one-a", "Li", "谈过了", "2026-11-22T03:00:00Z")
    second = store.acknowledge("one-a", "Wang", "", "2026-11-22T04:00:00Z")
    assert (first.seq, second.seq) == (7, 8)
    assert first.at_ms == 9000
    assert store.events("one", after_seq=6) == [first, second]
    assert store.call_of_alert("one-a") == "one"
    with pytest.raises(StoreError, match="no such alert"):
        store.acknowledge("never", "Li", "", "2026-11-22T03:00:00Z")


def test_erasing_leaves_nothing_of_the_call_in_the_file(store, path):
    store.append(a_call("one").told)
    store.append(a_call("two").told)
    assert store.erase(call_id="one") == 1
    assert [row.call_id for row in store.calls()] == ["two"]
    assert store.events("one") == []
    assert store.erase(call_id="two") == 1
    assert "请问".encode() not in path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()


def test_erasing_by_agent_and_age_spares_the_running(store):
    for call_id, over in (("one", True), ("two", False)):
        store.append(a_call(call_id, over=over).told)
    assert store.erase(older_than_utc="2001-01-01") == 0
    assert store.erase(agent_id="1") == 1
    assert [row.call_id for row in store.calls()] == ["two"]
    assert store.erase(older_than_utc="2999-01-01", unclosed=True) == 1


def test_a_database_in_memory_serves_several_threads():
    from concurrent.futures import ThreadPoolExecutor

    store = Store("sqlite://")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda index: store.append(a_call(f"call-{index}").told), range(20)))
    assert len(store.calls()) == 20
    assert len(store.events("call-7")) == 6
    store.close()


def test_what_channels_were_like_is_found_again_by_line_seat_and_customer(store):
    for told in calls_of_a_bad_seat():
        store.append(told)
    store.append(call("mono", -50.0, legs="separated", seat="s1"))
    found = store.measured()
    assert len(found) == 2 * 24
    bad = next(one for one in found if one.call_id == "bad-0" and one.channel == "agent")
    assert (bad.seat, bad.agent_id, bad.line, bad.customer) == ("s9", "a0", "l0", "c-0")
    assert (bad.quality.speech_level_dbov, bad.quality.media_ms) == (-41.0, 60_000)
    assert store.measured(teams=["south"]) == []
    assert len(store.measured(limit=4)) == 4
    assert store.erase(call_id="bad-0") == 1
    assert len(store.measured()) == 2 * 23


def test_what_was_derived_stays_marked(store):
    told = [each.model_copy(update={"derived": True if each.channel else None}) for each in call("mono", -30.0)]
    store.append(told)
    assert store.events("mono") == told
