"""Previews: asked for at a low rate, stable where two agree, over when the final is on its way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.asr.hypotheses import Previews, agreed, behind
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer
from tests.asr.segments import segment


def draft(length_ms: int, segment_id: str = "a1", call_id: str = "call"):
    return segment(segment_id, call_id, length_ms=length_ms, final=False)


def test_a_preview_is_due_after_each_second_of_new_speech():
    previews = Previews(AsrSettings(hypothesis_every_ms=1000))
    asked = [ms for ms in range(200, 4001, 200) if previews.due("call", "a1", ms)]
    assert asked == [1000, 2000, 3000, 4000]
    assert previews.due("call", "c1", 1000)


def test_what_two_previews_agree_on_is_stable():
    previews = Previews()
    previews.due("call", "a1", 1000)
    first = previews.heard(draft(1000), Answer("a1", "请您稍"))
    second = previews.heard(draft(2000), Answer("a1", "請您燒等一下"))
    third = previews.heard(draft(3000), Answer("a1", "请您稍等一下好吗"))
    assert [(e.body.text, e.body.stable_chars) for e in (first, second, third)] == [
        ("请您稍", 0), ("请您烧等一下", 2), ("请您稍等一下好吗", 2),
    ]  # fmt: skip
    assert (third.at_ms, third.channel, third.body.segment_id) == (3000, "agent", "a1")
    assert third.body.overlay


def test_what_is_stable_is_not_taken_back():
    previews = Previews()
    previews.due("call", "a1", 1000)
    shown = []
    heard = ["这不关我的事", "这不关我的事就", "这不管我的是公司", "这不", "这不管我的是公司规定"]
    for number, text in enumerate(heard, 1):
        body = previews.heard(draft(1000 * number), Answer("a1", text)).body
        shown.append((body.text[: body.stable_chars], body.text[body.stable_chars :]))
    assert shown == [
        ("", "这不关我的事"), ("这不关我的事", "就"), ("这不关我的事", "公司"), ("这不关我的事", ""),
        ("这不关我的事", "公司规定"),
    ]  # fmt: skip


@given(st.lists(st.text("我的事公司", min_size=1, max_size=8), max_size=8))
def test_the_stable_part_only_grows(texts):
    previews = Previews()
    previews.due("call", "a1", 1000)
    stable = ""
    for number, text in enumerate(texts, 1):
        body = previews.heard(draft(1000 * number), Answer("a1", text)).body
        assert body.text[: body.stable_chars].startswith(stable)
        stable = body.text[: body.stable_chars]


@given(st.text("我的事公司"), st.text("我的事公司"))
def test_behind_the_stable_part_stands_an_end_of_the_text(stable, text):
    whole = behind(stable, text)
    assert whole.startswith(stable)
    assert text.endswith(whole[len(stable) :])


def test_a_preview_that_ends_after_a_newer_one_of_its_segment_is_dropped():
    previews = Previews()
    previews.due("call", "a1", 1000)
    assert previews.heard(draft(2000), Answer("a1", "请您稍等一下")) is not None
    assert previews.heard(draft(1000), Answer("a1", "请您")) is None
    assert previews.heard(draft(2000), Answer("a1", "请您稍")) is None
    newest = previews.heard(draft(3000), Answer("a1", "请您稍等好吗"))
    assert (newest.at_ms, newest.body.stable_chars) == (3000, 4)


def test_a_preview_that_was_lost_keeps_no_older_one_from_being_shown():
    previews = Previews()
    previews.due("call", "a1", 1000)
    assert previews.heard(draft(2000), Answer("a1", lost="timeout")) is None
    assert previews.heard(draft(1000), Answer("a1", "请您")) is not None


def test_nothing_is_shown_of_lost_suppressed_or_empty_previews():
    previews = Previews()
    previews.due("call", "a1", 1000)
    for answer in (Answer("a1", lost="shed"), Answer("a1", "的的", suppressed=("loop",)), Answer("a1", "  ")):
        assert previews.heard(draft(1000), answer) is None


def test_a_preview_that_comes_after_its_segment_closed_is_dropped():
    previews = Previews()
    previews.due("call", "a1", 1000)
    previews.closed(segment("a1"))
    assert previews.heard(draft(1000), Answer("a1", "您好")) is None


def test_a_call_that_ends_leaves_nothing_behind():
    previews = Previews()
    for call_id in ("one", "two"):
        previews.due(call_id, "a1", 1000)
    previews.gone("one")
    assert len(previews) == 1
    assert previews.heard(draft(1000, call_id="two"), Answer("a1", "您好")) is not None


@given(st.text(), st.text())
def test_agreement_is_the_longest_common_beginning(before, now):
    count = agreed(before, now)
    assert before[:count] == now[:count]
    assert count == min(len(before), len(now)) or before[count] != now[count]
