"""What `bench asr` makes of its measurements: lines held, delays in real time, what short contexts cost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.asr.classes import class_rows
from bench.asr.contexts import context_rows
from bench.asr.cost import Cost, distance
from bench.asr.lines import HANGOVER_MS, Drafts, arrivals, delays_ms, lines_held, live
from bench.asr.ours import final
from bench.asr.stages import stage_rows, stages
from bench.asr.table import cost_rows
from bench.asr.threads import thread_rows, threaded
from bench.talk import Talk, talk
from monitor.asr.registry import locate
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer
from tests.asr.segments import Scripted
from tests.demo_runs import test_model as model_for_tests


@pytest.fixture(scope="module")
def call() -> Talk:
    return talk(15)


def test_an_idle_worker_delays_by_its_decode_and_the_hangover(call: Talk) -> None:
    cost = Cost(cpu_s=[0.01] * len(call.segments))
    assert min(delays_ms(call, cost, 1)) == pytest.approx(10 + HANGOVER_MS)
    assert lines_held(call, Cost(cpu_s=[5.0] * len(call.segments))) == 0


def test_previews_hold_a_segment_up_by_no_more_than_the_one_that_is_being_made(call: Talk) -> None:
    plain = Cost(cpu_s=[0.01] * len(call.segments))
    previewed = replace(plain, drafts=[[(1.5, 0.2), (0.5, 0.2)]] * len(call.segments))
    without, beside = delays_ms(call, plain, 3), delays_ms(call, previewed, 3)
    assert len(without) == len(beside)
    assert max(without) < max(beside) <= max(without) + 200 + 10


def test_a_preview_that_comes_too_late_is_not_made() -> None:
    drafts = Drafts([(5.0, 0)], Cost(cpu_s=[0.1], drafts=[[(2.5, 0.3), (1.5, 0.4), (0.5, 0.5)]]))
    assert drafts.next_s == 2.0
    assert drafts.take(1.9) is None
    assert drafts.take(3.1) == 0.4
    assert drafts.take(5.0) is None
    assert (drafts.asked, drafts.made) == (3, 1)


@pytest.mark.parametrize("factor", [1.5, 4])
def test_a_dearer_decode_holds_fewer_lines(call: Talk, factor: float) -> None:
    cheap = Cost(cpu_s=[0.1] * len(call.segments))
    dear = replace(cheap, cpu_s=[0.1 * factor] * len(call.segments))
    assert 0 < lines_held(call, dear) < lines_held(call, cheap)


def test_every_line_sends_every_segment_of_its_call(call: Talk) -> None:
    seconds = 3 * call.length_s
    sent = arrivals(call, 2, seconds)
    assert [at for at, _ in sent] == sorted(at for at, _ in sent)
    assert len(sent) == 2 * 3 * len(call.segments)
    assert all(0 <= at < seconds for at, _ in sent)


def test_answers_in_real_time_are_counted_once_each(call: Talk) -> None:
    class Twice:
        """Answers at once; the first segment twice, the last never."""

        def submit(self, segment, on_answer, timeout_s):
            if segment.segment_id != "3":
                on_answer(segment, Answer(segment.segment_id, lost="timeout" if segment.segment_id == "1" else None))
            if segment.segment_id == "0":
                on_answer(segment, Answer(segment.segment_id))

    lived = live(Twice(), call, 40, 0.9)
    assert lived.answers[0] == 2
    assert lived.answers[3] == 0
    assert lived.answers[1] == lived.lost == 1
    assert len(lived.delays_ms) == len(lived.answers) - 1


def test_what_we_spend_on_a_segment_holds_every_decode(call: Talk) -> None:
    engine = Scripted(lambda segment, full: "这不关我的事" if full else "的" * 30)
    engine.settings = AsrSettings()
    agent = replace(call.segments[0], channel="agent", voiced_ms=3000, level_dbov=-20.0, noise_dbov=-60.0)
    assert final(engine, agent) == "这不关我的事"
    assert (engine.fulls, engine.aligned) == ([False, True], ["这不关我的事"])


def test_the_cost_of_a_short_context_is_a_difference_of_error_rates() -> None:
    rows = {row["what"]: row for row in context_rows(Cost(cpu_s=[1, 0, 10] * 50 + [0, 0, 10] * 50))}
    assert rows["sentences_cer"]["value"] == 5
    assert rows["sentences_full_context_cer"]["value"] == 0
    assert rows["short_context_costs"]["value"] == 5
    assert 0.3 < rows["short_context_costs_stderr"]["value"] < 0.7
    assert rows["sentences_cer"]["n"] == 1000


def test_errors_are_counted_on_folded_text() -> None:
    assert distance([("您好,再见。", "您好再见"), ("請稍等", "请稍候")]) == (1, 7)


def test_lines_are_told_with_and_without_hypotheses_beside_each_alternative(call: Talk) -> None:
    rows = compared(call, theirs_s=0.2)
    held = {(row["what"], row["against"]): (row["value"], row["ratio"]) for row in rows if row["against"]}
    for name in ("faster_whisper", "faster_whisper_matched"):
        off, on = held["lines_per_core", name], held["lines_per_core_with_hypotheses", name]
        assert off[0] >= on[0] > 0
        assert off[1] >= on[1] > 0
    assert held["audio_s_per_cpu_s", "faster_whisper_batched"][1] == 1.5


def compared(call: Talk, theirs_s: float) -> list[dict]:
    n = len(call.segments)
    ours = Cost([0.02] * n, batch=[1.0, 0.9, 0.8, 0.7], drafts=[[(0.5, 0.06)]] * n)
    theirs = {name: Cost([theirs_s] * n) for name in ("faster_whisper", "faster_whisper_matched")}
    costs = {"ours": ours, **theirs, "ours_audit": Cost([1.0]), "faster_whisper_batched": Cost([1.5])}
    return cost_rows(call, [call], costs)


def test_cpu_is_told_for_each_second_of_audio_of_all_five(call: Talk) -> None:
    told = {row["what"]: row["value"] for row in compared(call, 0.2)}
    audio_s, n = 2 * call.length_s, len(call.segments)
    spent = {"ours": 0.02 * n, "faster_whisper": 0.2 * n, "faster_whisper_matched": 0.2 * n, "ours_audit": 1,
             "faster_whisper_batched": 1.5}  # fmt: skip
    for name, cpu_s in spent.items():
        assert told[f"{name}_cpu_s_per_audio_s"] == pytest.approx(cpu_s / audio_s, rel=1e-3)


@pytest.mark.parametrize("theirs_s", [0.2, 0.7])
def test_latency_is_told_at_the_quarters_of_capacity_and_nowhere_that_overfills_the_core(
    call: Talk, theirs_s: float
) -> None:
    told = {row["what"]: row["value"] for row in compared(call, theirs_s)}

    def lines(name: str) -> list[int]:
        return sorted(int(what.split("_")[-2]) for what in told if what.startswith(f"{name}_p95_ms_at_"))

    held = int(told["lines_per_core"])
    assert lines("ours") == [held // 4, held // 2, held * 3 // 4, held]
    assert told[f"ours_p95_ms_at_{held}_lines"] <= 1000
    theirs = int(told["faster_whisper_lines_per_core"])
    assert (theirs == 0) == (theirs_s > 0.5)
    assert theirs in lines("faster_whisper") or theirs == 0
    assert min(lines("faster_whisper")) >= 1
    assert max(lines("faster_whisper")) <= told["faster_whisper_lines_that_fill_a_core"]
    for at in lines("faster_whisper"):
        shares = [told[f"faster_whisper_p{share}_ms_at_{at}_lines"] for share in (50, 95, 99)]
        assert HANGOVER_MS + 1000 * theirs_s <= shares[0] + 0.1
        assert shares == sorted(shares)


def test_more_threads_are_told_by_their_busiest_and_by_the_clock(call: Talk) -> None:
    n = len(call.segments)
    slow, fast = (Cost([spent] * n, extra=dict.fromkeys(map(str, range(n)), spent + 0.1)) for spent in (0.8, 0.2))
    told = {row["what"]: row["value"] for row in thread_rows(call, {1: slow, 2: fast})}
    assert told["1_threads_busiest_p50_ms_per_segment"] == 800
    assert told["1_threads_clock_p95_ms_per_segment"] == 900
    assert told["1_threads_busiest_lines"] == 0
    assert told["2_threads_busiest_lines"] > 0


@pytest.mark.system
def test_both_stages_are_measured_alone_and_together(call: Talk) -> None:
    rows = stage_rows(stages(locate(model_for_tests()), call))
    sizes = [(stage, size) for size in (1, 2, 4, 8) for stage in ("encoder", "decoder")]
    assert [row["what"] for row in rows] == [f"{one}_{size}_together_cpu_ms_per_segment" for one, size in sizes]
    assert all(row["value"] > 0 for row in rows)


@pytest.mark.system
def test_a_decode_of_several_threads_is_measured(call: Talk) -> None:
    few = replace(call, segments=call.segments[:2])
    cost = threaded(locate(model_for_tests()), (few, 2))
    assert len(cost.cpu_s) == len(cost.extra) == 2
    assert all(clock > 0 for clock in cost.extra.values())


def test_classes_are_rows_of_lines(call: Talk) -> None:
    rows = class_rows(call, Cost(extra={"250": 9, "500": 10}))
    assert [(row["what"], row["value"]) for row in rows] == [
        ("lines_per_core_class_250_ms", 9), ("lines_per_core_class_500_ms", 10),
    ]  # fmt: skip
