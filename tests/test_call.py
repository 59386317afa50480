"""One call: what of an answer reaches the stored facts, and what a replay makes of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from monitor.call import Call, replay
from monitor.core.events import Envelope, Event, SpeechEnded, SpeechStarted
from monitor.core.types import Answer, CallInfo, WordTime
from tests.asr.segments import segment
from tests.playbook import packs

SAID = segment("agent-1", length_ms=4000, start_ms=1000)
TEXT = "您的意思我明白，可这不关我的事"
PIECES = ("您的", "意思", "我", "明白", "，", "可", "这", "不", "关", "我", "的", "事")
WORDS = tuple(WordTime(piece, 900 + 350 * n, 900 + 350 * (n + 1)) for n, piece in enumerate(PIECES))


def told(answer: Answer) -> list[Envelope]:
    """A call in which the agent says one thing."""
    call = Call(CallInfo("call", "test", answered_ms=0), packs())
    out = call.start()
    out += call.push_events([Event(1100, "agent", SpeechStarted(since_ms=1000))], 1100)
    out += call.push_events([Event(5300, "agent", SpeechEnded(since_ms=1000, end_ms=5000))], 5300)
    out += call.push_utterance(SAID, answer)
    return out + call.end("test", "customer", False) + call.finish()


def utterance(envelopes: list[Envelope]) -> dict:
    return next(envelope.body for envelope in envelopes if envelope.type == "utterance")


def alert(envelopes: list[Envelope]) -> dict:
    return next(e.body for e in envelopes if e.type == "alert.raised" and e.body["evidence"])


def test_evidence_has_the_times_of_its_words_and_replay_gives_the_same():
    heard = told(Answer("agent-1", TEXT, mean_logprob=-0.1, words=WORDS))
    (proof,) = alert(heard)["evidence"]
    assert proof["quote"].endswith("不关我的事")
    assert (proof["start_ms"], proof["end_ms"]) == (WORDS[PIECES.index(proof["quote"][0])].start_ms, 5000)
    assert alert(replay(heard, packs())) == alert(heard)
    even = alert(told(Answer("agent-1", TEXT, mean_logprob=-0.1)))["evidence"][0]
    assert even["quote"] == proof["quote"]
    assert even["start_ms"] != proof["start_ms"]


def test_words_stay_inside_the_speech_and_in_order():
    askew = (WORDS[0], WORDS[1]._replace(start_ms=3000, end_ms=2000), *WORDS[2:])
    for words in (WORDS, askew):
        stored = utterance(told(Answer("agent-1", TEXT, mean_logprob=-0.1, words=words)))["words"]
        edges = [edge for _, *edges in stored for edge in edges[:1]]
        assert edges == sorted(edges)
        assert all(1000 <= start <= end <= 5000 for _, start, end in stored)
        assert "".join(text for text, _, _ in stored) == TEXT


@pytest.mark.parametrize("words", [(), WORDS[1:], WORDS[:3]])
def test_words_that_do_not_spell_the_text_are_left_out(words):
    assert utterance(told(Answer("agent-1", TEXT, mean_logprob=-0.1, words=words)))["words"] is None


def test_what_the_guard_cut_off_is_kept():
    answer = Answer("agent-1", "再见", mean_logprob=-0.1, cut="字幕由Amara.org社區提供")
    assert utterance(told(answer))["cut"] == "字幕由Amara.org社区提供"
    assert utterance(told(replace(answer, cut="")))["cut"] is None


def test_the_voice_is_stored_with_the_words_and_replayed():
    heard = told(Answer("agent-1", TEXT, mean_logprob=-0.1, pitch_hz=210.5, pitch_range_st=4.5))
    for envelopes in (heard, replay(heard, packs())):
        assert (utterance(envelopes)["pitch_hz"], utterance(envelopes)["pitch_range_st"]) == (210.5, 4.5)


def test_calls_stored_before_there_was_a_pitch_are_read():
    heard = told(Answer("agent-1", TEXT, mean_logprob=-0.1))
    old = []
    for envelope in heard:
        body = {key: value for key, value in envelope.body.items() if not key.startswith("pitch")}
        old.append(envelope.model_copy(update={"body": body}))
    assert [one.body for one in replay(old, packs())] == [one.body for one in heard]


def test_only_words_that_an_alert_may_quote_need_times():
    call = Call(CallInfo("call", "test"), packs())
    assert call.quotes("agent", "這不關我的事!")
    assert not call.quotes("agent", "您好")
    assert not call.quotes("agent", "")
