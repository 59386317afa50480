"""Every segment is answered exactly once, whatever happens to it."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.asr import recogniser as room
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer, Segment
from tests.asr.segments import PATIENCE_S, Inbox, Scripted, segment


@pytest.fixture
def started():
    running: list[tuple[Recogniser, Scripted]] = []

    def start(engine: Scripted | None = None, workers: int = 1, batch: int = 1, **settings: object) -> Recogniser:
        engine = engine or Scripted()
        recogniser = Recogniser(engine, AsrSettings(**settings), workers, batch)
        running.append((recogniser, engine))
        return recogniser

    yield start
    for recogniser, engine in running:
        engine.gate.set()
        recogniser.close()


def busy(engine: Scripted, recogniser: Recogniser, inbox: Inbox) -> None:
    """Hold the only worker in a decode of segment "busy"."""
    engine.gate.clear()
    recogniser.submit(segment("busy"), inbox, None)
    assert engine.entered.acquire(timeout=PATIENCE_S)


def test_text_comes_back_with_the_causes_of_its_decodes(started):
    recogniser, inbox = started(Scripted(lambda s, full: "您好")), Inbox()
    recogniser.submit(segment("a1"), inbox, 5.0)
    answer = inbox.wait(1)["a1"]
    assert (answer.text, answer.lost, answer.suppressed, answer.decodes) == ("您好", None, (), ("final",))
    stats = recogniser.stats()
    assert (stats.answered, stats.decodes, stats.lost, stats.audio_s) == (1, {"final": 1}, {}, 1.0)


def test_a_final_answer_says_how_high_the_voice_is(started):
    recogniser, inbox = started(), Inbox()
    at_s = np.arange(8000) / 8000
    buzz = (3000 * np.sum([np.cos(2 * np.pi * 180 * k * at_s) / k for k in range(1, 9)], axis=0)).astype(np.int16)
    for name, samples, final in (("buzz", buzz, True), ("silent", None, True), ("preview", buzz, False)):
        recogniser.submit(segment(name, samples=samples, final=final), inbox, None)
    answers = inbox.wait(3)
    assert answers["buzz"].pitch_hz == pytest.approx(180, abs=0.5)
    assert answers["buzz"].pitch_range_st == pytest.approx(0, abs=0.2)
    assert {answers[name].pitch_hz for name in ("silent", "preview")} == {None}


def test_only_segments_with_a_deadline_tell_how_long_one_waits(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    recogniser.submit(segment("patient"), inbox, None)
    recogniser.submit(segment("hasty"), inbox, 30.0)
    engine.gate.set()
    inbox.wait(3)
    assert recogniser.stats().audio_s == 3.0
    assert recogniser.stats().wait_p95_ms >= 0
    assert len(recogniser._tally.finals) == 1


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


def test_a_decode_that_takes_too_long_is_lost_once_and_its_late_text_goes_nowhere(started, monkeypatch):
    now_s = [0.0]
    monkeypatch.setattr(room, "time", SimpleNamespace(monotonic=lambda: now_s[0]))
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


def test_one_bad_segment_takes_none_of_its_batch_with_it(started):
    def say(asked: Segment, full: bool) -> str:
        if asked.segment_id == "bad":
            raise RuntimeError("no")
        return "好的"

    engine, inbox = Scripted(say), Inbox()
    recogniser = started(engine, batch=8)
    busy(engine, recogniser, inbox)
    for name in ("a1", "bad", "a2"):
        recogniser.submit(segment(name), inbox, 30.0)
    engine.gate.set()
    answers = inbox.wait(4)
    assert engine.asked[1] == ("a1", "bad", "a2")
    assert answers["bad"].lost == "engine_error"
    assert [answers[name].text for name in ("a1", "a2")] == ["好的", "好的"]
    assert answers["a1"].decodes == ("final", "retry_single")


@pytest.mark.parametrize("error", [RuntimeError("x"), MemoryError(), SystemExit(1), KeyboardInterrupt()])
def test_a_worker_outlives_what_its_engine_throws(started, error):
    def say(asked: Segment, full: bool) -> str:
        if asked.segment_id == "bad":
            raise error
        return "好的"

    recogniser, inbox = started(Scripted(say)), Inbox()
    recogniser.submit(segment("bad"), inbox, 30.0)
    recogniser.submit(segment("a1"), inbox, 30.0)
    answers = inbox.wait(2)
    assert (answers["bad"].lost, answers["a1"].text) == ("engine_error", "好的")


@pytest.mark.parametrize("wrong", [[], [Answer("other")], [Answer("a1"), Answer("a1")], None])
def test_an_engine_that_answers_nonsense_loses_the_segment(started, wrong):
    class Nonsense(Scripted):
        def decode(self, segments, full=False):
            return wrong

    recogniser, inbox = started(Nonsense()), Inbox()
    recogniser.submit(segment("a1"), inbox, 30.0)
    assert inbox.wait(1)["a1"].lost == "engine_error"


def test_a_listener_that_raises_hurts_nobody_else(started):
    def deaf(asked: Segment, answer: Answer) -> None:
        raise ValueError("not now")

    recogniser, inbox = started(), Inbox()
    recogniser.submit(segment("a1"), deaf, 30.0)
    recogniser.submit(segment("a2"), inbox, 30.0)
    assert inbox.wait(1)["a2"].text == "a2"
    assert recogniser.stats().callback_errors == 1


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


def test_a_loop_is_decoded_once_more_at_full_context_and_counted(started):
    engine, inbox = Scripted(lambda s, full: "请稍等" if full else "的" * 30), Inbox()
    recogniser = started(engine)
    recogniser.submit(segment("a1"), inbox, 30.0)
    answer = inbox.wait(1)["a1"]
    assert (answer.text, answer.suppressed, answer.decodes) == ("请稍等", (), ("final", "retry_full"))
    assert recogniser.stats().decodes == {"final": 1, "retry_full": 1}


def test_a_loop_that_stays_a_loop_is_suppressed_and_kept(started):
    recogniser, inbox = started(Scripted(lambda s, full: "的" * 30)), Inbox()
    recogniser.submit(segment("a1"), inbox, 30.0)
    answer = inbox.wait(1)["a1"]
    assert "loop" in answer.suppressed
    assert answer.text == "的" * 30
    assert recogniser.stats().suppressed == {"loop": 1}


def test_the_second_decode_can_be_switched_off_and_hypotheses_never_get_one(started):
    engine, inbox = Scripted(lambda s, full: "的" * 30), Inbox()
    recogniser = started(engine, retry_full=False)
    recogniser.submit(segment("a1"), inbox, 30.0)
    inbox.wait(1)
    other = started(Scripted(lambda s, full: "的" * 30))
    other.submit(segment("h1", final=False), inbox, 30.0)
    inbox.wait(2)
    assert engine.fulls == [False]
    assert other.stats().decodes == {"hypothesis": 1}


def test_ten_thousand_characters_are_suppressed_and_shortened(started):
    text = "".join(chr(0x4E00 + n % 5000) for n in range(10_000))
    recogniser, inbox = started(Scripted(lambda s, full: text)), Inbox()
    recogniser.submit(segment("a1"), inbox, 30.0)
    answer = inbox.wait(1)["a1"]
    assert "rate_high" in answer.suppressed
    assert len(answer.text) == 2000


def test_words_that_may_be_quoted_get_their_times_and_others_cost_nothing(started):
    engine, inbox = Scripted(lambda s, full: {"a1": "這不關我的事", "a2": "您好"}.get(s.segment_id, "的" * 30)), Inbox()
    recogniser = started(engine)
    for name in ("a1", "a2", "loop"):
        recogniser.submit(segment(name), inbox, 30.0, lambda text: "好" not in text)
    answers = inbox.wait(3)
    assert "".join(word.text for word in answers["a1"].words) == "这不关我的事"
    assert answers["a1"].decodes == ("final", "align")
    assert answers["a2"].words == answers["loop"].words == ()
    assert engine.aligned == ["这不关我的事"]
    assert recogniser.stats().decodes["align"] == 1


def test_an_alignment_that_fails_costs_the_times_and_not_the_words(started):
    class Blind(Scripted):
        def words(self, segment, text):
            raise RuntimeError("no attention")

    recogniser, inbox = started(Blind(lambda s, full: "这不关我的事")), Inbox()
    recogniser.submit(segment("a1"), inbox, 30.0, lambda text: True)
    recogniser.submit(segment("h1", final=False), inbox, 30.0, lambda text: True)
    answers = inbox.wait(2)
    assert [answers[name].text for name in ("a1", "h1")] == ["这不关我的事"] * 2
    assert answers["a1"].words == ()
    assert recogniser.stats().decodes["align"] == 1


def test_a_decode_that_finds_no_end_is_made_again_and_else_not_believed(started):
    class Endless(Scripted):
        def decode(self, segments, full=False):
            return [replace(answer, unfinished=not (full and answer.segment_id == "a1"))
                    for answer in super().decode(segments, full)]  # fmt: skip

    recogniser, inbox = started(Endless(lambda s, full: "请稍等")), Inbox()
    for name in ("a1", "a2"):
        recogniser.submit(segment(name), inbox, 30.0)
    answers = inbox.wait(2)
    assert (answers["a1"].suppressed, answers["a1"].text) == ((), "请稍等")
    assert (answers["a2"].suppressed, answers["a2"].text) == (("unfinished",), "请稍等")
    assert answers["a2"].decodes == ("final", "retry_full")


def test_under_load_a_worker_waits_a_little_for_a_batch_and_at_rest_not_at_all(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=2, gather_ms=5000)
    busy(engine, recogniser, inbox)
    recogniser._load = 5.0
    recogniser.submit(segment("a1"), inbox, 30.0)
    engine.gate.set()
    inbox.wait(1)
    recogniser.submit(segment("a2"), inbox, 30.0)
    inbox.wait(3)
    assert engine.asked == [("busy",), ("a1", "a2")]


def test_a_close_does_not_wait_for_a_batch_to_fill(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=2, gather_ms=5000)
    busy(engine, recogniser, inbox)
    recogniser._load = 100.0
    recogniser.submit(segment("a1"), inbox, None)
    engine.gate.set()
    inbox.wait(1)
    recogniser.close()
    assert inbox.wait(2)["a1"].lost == "stopped"


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
