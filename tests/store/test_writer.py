"""The writer: stored before shown; a store that does not answer stops nobody, and catches up."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from monitor.bus import Bus
from monitor.core.events import Envelope
from monitor.errors import StoreError
from monitor.store.settings import StoreSettings
from monitor.store.store import Store
from monitor.store.writer import Writer
from tests.story import Story

# a busy machine may take longer than the default to commit
PATIENT = StoreSettings(stall_ms=60_000, retry_ms=20)
QUICK = StoreSettings(stall_ms=50, retry_ms=20, max_spool=100)


class Shown:
    """What was published, and how much of it the store held at that moment."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.envelopes: list[Envelope] = []
        self.stored_then: list[int] = []

    def __call__(self, envelopes) -> None:
        self.envelopes += envelopes
        self.stored_then += [len(self.store.events(each.call_id)) if each.call_id else -1 for each in envelopes]

    def kinds(self) -> list[str]:
        return [each.body.get("kind", each.type) for each in self.envelopes]


class Gate:
    """A store whose appends wait until `open` is set; `fail` makes them raise."""

    def __init__(self, store: Store) -> None:
        self.store, self.open, self.fail = store, threading.Event(), False
        self.url = "gate"

    def append(self, envelopes) -> None:
        self.open.wait(240)
        if self.fail:
            raise StoreError("gate", "has no space left")
        self.store.append(envelopes)

    def acknowledge(self, *args):
        return self.store.acknowledge(*args)


@pytest.fixture(name="store")
def _store(tmp_path: Path):
    store = Store(f"sqlite:///{tmp_path / 'linewatch.db'}")
    yield store
    store.close()


async def test_an_envelope_is_in_the_store_when_it_is_shown(store):
    shown, story = Shown(store), Story("one")
    writer = Writer(store, shown, PATIENT)
    writer.start()
    await writer.put([story.started(), story.alert(1000, "a")])
    assert [each.seq for each in shown.envelopes] == [1, 2]
    assert shown.stored_then == [2, 2]
    assert store.events("one") == shown.envelopes
    assert all(each.published_at_utc for each in shown.envelopes)
    await writer.stop()


async def test_calls_are_committed_together_and_each_stays_in_order(store):
    shown, stories = Shown(store), [Story(f"call-{index}") for index in range(20)]
    writer = Writer(store, shown, PATIENT)
    writer.start()
    waits = [writer.submit([story.started()]) for story in stories]
    waits += [
        writer.submit([story.said("agent", n * 1000, n * 1000 + 500, "好")]) for n in range(5) for story in stories
    ]
    await asyncio.gather(*waits)
    for story in stories:
        assert [each.seq for each in shown.envelopes if each.call_id == story.call_id] == [1, 2, 3, 4, 5, 6]
    await writer.stop()


async def test_overlay_does_not_wait_for_the_store(store):
    gate, story = Gate(store), Story("one")
    shown = Shown(store)
    writer = Writer(gate, shown, PATIENT)
    writer.start()
    writer.submit([story.started(), story.meter(20, "agent")])
    assert shown.kinds() == ["meter"]
    gate.open.set()
    await writer.stop()


async def test_a_stalled_store_is_said_and_catches_up(store):
    gate, story = Gate(store), Story("one")
    shown = Shown(store)
    writer = Writer(gate, shown, QUICK)
    writer.start()
    await writer.put([story.started()])
    await writer.put([story.alert(1000, "a")])
    assert shown.kinds() == ["store_stalled", "call.started", "alert.raised"]
    assert [each.stored for each in shown.envelopes[1:]] == [False, False]
    assert writer.stats().stalled
    gate.open.set()
    await writer.drain()
    assert shown.kinds()[3:] == ["recovered"]
    assert [each.seq for each in store.events("one")] == [1, 2]
    assert all(each.stored is None for each in store.events("one"))
    await writer.stop()


async def test_a_full_disk_is_tried_again(store):
    gate, story = Gate(store), Story("one")
    shown = Shown(store)
    gate.fail = True
    gate.open.set()
    writer = Writer(gate, shown, PATIENT)
    writer.start()
    await writer.put([story.started()])
    assert shown.kinds() == ["disk", "call.started"]
    gate.fail = False
    await writer.drain()
    assert len(store.events("one")) == 1
    await writer.stop()


async def test_the_spool_is_bounded_and_what_does_not_fit_is_counted(store):
    gate, story = Gate(store), Story("one")
    shown = Shown(store)
    writer = Writer(gate, shown, QUICK)
    writer.start()
    await writer.put([story.started()])
    for index in range(150):
        await writer.put([story.alert(1000 + index, f"a{index}")])
    assert shown.kinds().count("alert.raised") == 150
    assert writer.stats().unstored == 51
    assert writer.stats().waiting == 100
    gate.open.set()
    await writer.drain()
    assert len(store.events("one")) == 100
    await writer.stop()


async def test_a_call_id_used_twice_costs_no_other_call_anything(store):
    again, other = Story("one"), Story("two")
    first = Story("one")
    store.append([first.started()])
    shown = Shown(store)
    writer = Writer(store, shown, PATIENT)
    writer.start()
    await asyncio.gather(writer.put([again.started()]), writer.put([other.started()]))
    assert {(each.call_id, each.stored) for each in shown.envelopes if each.call_id} == {("one", False), ("two", None)}
    assert "disk" in shown.kinds()
    assert len(store.events("two")) == 1
    await writer.stop()


async def test_a_fault_in_one_envelope_ends_nothing_else(store):
    broken, sound = Story("one"), Story("two")
    bad = broken.ended(1000).model_copy(update={"body": {}})
    shown = Shown(store)
    writer = Writer(store, shown, PATIENT)
    writer.start()
    await asyncio.gather(writer.put([broken.started()]), writer.put([bad]), writer.put([sound.started()]))
    assert len(store.events("two")) == 1
    assert [each.stored for each in shown.envelopes if each.type == "call.ended"] == [False]
    await writer.put([sound.answered()])
    assert len(store.events("two")) == 2
    await writer.stop()


async def test_an_acknowledgement_waits_for_what_was_submitted_before_it(store):
    bus, story = Bus(), Story("one")
    writer = Writer(store, bus.publish, PATIENT)
    writer.start()
    writer.submit([story.started(), story.alert(1000, "a"), story.ended(2000), story.closed(2000)])
    envelope = await writer.acknowledge("a", "Li", "谈过了")
    assert envelope.seq == 5
    assert bus.wall()[0].alerts["a"]["acknowledged"]["actor"] == "Li"
    with pytest.raises(StoreError):
        await writer.acknowledge("never", "Li", "")
    await writer.stop()


async def test_a_file_held_by_another_program_is_waited_for(store, tmp_path):
    shown, story = Shown(store), Story("one")
    writer = Writer(store, shown, QUICK)
    writer.start()
    other = sqlite3.connect(tmp_path / "linewatch.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await writer.put([story.started()])
    assert shown.kinds() == ["store_stalled", "call.started"]
    other.execute("ROLLBACK")
    other.close()
    await writer.drain()
    assert len(store.events("one")) == 1
    await writer.stop()


async def test_stopping_stores_what_is_waiting(store):
    story = Story("one")
    writer = Writer(store, Shown(store), PATIENT)
    writer.start()
    for index in range(50):
        writer.submit([story.started() if index == 0 else story.said("agent", index, index + 1, "好")])
    await writer.stop()
    assert len(store.events("one")) == 50
