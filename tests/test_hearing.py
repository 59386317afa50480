"""Lines beyond the recogniser's capacity are said to be so; previews come, agree, and never outlive their segment."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from demo.voice import Speaker, say
from monitor import hearing as room
from monitor.asr.admission import Admission
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AdmissionSettings, AsrSettings
from monitor.bus import Watch
from monitor.compliance.rulebook import Rulebook
from monitor.core.events import Envelope
from monitor.core.types import Answer, CallInfo, MediaChunk, Segment
from monitor.hearing import Hearing
from monitor.lines import Lines, LineSettings
from tests.asr.segments import PATIENCE_S, Inbox, Scripted, segment

RULES = """
pack = "t"
title = "t"

[[rule]]
id = "T1"
kind = "forbidden"
title = "no blame"
clause = { document = "000", passage = "x" }
severity = "major"
fires = ["这不关我的事"]
passes = ["您好"]
[rule.words]
phrases = ["这不关我的事"]
"""
TEXT = "这不关我的事,公司就是这么规定的。"


class Stage:
    """Lines, a scripted recogniser and what it publishes; `settle` runs what workers sent to the loop."""

    def __init__(
        self,
        engine: Scripted,
        capacity: int | str = "all",
        hypotheses: bool = True,
        rules: str = RULES,
        queue: int = 512,
    ) -> None:
        self.engine = engine
        self.settings = AsrSettings(hypotheses=hypotheses, hypothesis_every_ms=500, queue=queue)
        self.lines = Lines(LineSettings(), Rulebook.parse([("t.toml", rules)]))
        self.recogniser = Recogniser(engine, self.settings)
        self.todo: deque[Callable[[], None]] = deque()
        self.out: list[Envelope] = []
        admission = Admission(AdmissionSettings(lines=capacity), 1, 0.01)
        self.hearing = Hearing(self.lines, self.recogniser, self.settings, admission, self.out.extend, self.todo.append)
        self.now_s = 0.0

    def open(self, call_id: str) -> bool:
        admitted = self.hearing.admit(call_id)
        self.lines.open(CallInfo(call_id, "test"))
        return admitted

    def play(self, call_id: str, pcm: np.ndarray, watched: Watch = "words") -> list[Segment]:
        segments = []
        for at in range(0, pcm.size, 160):
            for channel, samples in (("agent", pcm[at : at + 160]), ("customer", np.zeros(160, np.int16))):
                self.lines.push(call_id, MediaChunk(channel, samples))
            segments += self.lines.step().segments
            self.now_s += 0.02
            self.hearing.look(self.now_s, lambda call_id: watched)
            while self.recogniser.stats().hypotheses_waiting or self.recogniser.stats().running:
                time.sleep(0.001)
            while self.todo:
                self.todo.popleft()()
        return segments

    def bodies(self, kind: str) -> list[dict]:
        return [envelope.body for envelope in self.out if envelope.type == kind]


@pytest.fixture
def stage(monkeypatch):
    monkeypatch.setattr(room, "PREVIEW_WITHIN_S", 240.0)  # a preview may be late here, never lost
    stages: list[Stage] = []

    def build(*args, **kwargs) -> Stage:
        stages.append(Stage(*args, **kwargs))
        return stages[-1]

    yield build
    for each in stages:
        each.engine.gate.set()
        each.recogniser.close()


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    spoken = say(TEXT, Speaker("f3", 180, 50, -22.0))
    quiet = np.zeros(8000)
    sound = np.concatenate((quiet, spoken, quiet, quiet))
    sound += np.random.default_rng(0).normal(0, 8, sound.size)
    return sound[: sound.size // 160 * 160].clip(-32768, 32767).astype(np.int16)


def so_far(asked: Segment, full: bool) -> str:
    """What a recogniser would write of the sentence up to here: about four characters a second."""
    return TEXT[: max(2, (asked.end_ms - asked.start_ms) // 250)]


def test_a_line_beyond_capacity_is_answered_at_once_and_supervisors_are_told(stage):
    stand = stage(Scripted(), capacity=1)
    assert stand.open("one")
    assert not stand.open("two")
    (notice,) = stand.bodies("system.notice")
    assert notice["kind"] == "overload"
    assert (notice["code"], notice["params"]) == ("call_not_admitted", {"call": "two"})
    inbox = Inbox()
    for call_id in ("one", "two"):
        stand.hearing.submit(Segment("a1", call_id, "agent", 0, 500, 0, 8000, np.zeros(4000, np.int16), 500, -20, -60),
                             inbox, 30.0)  # fmt: skip
    inbox.wait(2)
    assert {s.call_id: a.lost for s, a in inbox.got} == {"one": None, "two": "not_admitted"}
    refused = next(asked for asked, answer in inbox.got if answer.lost)
    stand.hearing.submit(refused, inbox, None)
    assert inbox.wait(3)["a1"].lost == "not_admitted", "as was told"
    assert stand.hearing.not_admitted == 2
    stand.hearing.left("one")
    assert stand.open("three")


def test_a_line_that_waits_for_its_words_is_always_transcribed_and_takes_nobodys_place(stage):
    stand, inbox = stage(Scripted(), capacity=1), Inbox()
    assert stand.open("first")
    for call_id in ("fast", "faster"):
        assert stand.hearing.admit(call_id, patient=True)
        stand.hearing.submit(segment("a1", call_id), inbox, None)
    assert {answer.lost for answer in inbox.wait(2).values()} == {None}
    stand.hearing.left("first")
    assert stand.open("live")
    assert not stand.open("one too many")
    assert [notice["params"] for notice in stand.bodies("system.notice")] == [{"call": "one too many"}]


def test_what_may_wait_stops_nobody_and_leaves_room_for_who_may_not(stage):
    stand, inbox = stage(Scripted(), queue=4), Inbox()
    stand.engine.gate.clear()
    stand.hearing.admit("fast", patient=True)
    stand.open("live")

    def send() -> None:
        for number in range(20):
            stand.hearing.submit(segment(f"f{number}", "fast"), inbox, None)
        stand.hearing.submit(segment("a1", "live"), inbox, 240.0)

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    sender.join(PATIENCE_S)
    assert not sender.is_alive()
    assert inbox.got == []
    stand.engine.gate.set()
    while len(inbox.got) < 21:
        stand.hearing.look(0.0, lambda call_id: "nothing")
        time.sleep(0.001)
    told = [asked.segment_id for asked, _ in inbox.got]
    assert [name for name in told if name != "a1"] == [f"f{number}" for number in range(20)]
    assert told.index("a1") < 5
    assert not any(answer.lost for _, answer in inbox.got)


def test_previews_come_while_it_is_spoken_and_a_forbidden_phrase_is_pending_before_it_is_final(stage, voice):
    stand = stage(Scripted(so_far))
    stand.open("one")
    (cut,) = stand.play("one", voice)
    texts = [body["text"] for body in stand.bodies("hypothesis")]
    assert len(texts) >= 3
    assert texts == sorted(texts, key=len)
    assert stand.bodies("hypothesis")[-1]["stable_chars"] >= len("这不关我的事")
    (pending,) = stand.bodies("alert.pending")
    assert pending["rule_id"] == "T1"
    assert all(envelope.seq is None for envelope in stand.out)
    final = Answer(cut.segment_id, TEXT, mean_logprob=-0.1)
    envelopes = stand.lines.answer(cut, final)
    stand.hearing.answered(cut, final, envelopes)
    assert [e.body["rule_id"] for e in envelopes if e.type == "alert.raised"] == ["T1"]


def test_rules_that_are_read_again_change_nothing_for_previews_of_a_running_call(stage, voice):
    stand = stage(Scripted(so_far))
    stand.open("one")
    stand.lines.rulebook = Rulebook.parse([("t.toml", RULES.replace('"forbidden"', '"required"'))])
    (cut,) = stand.play("one", voice, watched="alerts")
    (pending,) = stand.bodies("alert.pending")
    final = Answer(cut.segment_id, TEXT, mean_logprob=-0.1)
    raised = [each.body["alert_id"] for each in stand.lines.answer(cut, final) if each.type == "alert.raised"]
    assert raised == [pending["alert_id"]]
    assert stand.lines.agent_alone("one")
    stand.open("two")
    assert not stand.lines.forbids("two", "agent")


def test_what_was_pending_and_did_not_come_is_withdrawn(stage, voice):
    stand = stage(Scripted(so_far))
    stand.open("one")
    (cut,) = stand.play("one", voice)
    final = Answer(cut.segment_id, "这关系到我的事", mean_logprob=-0.1)
    stand.hearing.answered(cut, final, stand.lines.answer(cut, final))
    (withdrawn,) = stand.bodies("alert.withdrawn")
    assert withdrawn["alert_id"] == stand.bodies("alert.pending")[0]["alert_id"]


def test_what_is_shown_as_firm_and_its_pending_alert_stand_until_the_final(stage, voice):
    def hears(asked: Segment, full: bool) -> str:
        text = so_far(asked, full)
        return text if len(text) < 10 else "今天天气很好" + text[6:]

    stand = stage(Scripted(hears))
    stand.open("one")
    (cut,) = stand.play("one", voice)
    assert hears(cut, full=False).startswith("今天"), "the later previews heard it otherwise"
    firm = [body["text"][: body["stable_chars"]] for body in stand.bodies("hypothesis")]
    assert all(later.startswith(earlier) for earlier, later in pairwise(firm))
    assert firm[-1].startswith("这不关我的事")
    assert len(stand.bodies("alert.pending")) == 1
    assert stand.bodies("alert.withdrawn") == []
    final = Answer(cut.segment_id, hears(cut, full=False), mean_logprob=-0.1)
    stand.hearing.answered(cut, final, stand.lines.answer(cut, final))
    assert len(stand.bodies("alert.withdrawn")) == 1


def test_losses_are_told_but_not_every_one_and_a_dead_engine_by_its_name(stage):
    stand = stage(Scripted())
    one = segment("a1")
    for second, lost in enumerate(["overload", "timeout", None, "engine_error", "engine_error", "engine_error"]):
        stand.hearing.answered(one, Answer("a1", lost=lost), [], 4.0 * second)
    told = [(notice["kind"], notice["message"], notice["value"]) for notice in stand.bodies("system.notice")]
    assert told == [
        ("overload", "segments lost: 1, the last one: overload", 1.0),
        ("overload", "segments lost: 2, the last one: engine_error", 2.0),
    ]
    stand.hearing.answered(one, Answer("a1", lost="engine_error"), [], 30.0)
    assert stand.bodies("system.notice")[-1]["kind"] == "model_gone"


@pytest.mark.parametrize(("between", "code"), [("timeout", "recogniser_fails"), ("not_admitted", "recogniser_fails"),
                                               (None, "segments_lost")])  # fmt: skip
def test_only_a_text_shows_that_the_engine_is_not_dead(stage, between, code):
    stand = stage(Scripted())
    for number in range(6):
        lost = "engine_error" if number % 2 else between
        stand.hearing.answered(segment("a1"), Answer("a1", lost=lost), [], 1.0 + number)
    stand.hearing.answered(segment("a1"), Answer("a1", lost="engine_error"), [], 20.0)
    assert stand.bodies("system.notice")[-1]["code"] == code


def test_the_last_losses_are_told_though_nothing_is_lost_any_more(stage):
    stand = stage(Scripted())
    for now_s in (1.0, 2.0, 3.0):
        stand.hearing.answered(segment("a1"), Answer("a1", lost="timeout"), [], now_s)
    for now_s in (10.9, 11.0, 21.0, 99.0):
        stand.hearing.look(now_s, lambda call_id: "nothing")
    assert [notice["params"]["count"] for notice in stand.bodies("system.notice")] == [1, 2]


def test_nobody_watching_means_no_previews_and_so_does_the_setting(stage, voice):
    unwatched = stage(Scripted(so_far))
    unwatched.open("one")
    unwatched.play("one", voice, watched="nothing")
    off = stage(Scripted(so_far), hypotheses=False)
    off.open("one")
    off.play("one", voice)
    assert unwatched.out == off.out == []
    assert unwatched.engine.asked == off.engine.asked == []


def test_who_sees_pending_alerts_alone_has_previews_where_something_must_not_be_said(stage, voice):
    forbidden = stage(Scripted(so_far))
    forbidden.open("one")
    forbidden.play("one", voice, watched="alerts")
    assert {envelope.channel for envelope in forbidden.out if envelope.type == "hypothesis"} == {"agent"}
    required = stage(Scripted(so_far), rules=RULES.replace('"forbidden"', '"required"'))
    required.open("one")
    required.play("one", voice, watched="alerts")
    assert required.engine.asked == []


@pytest.mark.parametrize(("channel", "first"), [("agent", True), ("customer", False)])
def test_the_agent_leads_only_where_no_rule_reads_the_customers_words(stage, channel, first):
    rules = RULES.replace("[rule.words]", f'channel = "{channel}"\n[rule.words]')
    stand = stage(Scripted(), rules=rules)
    stand.open("one")
    assert stand.lines.agent_alone("one") is first
    assert not stand.lines.agent_alone("two")


def test_previews_change_nothing_of_what_is_final(stage, voice):
    with_them, without = stage(Scripted(so_far)), stage(Scripted(so_far))
    finals = []
    for stand, watched in ((with_them, "words"), (without, "nothing")):
        stand.open("one")
        (cut,) = stand.play("one", voice, watched)
        finals.append((cut.segment_id, cut.start_ms, cut.end_ms, cut.samples.tobytes()))
        assert stand.lines.call("one").last_seq > 0
    assert finals[0] == finals[1]
    assert with_them.lines.call("one").last_seq == without.lines.call("one").last_seq
