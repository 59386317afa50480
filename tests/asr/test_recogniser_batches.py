"""Who is decoded when, and with whom."""

from __future__ import annotations

import threading
from types import SimpleNamespace

from monitor.asr import recogniser as room
from monitor.asr.recogniser import Recogniser
from tests.asr.segments import PATIENCE_S, Inbox, Scripted, busy, segment


def test_finals_go_before_hypotheses_and_the_earliest_deadline_first(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("h1", final=False), inbox, 1.0)
    recogniser.submit(segment("late"), inbox, 30.0)
    recogniser.submit(segment("never"), inbox, None)
    recogniser.submit(segment("soon"), inbox, 20.0)
    recogniser.submit(segment("soon-agent-after-customer", channel="customer"), inbox, 20.0)
    engine.gate.set()
    inbox.wait(6)
    assert [asked[0] for asked in engine.asked] == [
        "busy", "soon", "soon-agent-after-customer", "late", "never", "h1",
    ]  # fmt: skip


def test_a_batch_holds_one_length_class_and_at_most_its_bound(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=2)
    busy(engine, recogniser, inbox)
    for name, length in (("s1", 1000), ("l1", 4000), ("s2", 1000), ("s3", 1000), ("l2", 4000)):
        recogniser.submit(segment(name, length_ms=length), inbox, None)
    engine.gate.set()
    inbox.wait(6)
    assert sorted(engine.asked[1:]) == [("l1", "l2"), ("s1", "s2"), ("s3",)]


def test_a_newer_hypothesis_and_a_final_take_the_place_of_the_one_that_waits(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("a1", final=False), inbox, None)
    recogniser.submit(segment("a1", final=False, length_ms=2000), inbox, None)
    assert inbox.wait(1)["a1"].lost == "superseded"
    recogniser.submit(segment("a1", length_ms=3000), inbox, None)
    inbox.wait(2)
    assert [(s.final, s.end_ms, a.lost) for s, a in inbox.got] == [
        (False, 1000, "superseded"), (False, 2000, "superseded"),
    ]  # fmt: skip
    engine.gate.set()
    inbox.wait(4)
    assert inbox.got[-1][0].final
    assert engine.asked == [("busy",), ("a1",)]


def test_too_many_hypotheses_shed_the_oldest_and_cost_no_final_its_place(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, queue=1, hypothesis_queue=2)
    busy(engine, recogniser, inbox)
    for n in range(3):
        recogniser.submit(segment(f"h{n}", final=False), inbox, None)
    recogniser.submit(segment("a1"), inbox, 30.0)
    assert inbox.wait(1)["h0"].lost == "shed"
    engine.gate.set()
    answers = inbox.wait(5)
    assert answers["a1"].lost is None


def gathers_for_ever(recogniser: Recogniser) -> None:
    """The window of a worker under load longer than any test, so that no machine is too slow to fill it."""
    recogniser.settings = recogniser.settings.model_copy(update={"gather_ms": 10 * 240_000})


def test_where_others_wait_a_worker_learns_to_wait_for_a_batch(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=2)
    gathers_for_ever(recogniser)
    busy(engine, recogniser, inbox)
    for number in range(40):
        recogniser.submit(segment(f"s{number}"), inbox, 240.0)
    engine.gate.set()
    inbox.wait(41)
    while engine.entered.acquire(blocking=False):
        pass
    recogniser.submit(segment("a1"), inbox, 240.0)
    assert not engine.entered.acquire(timeout=0.2), "it was decoded alone"
    recogniser.submit(segment("a2"), inbox, 240.0)
    inbox.wait(43)
    assert engine.asked[-1] == ("a1", "a2")


def test_at_rest_a_segment_waits_for_no_other(started, monkeypatch):
    gathered, resting = Recogniser._gathered, threading.Event()

    def told(self: Recogniser) -> bool:
        found = gathered(self)
        if not found:
            resting.set()
        return found

    monkeypatch.setattr(Recogniser, "_gathered", told)
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=2)
    gathers_for_ever(recogniser)
    for number in range(3):
        assert resting.wait(PATIENCE_S)
        resting.clear()
        recogniser.submit(segment(f"a{number}"), inbox, 240.0)
        assert inbox.wait(number + 1)[f"a{number}"].lost is None
    assert engine.asked == [("a0",), ("a1",), ("a2",)]


def test_a_close_does_not_wait_for_a_batch_to_fill(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=2)
    gathers_for_ever(recogniser)
    busy(engine, recogniser, inbox)
    recogniser._load = 1.0
    recogniser.submit(segment("a1"), inbox, 240.0)
    engine.gate.set()
    inbox.wait(1)
    recogniser.close()
    assert inbox.wait(2)["a1"].lost == "stopped"


def test_what_is_submitted_together_is_decoded_together_even_by_an_idle_worker(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=4)
    with recogniser.together():
        for name in ("a1", "a2", "a3"):
            recogniser.submit(segment(name), inbox, None)
    inbox.wait(3)
    assert engine.asked == [("a1", "a2", "a3")]


def test_more_than_the_queue_holds_can_be_submitted_together(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=4, queue=2)

    def send() -> None:
        with recogniser.together():
            for number in range(9):
                recogniser.submit(segment(f"a{number}"), inbox, None)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    sender.join(PATIENCE_S)
    assert not any(answer.lost for answer in inbox.wait(9).values())


def test_those_who_are_in_no_hurry_wait_for_no_batch_to_fill(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=2)
    gathers_for_ever(recogniser)
    recogniser._load = 1.0
    recogniser.submit(segment("a1"), inbox, None)
    assert inbox.wait(1)["a1"].lost is None


def test_what_cannot_be_answered_in_time_is_not_decoded_and_makes_room_for_what_can(started, monkeypatch):
    now_s = [100.0]
    monkeypatch.setattr(room, "time", SimpleNamespace(monotonic=lambda: now_s[0]))
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    recogniser._decode_s = 2.0
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("hopeless"), inbox, 5.0)
    now_s[0] = 103.5
    recogniser.submit(segment("in-time"), inbox, 5.0)
    assert recogniser.stats().oldest_ms == 3500
    engine.gate.set()
    assert inbox.wait(2)["in-time"].text == "in-time"
    assert engine.asked == [("busy",), ("in-time",)]
    assert recogniser.stats().waiting == 1
    now_s[0] = 105.0
    recogniser.submit(segment("next"), inbox, 5.0)
    answers = inbox.wait(4)
    assert (answers["hopeless"].lost, answers["next"].lost) == ("timeout", None)
    stats = recogniser.stats()
    assert (stats.waiting, stats.audio_s, stats.oldest_ms) == (0, 3.0, 0.0)
