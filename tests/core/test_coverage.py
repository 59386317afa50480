"""transcribed + suppressed + lost = speech, in whatever order runs and answers come."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.coverage import CoverageMeter
from monitor.core.events import Utterance


def answer(start_ms: int, end_ms: int, fate: str = "") -> Utterance:
    return Utterance(
        segment_id="a1", start_ms=start_ms, end_ms=end_ms, text="",
        lost="timeout" if fate == "lost" else None, suppressed=("loop",) if fate == "suppressed" else None,
    )  # fmt: skip


def test_each_fate_is_counted_by_its_speech_not_by_its_pauses() -> None:
    meter = CoverageMeter()
    meter.run(0, 1000)
    meter.run(1400, 2000)
    meter.answered(answer(0, 2000))
    meter.run(3000, 3500)
    meter.answered(answer(3000, 3500, "lost"))
    meter.opened(5000)
    meter.answered(answer(5000, 5200, "suppressed"))
    meter.run(5000, 5200)
    figures = meter.figures()
    assert (figures.speech_ms, figures.transcribed_ms, figures.lost_ms, figures.suppressed_ms) == (2300, 1600, 500, 200)


def test_pieces_of_one_long_run_are_answered_before_it_ends() -> None:
    meter = CoverageMeter()
    meter.opened(1000)
    for start in range(1000, 601_000, 6000):
        meter.answered(answer(start, start + 6000))
    meter.run(1000, 601_000)
    assert meter.figures().transcribed_ms == 600_000
    assert not meter._answers


@st.composite
def tape(draw: st.DrawFn) -> list[tuple[int, int, str]]:
    at, runs = 0, []
    for _ in range(draw(st.integers(1, 120))):
        at += draw(st.integers(1, 40)) * 20
        end = at + draw(st.integers(1, 300)) * 20
        runs.append((at, end, draw(st.sampled_from(["", "lost", "suppressed"]))))
        at = end
    return runs


@given(tape(), st.integers(0, 60))
def test_the_sum_holds_for_any_delay_of_the_answers(runs: list[tuple[int, int, str]], delay: int) -> None:
    meter = CoverageMeter()
    for number, (start, end, _) in enumerate(runs):
        meter.run(start, end)
        if number >= delay:
            meter.answered(answer(*runs[number - delay]))
    for run in runs[max(0, len(runs) - delay) :]:
        meter.answered(answer(*run))
    figures = meter.figures()
    assert figures.transcribed_ms + figures.suppressed_ms + figures.lost_ms == figures.speech_ms
    assert not meter._runs
