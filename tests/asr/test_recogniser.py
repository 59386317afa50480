"""Every segment is answered exactly once, whatever happens to it."""

from __future__ import annotations

import threading
import weakref
from collections import Counter
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.asr import recogniser as room
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer, Segment
from tests.asr.segments import PATIENCE_S, Inbox, Scripted, busy, segment


def test_text_comes_back_with_the_causes_of_its_decodes(started):
    recogniser, inbox = started(Scripted(lambda s, full: "您好")), Inbox()
    recogniser.submit(segment("a1"), inbox, 5.0)
    answer = inbox.wait(1)["a1"]
    assert (answer.text, answer.lost, answer.suppressed, answer.decodes) == ("您好", None, (), ("final",))
    stats = recogniser.stats()
    assert (stats.answered, stats.decodes, stats.lost, stats.audio_s) == (1, {"final": 1}, {}, 1.0)


def test_only_segments_with_a_deadline_tell_how_long_one_waits(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("patient"), inbox, None)
    recogniser.submit(segment("hasty"), inbox, 30.0)
    engine.gate.set()
    inbox.wait(3)
    assert recogniser.stats().audio_s == 3.0
    ((_, wait_s, delay_s),) = recogniser._tally.finals
    assert 0 < wait_s <= delay_s
    assert recogniser.stats().wait_p95_ms == pytest.approx(1000 * wait_s, abs=0.1)


def test_a_full_queue_loses_the_newcomer_and_keeps_the_rest(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, queue=2)
    busy(engine, recogniser, inbox)
    for name in ("a1", "a2", "a3"):
        recogniser.submit(segment(name), inbox, 30.0)
    assert inbox.wait(1)["a3"].lost == "overload"
    assert recogniser.stats().waiting == 2
    engine.gate.set()
    answers = inbox.wait(4)
    assert {name for name, answer in answers.items() if answer.lost} == {"a3"}
    assert recogniser.stats().lost == {"overload": 1}


def test_without_a_deadline_submit_waits_for_room(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, queue=1)
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("a1"), inbox, None)
    waiter = threading.Thread(target=recogniser.submit, args=(segment("a2"), inbox, None))
    waiter.start()
    waiter.join(0.1)
    assert waiter.is_alive()
    engine.gate.set()
    waiter.join(PATIENCE_S)
    assert not any(answer.lost for answer in inbox.wait(3).values())


def test_what_waits_too_long_is_lost_without_being_decoded(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("waiting"), inbox, 0.05)
    assert inbox.wait(1)["waiting"].lost == "timeout"
    assert recogniser.stats().waiting == 0
    engine.gate.set()
    inbox.wait(2)
    assert engine.asked == [("busy",)]


@pytest.fixture
def now_s(monkeypatch) -> list[float]:
    """The recogniser's clock, which stands until it is set."""
    now = [0.0]
    monkeypatch.setattr(room, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_a_decode_that_takes_too_long_is_lost_once_and_its_late_text_goes_nowhere(started, now_s):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    engine.gate.clear()
    recogniser.submit(segment("running"), inbox, 5.0)
    assert engine.entered.acquire(timeout=PATIENCE_S)
    now_s[0] = 5.0
    recogniser.submit(segment("next"), inbox, 5.0)
    assert inbox.wait(1)["running"].lost == "timeout"
    engine.gate.set()
    assert inbox.wait(2)["next"].text == "next"
    assert len(inbox.got) == 2


def test_a_preview_of_a_slow_model_is_shown_late_and_only_one_that_waits_too_long_is_never_made(started, now_s):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    engine.gate.clear()
    recogniser.submit(segment("slow", final=False), inbox, 1.0)
    assert engine.entered.acquire(timeout=PATIENCE_S)
    recogniser.submit(segment("waiting", final=False), inbox, 1.0)
    now_s[0] = 1.2
    recogniser.submit(segment("a1"), inbox, 5.0)
    assert inbox.wait(1)["waiting"].lost == "timeout"
    engine.gate.set()
    answers = inbox.wait(3)
    assert (answers["slow"].lost, answers["slow"].text, answers["a1"].text) == (None, "slow", "a1")
    assert engine.asked == [("slow",), ("a1",)]
    assert recogniser.stats().previews_dropped == {"timeout": 1}


def test_close_answers_what_waits_and_lets_the_running_decode_finish(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("a1"), inbox, None)
    closer = threading.Thread(target=recogniser.close)
    closer.start()
    assert inbox.wait(1)["a1"].lost == "stopped"
    engine.gate.set()
    closer.join(PATIENCE_S)
    assert inbox.wait(2)["busy"].text == "busy"
    recogniser.submit(segment("a2"), inbox, None)
    assert inbox.wait(3)["a2"].lost == "stopped"


def test_what_happens_to_previews_is_counted_apart_from_what_is_lost(started):
    engine, inbox = Scripted(lambda s, full: "的" * 40 if s.segment_id == "h2" else "好"), Inbox()
    recogniser = started(engine, hypothesis_queue=1)
    busy(engine, recogniser, inbox)
    for name, length in (("h1", 1000), ("h1", 2000), ("h2", 1000)):
        recogniser.submit(segment(name, length_ms=length, final=False), inbox, None)
    engine.gate.set()
    inbox.wait(4)
    told = recogniser.stats()
    assert (told.lost, told.suppressed, told.answered) == ({}, {}, 4)
    assert told.previews_dropped == {"superseded": 1, "shed": 1, "loop": 1}


def test_an_engine_that_hangs_keeps_nobody_who_was_superseded(started):
    engine, inbox, samples = Scripted(), Inbox(), []
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("before", final=False), inbox, 120.0)
    for number in range(1000):
        one = segment("a1", length_ms=1000 + number, final=False)
        samples.append(weakref.ref(one.samples))
        recogniser.submit(one, lambda asked, answer: None, 240.0)
    del one
    assert recogniser.stats().hypotheses_waiting == 2
    assert sum(each() is not None for each in samples) < 50


