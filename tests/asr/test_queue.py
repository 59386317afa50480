"""Who is next: finals before previews, the most urgent first, equals together."""

from __future__ import annotations

import math
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.asr.queue import Job, JobQueue
from monitor.core.types import Answer, Segment
from tests.asr.segments import segment


def nobody(asked: Segment, answer: Answer) -> None:
    raise AssertionError("a queue answers nobody")


def job(name: str, deadline_s: float = math.inf, context_ms: int = 4000, final: bool = True, channel="customer") -> Job:
    return Job(segment(name, channel=channel, final=final), nobody, context_ms, 0.0, deadline_s)


def names(jobs: list[Job]) -> list[str]:
    return [each.segment.segment_id for each in jobs]


def filled(*jobs: Job, finals: int = 9, hypotheses: int = 9) -> JobQueue:
    queue = JobQueue(finals, hypotheses)
    for each in jobs:
        queue.push(each)
    return queue


def test_the_earliest_deadline_is_next_and_equals_keep_their_order():
    queue = filled(job("b", 20), job("a", 10), job("c", 20), job("d"))
    assert [names(queue.take(1))[0] for _ in range(4)] == ["a", "b", "c", "d"]
    assert queue.take(1) == []


def test_at_like_deadlines_who_has_a_lead_goes_first():
    leading = job("leading", 10.1)
    leading.lead_s = 0.3
    queue = filled(job("a", 10), leading, job("b", 9.7))
    assert [names(queue.take(1))[0] for _ in range(3)] == ["b", "leading", "a"]


def test_a_batch_is_the_most_urgent_and_what_shares_its_context():
    queue = filled(job("a", 10), job("long", 11, 9000), job("b", 12), job("c", 13))
    assert names(queue.take(2)) == ["a", "b"]
    assert names(queue.take(2)) == ["long"]
    assert names(queue.take(2)) == ["c"]


def test_where_nobody_is_in_a_hurry_the_fullest_batch_goes_first():
    queue = filled(job("a"), job("long", context_ms=9000), job("longer", context_ms=9000), job("longest", 50, 9500))
    assert queue.most_alike() == 2
    assert names(queue.take(2)) == ["longest"]
    assert names(queue.take(2)) == ["long", "longer"]
    assert names(queue.take(2)) == ["a"]
    assert queue.most_alike() == 0


def test_no_preview_is_taken_while_a_final_waits():
    queue = filled(job("preview", 1, final=False), job("final", 99))
    assert names(queue.take(4)) == ["final"]
    assert names(queue.take(4)) == ["preview"]


def test_what_was_answered_while_it_waited_is_passed_over_and_leaves_room():
    first, second = job("a", 1), job("b", 2)
    queue = filled(first, second, finals=2)
    assert queue.full(True)
    assert first.claim()
    assert not first.claim()
    queue.gone(first)
    assert not queue.full(True)
    assert list(queue.jobs()) == [second]
    assert queue.take(2) == [second]


def test_what_a_decode_would_answer_too_late_is_left_to_its_deadline_and_still_waits():
    queue = filled(job("late", 10), job("later", 11, 9000), job("in-time", 15))
    assert names(queue.take(4, now_s=9.5, decode_s=2.0)) == ["in-time"]
    assert queue.waiting(True) == 2
    assert queue.oldest_s() == 0.0
    assert sorted(names(list(queue.jobs()))) == ["late", "later"]
    for each in list(queue.jobs()):
        each.claim()
        queue.gone(each)
    assert queue.take(4, 9.6, 2.0) == list(queue.jobs()) == []
    assert (queue.waiting(True), queue.oldest_s()) == (0, None)


@pytest.mark.parametrize("final", [True, False])
def test_what_was_answered_is_not_kept_while_nobody_takes_anything(final):
    last = job("a1", 0, 0, final)
    queue, samples = filled(last), []
    for number in range(1, 1000):
        samples.append(weakref.ref(last.segment.samples))
        last.claim()
        queue.gone(last)
        last = job("a1", number, 1000 * (number % 3), final)
        queue.push(last)
    assert queue.waiting(final) == 1
    assert sum(each() is not None for each in samples) <= 2
    assert list(queue.jobs()) == [last]
    assert queue.take(9) == [last]


def test_what_is_late_already_is_not_kept_either_once_it_is_answered():
    late = [job(f"a{n}", 10) for n in range(9)]
    queue = filled(*late, job("in-time", 90), finals=99)
    assert names(queue.take(1, now_s=9.9, decode_s=5.0)) == ["in-time"]
    samples = [weakref.ref(each.segment.samples) for each in late]
    while late:
        gone = late.pop()
        gone.claim()
        queue.gone(gone)
        del gone
    assert not any(each() is not None for each in samples)


def test_who_has_half_of_its_time_left_is_tried_however_long_decodes_seem_to_take():
    queue = filled(job("a", 10))
    assert names(queue.take(1, now_s=4.9, decode_s=1000.0)) == ["a"]


def test_previews_are_known_by_their_segment_until_they_are_taken():
    old, new = job("a", final=False), job("b", final=False)
    queue = filled(old, new)
    assert queue.preview_of(segment("a")) is old
    assert queue.oldest_preview() is old
    queue.gone(old)
    assert queue.preview_of(segment("a")) is None
    queue.take(1)
    assert queue.oldest_preview() is new
    old.claim()
    queue = filled(new)
    assert queue.take(1) == [new]
    assert queue.oldest_preview() is None


@given(
    st.lists(st.tuples(st.floats(0, 9), st.integers(0, 3), st.booleans()), max_size=40),
    st.integers(1, 5),
)
def test_everything_comes_out_once_in_batches_of_one_kind(plan, most):
    jobs = [job(f"a{n}", deadline, context, final) for n, (deadline, context, final) in enumerate(plan)]
    queue = filled(*jobs, finals=99, hypotheses=99)
    out: list[Job] = []
    while batch := queue.take(most):
        assert len(batch) <= most
        assert len({(each.context_ms, each.segment.final) for each in batch}) == 1
        heads = [each.deadline_s for each in jobs if each not in out and each.segment.final == batch[0].segment.final]
        assert batch[0].deadline_s == min(heads)
        out += batch
    assert sorted(names(out)) == sorted(names(jobs))
    assert [each.segment.final for each in out] == sorted((each.segment.final for each in jobs), reverse=True)
    assert queue.waiting(True) == queue.waiting(False) == 0
