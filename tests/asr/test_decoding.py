"""From segments to answers: what is decoded again, what gets times, and what goes wrong with one segment only."""

from __future__ import annotations

import ctypes
import threading
from dataclasses import replace

import numpy as np
import pytest

from monitor.asr import decoding as room
from monitor.asr.recogniser import Recogniser
from monitor.core.types import Answer, Segment
from tests.asr.conftest import QUESTION, likeness, spoken
from tests.asr.segments import PATIENCE_S, Inbox, Scripted, busy, segment


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


def with_one_bad(started, final: bool):
    """Three that share a batch, of which the engine cannot bear the second."""

    def say(asked: Segment, full: bool) -> str:
        if asked.segment_id == "bad":
            raise RuntimeError("no")
        return "好的"

    engine, inbox = Scripted(say), Inbox()
    recogniser = started(engine, batch=8)
    busy(engine, recogniser, inbox)
    for name in ("a1", "bad", "a2"):
        recogniser.submit(segment(name, final=final), inbox, 30.0 if final else None)
    engine.gate.set()
    return engine, inbox.wait(4), recogniser


def test_one_bad_segment_takes_none_of_its_batch_with_it(started):
    engine, answers, _ = with_one_bad(started, final=True)
    assert engine.asked[1] == ("a1", "bad", "a2")
    assert answers["bad"].lost == "engine_error"
    assert [answers[name].text for name in ("a1", "a2")] == ["好的", "好的"]
    assert answers["a1"].decodes == ("final", "retry_single")


def test_previews_decoded_one_by_one_after_their_batch_failed_are_previews_still(started):
    engine, answers, recogniser = with_one_bad(started, final=False)
    assert engine.asked[1:] == [("a1", "bad", "a2"), ("a1",), ("bad",), ("a2",)]
    assert answers["a1"].decodes == ("hypothesis", "hypothesis")
    assert recogniser.stats().decodes == {"final": 1, "hypothesis": 6}


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


@pytest.mark.parametrize("stage", ["decode", "guard", "words", "timed", "voice", "on_answer", "context_ms"])
@pytest.mark.parametrize("error", [RuntimeError("no"), SystemExit(1)])
def test_whatever_breaks_at_any_stage_costs_one_segment_and_no_worker(started, monkeypatch, stage, error):
    def broken(real, at=0):
        def call(*what, **how):
            if "bad" in str(what[at]):
                raise error
            return real(*what, **how)

        return call

    def timed(text: str) -> bool:
        if stage == "timed" and text == "bad":
            raise error
        return True

    engine, inbox = Scripted(), Inbox()
    if stage in ("guard", "voice"):
        monkeypatch.setattr(room, stage, broken(getattr(room, stage)))
    elif stage in ("context_ms", "decode", "words"):
        monkeypatch.setattr(engine, stage, broken(getattr(engine, stage)))
    recogniser = started(engine, batch=8)
    with recogniser.together():
        for name in ("a1", "bad", "a2"):
            asked = broken(inbox, at=0) if stage == "on_answer" else inbox
            recogniser.submit(segment(name), asked, 30.0, timed)
    recogniser.submit(segment("later"), inbox, 30.0)
    answers = inbox.wait(3 if stage == "on_answer" else 4)
    assert [answers[name].text for name in ("a1", "a2", "later")] == ["a1", "a2", "later"]
    if stage in ("decode", "guard", "voice"):
        assert answers["bad"].lost == "engine_error"
    elif stage in ("words", "timed", "context_ms"):
        assert (answers["bad"].text, answers["bad"].words if stage != "context_ms" else ()) == ("bad", ())
    assert recogniser.stats().answered == 4
    assert all(thread.is_alive() for thread in recogniser._workers)


def test_a_worker_that_is_killed_in_the_middle_of_a_decode_loses_that_segment_and_lives_on(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine)
    busy(engine, recogniser, inbox)
    (worker,) = recogniser._workers
    kill(worker)
    engine.gate.set()
    recogniser.submit(segment("next"), inbox, 30.0)
    answers = inbox.wait(2)
    assert answers["next"].text == "next"
    assert answers["busy"].lost == "engine_error"
    assert worker.is_alive()


def kill(worker: threading.Thread) -> None:
    assert ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(SystemExit)) == 1


def test_a_worker_that_is_killed_in_the_middle_of_a_batch_loses_none_of_it_and_lives_on(started):
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=8)
    engine.gate.clear()
    with recogniser.together():
        for name in ("a1", "a2", "a3"):
            recogniser.submit(segment(name), inbox, None)
    assert engine.entered.acquire(timeout=PATIENCE_S)
    (worker,) = recogniser._workers
    kill(worker)
    recogniser.submit(segment("next"), inbox, 240.0)
    engine.gate.set()
    answers = inbox.wait(4)
    assert engine.asked[0] == ("a1", "a2", "a3")
    assert [answers[name].text for name in ("a1", "a2", "a3", "next")] == ["a1", "a2", "a3", "next"]
    assert answers["a3"].decodes == ("final", "retry_single")
    assert worker.is_alive()
    assert recogniser.stats().answered == 4


def test_a_worker_that_is_killed_while_it_answers_a_batch_answers_each_of_it_once(started):
    """Between the first answer and the second."""
    engine, inbox = Scripted(), Inbox()
    recogniser = started(engine, batch=8)
    real = recogniser._decoder.answers

    def cut_off(batch):
        for number, told in enumerate(real(batch)):
            if number == 1:
                raise SystemExit
            yield told

    recogniser._decoder.answers = cut_off
    with recogniser.together():
        for name in ("a1", "a2", "a3"):
            recogniser.submit(segment(name), inbox, None)
    inbox.wait(3)
    recogniser.submit(segment("next"), inbox, None)
    answers = inbox.wait(4)
    assert [answers[name].lost for name in ("a1", "a2", "a3", "next")] == [None, "engine_error", "engine_error", None]
    assert len(inbox.got) == recogniser.stats().answered == 4


def test_a_worker_that_is_killed_while_it_waits_takes_up_what_comes(started):
    recogniser, inbox = started(), Inbox()
    recogniser.submit(segment("first"), inbox, None)
    inbox.wait(1)
    (worker,) = recogniser._workers
    kill(worker)
    for name in ("a1", "a2"):
        recogniser.submit(segment(name), inbox, None)
    answers = inbox.wait(3)
    assert [answers[name].text for name in ("a1", "a2")] == ["a1", "a2"]
    assert worker.is_alive()


def test_ctranslate2_itself_refusing_one_segment_of_a_batch_costs_that_one(engine):
    class Overlong:
        """One of its segments asks for more context than a Whisper model has, which CTranslate2 refuses."""

        name = engine.name
        words = engine.words

        def context_ms(self, asked: Segment, full: bool = False) -> int:
            return 7000

        def decode(self, segments: list[Segment], full: bool = False) -> list[Answer]:
            if any(asked.segment_id == "bad" for asked in segments):
                return engine._decode(segments, 3002)
            return engine.decode(segments, full)

    recogniser, inbox = Recogniser(Overlong(), engine.settings, batch=8), Inbox()
    with recogniser.together():
        for name in ("a1", "bad", "a2"):
            recogniser.submit(spoken(segment_id=name), inbox, None)
    answers = inbox.wait(3)
    recogniser.close()
    assert (answers["bad"].lost, answers["bad"].decodes) == ("engine_error", ("final", "retry_single"))
    assert all(likeness(answers[name].text, QUESTION) > 0.7 for name in ("a1", "a2"))