def test_room_is_left_for_those_who_cannot_wait(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, queue=4)
    busy(engine, recogniser, inbox)
    room = []
    for name in ("a1", "a2", "a3"):
        room.append(recogniser.has_room())
        recogniser.submit(segment(name), inbox, None)
    assert room == [True, True, False]


def test_a_segment_that_cannot_be_counted_is_answered_all_the_same(started, monkeypatch):
    def count(self, *when):
        if len(inbox.got) < 2:
            raise RuntimeError("no")

    inbox = Inbox()
    monkeypatch.setattr(room.Tally, "final", count)
    recogniser = started()
    for number in range(3):
        recogniser.submit(segment(f"a{number}"), inbox, 240.0)
        inbox.wait(number + 1)
    assert [answer.text for _, answer in inbox.got] == ["a0", "a1", "a2"]


def test_who_comes_too_late_hears_of_it_even_where_it_cannot_be_counted(started, monkeypatch):
    def count(self, *when):
        raise RuntimeError("no")

    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    monkeypatch.setattr(room.Tally, "final", count)
    for number in range(3):
        recogniser.submit(segment(f"a{number}"), inbox, 0.05)
    assert {answer.lost for answer in inbox.wait(3).values()} == {"timeout"}


def test_a_listener_that_raises_hurts_nobody_else(started):
    def deaf(asked: Segment, answer: Answer) -> None:
        raise ValueError("not now")

    recogniser, inbox = started(), Inbox()
    recogniser.submit(segment("a1"), deaf, 30.0)
    recogniser.submit(segment("a2"), inbox, 30.0)
    assert inbox.wait(1)["a2"].text == "a2"
    assert recogniser.stats().callback_errors == 1


def test_a_listener_may_end_its_own_thread(started):
    def leaves(asked: Segment, answer: Answer) -> None:
        raise KeyboardInterrupt

    recogniser = started()
    recogniser.close()
    with pytest.raises(KeyboardInterrupt):
        recogniser.submit(segment("a1"), leaves, 30.0)


plans = st.lists(
    st.tuples(
        st.sampled_from(["fine", "raises", "loops", "nonsense", "quits"]),
        st.sampled_from([None, 0.0, 0.002, 20.0]),
        st.booleans(),
        st.integers(0, 3),
        st.sampled_from([400, 1000, 3000]),
    ),
    max_size=40,
)


@settings(deadline=None, max_examples=60)
@given(plan=plans, workers=st.integers(1, 3), batch=st.integers(1, 4), queue=st.integers(1, 8), stop=st.integers(0, 40))
def test_each_segment_is_answered_exactly_once(plan, workers, batch, queue, stop):
    fate: dict[str, str] = {}

    class Unruly(Scripted):
        def decode(self, segments: list[Segment], full: bool = False) -> list[Answer]:
            fates = {fate[f"{s.call_id}/{s.segment_id}/{s.final}"] for s in segments}
            if "raises" in fates:
                raise RuntimeError("no")
            if "quits" in fates:
                raise SystemExit
            if "nonsense" in fates:
                return [Answer("who")]
            return [Answer(s.segment_id, "的" * 40 if "loops" in fates else "好") for s in segments]

    recogniser = Recogniser(Unruly(), AsrSettings(queue=queue, hypothesis_queue=2), workers, batch)
    inbox, sent = Inbox(), Counter()
    for n, (kind, timeout, final, call, length) in enumerate(plan):
        if n == stop:
            recogniser.close()
        one = segment(f"a{n if final else n // 4}", f"call{call}", length_ms=length, final=final)
        name = f"{one.call_id}/{one.segment_id}/{one.final}"
        fate[name] = kind
        sent[name] += 1
        recogniser.submit(one, inbox, timeout)
    recogniser.close()
    inbox.wait(len(plan))
    assert Counter(f"{s.call_id}/{s.segment_id}/{s.final}" for s, _ in inbox.got) == sent
    stats = recogniser.stats()
    assert (stats.waiting, stats.hypotheses_waiting, stats.running) == (0, 0, 0)
    assert stats.answered == len(plan)
