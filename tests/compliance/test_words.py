from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.compliance.phrases import listen
from monitor.compliance.words import ChannelClock, Unheard, Words, merged, spans, without

SPANS = st.lists(
    st.tuples(st.integers(0, 500), st.integers(1, 60)).map(lambda one: (one[0], one[0] + one[1])), max_size=9
)
RUNS = st.lists(st.tuples(st.integers(300, 900), st.integers(100, 900)), max_size=9)
"""The gap before each run and its length, as the bank reports them."""


def test_the_mark_waits_for_speech_that_has_no_answer() -> None:
    clock = ChannelClock()
    assert clock.mark_ms(1000) == 900
    clock.started(2000)
    assert clock.mark_ms(9000) == 2000
    clock.answered(2000, 6000)  # a long run, cut; its rest is still to come
    assert clock.mark_ms(9000) == 6000
    clock.ended(2000, 8000)
    assert clock.mark_ms(9000) == 6000
    clock.answered(6000, 8000)
    assert clock.mark_ms(9000) == 8900
    assert not clock.waiting


def test_answers_may_come_in_any_order() -> None:
    clock = ChannelClock()
    clock.started(0)
    clock.answered(3000, 6000)
    clock.answered(6000, 9000)
    assert clock.mark_ms(9500) == 0
    clock.ended(0, 9000)
    clock.answered(0, 3000)
    assert clock.mark_ms(9500) == 9400


@given(RUNS, st.randoms(use_true_random=False))
def test_the_mark_never_goes_back_and_passes_only_what_is_answered(runs: list[tuple[int, int]], random: object) -> None:
    clock = ChannelClock()
    unanswered = []
    mark = end = 0
    for gap, length in runs:
        start, end = end + gap, end + gap + length
        clock.started(start)
        mark = _risen(clock, mark, start + 100)
        clock.ended(start, end)
        unanswered.append((start, end))
        if random.random() < 0.5:  # type: ignore[attr-defined]
            answer = unanswered.pop(random.randrange(len(unanswered)))  # type: ignore[attr-defined]
            clock.answered(*answer)
        mark = _risen(clock, mark, end + 300)
        assert all(mark <= begun for begun, _ in unanswered)
    assert sorted(clock.uncovered(100_000)) == sorted(unanswered)


def _risen(clock: ChannelClock, before: int, heard_ms: int) -> int:
    mark = clock.mark_ms(heard_ms)
    assert mark >= before
    return mark


@given(SPANS, st.integers(0, 500), st.integers(1, 100))
def test_a_span_less_its_cuts(spans: list[tuple[int, int]], start: int, length: int) -> None:
    cuts = merged(spans)
    rest = without((start, start + length), cuts)
    inside = {at for low, high in rest for at in range(low, high)}
    assert inside == {at for at in range(start, start + length) if not any(low <= at < high for low, high in cuts)}


def test_what_was_not_heard_is_summed_over_a_window() -> None:
    unheard = Unheard()
    unheard.add(0, 1000)
    unheard.add(5000, 7000)
    assert unheard.within(500, 6000) == 1500
    assert unheard.within(2000, 3000) == 0


def test_what_was_not_heard_stays_bounded_and_keeps_its_sum() -> None:
    unheard = Unheard()
    for number in range(5000):
        unheard.add(number * 100, number * 100 + 50)
    assert len(unheard._stretches) <= 600
    assert abs(unheard.within(0, 500_000) - 250_000) < 100


def test_words_are_spread_evenly_over_their_speech() -> None:
    words = Words("agent", 1000, 2000, "1", 1000, None, listen("您好再见吧"))
    assert words.span(0, 5) == (1000, 2000)
    assert Words("agent", 1000, 2000, "1", 1000, None, None).span(3, 3) == (1000, 1000)


def test_a_stretch_has_the_times_of_its_words_and_else_its_share_of_the_speech() -> None:
    heard = listen("嗯,这不关我的事。")
    assert heard.chars == "这不关我的事"
    even = Words("agent", 1000, 4000, "a1", 3000, 0.9, heard, heard.text)
    assert even.span(0, 6) == (1000, 4000)
    assert even.span(3, 6) == (2500, 4000)
    pieces = [("嗯,", 1000, 1200), ("这", 1800, 2000), ("不关", 2000, 2400), ("我的事", 2400, 3000), ("。", 3000, 4000)]
    timed = Words("agent", 1000, 4000, "a1", 3000, 0.9, heard, heard.text, spans=spans(pieces))
    assert timed.span(0, 6) == (1800, 3000)
    assert timed.span(2, 4) == (2200, 2600)
    assert spans(()) == ()


def test_the_mark_stays_at_the_oldest_speech_without_an_answer() -> None:
    clock = ChannelClock()
    assert clock.oldest_ms > clock.mark_ms(10_000)
    clock.started(11_000)
    assert clock.oldest_ms == clock.mark_ms(90_000) == 11_000
    clock.ended(11_000, 15_000)
    clock.answered(11_000, 13_000)
    assert clock.oldest_ms == clock.mark_ms(90_000) == 13_000
    clock.answered(13_000, 15_000)
    assert clock.oldest_ms > clock.mark_ms(90_000) == 89_900
