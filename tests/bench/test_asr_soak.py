"""What a soak counts: answers once each, delays in fixed space, and memory that grows or only moves in steps."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bench.asr.memory import LEAST_LOOKS, grows, handed_out_mb, peak_mb, slope
from bench.asr.soak import Answers, Lines, soak
from bench.talk import talk
from monitor.asr.registry import locate
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer
from tests.asr.segments import segment
from tests.demo_runs import test_model as model_for_tests

SECONDS = np.arange(0.0, 1800.0, 2.0)


def test_memory_that_grows_is_told_from_memory_that_moves_in_steps() -> None:
    rng = np.random.default_rng(1)
    steps = 200 + np.repeat(rng.normal(0, 0.5, 9), 100)
    assert grows(slope(SECONDS, steps)) is False
    assert grows(slope(SECONDS, steps + SECONDS * 20 / 3600)) is True
    assert grows(slope(SECONDS, np.full(900, 200.0) + rng.normal(0, 0.1, 900))) is False


def test_a_slope_is_in_megabytes_an_hour() -> None:
    found = slope(SECONDS, 100 + SECONDS / 3600 * 7 + np.random.default_rng(2).normal(0, 0.01, 900))
    assert found is not None
    assert found[0] == pytest.approx(7, abs=0.05)


def test_too_few_looks_say_nothing() -> None:
    few = LEAST_LOOKS - 1
    assert slope(SECONDS[:few], SECONDS[:few]) is None
    assert grows(None) is None
    assert slope(SECONDS, np.full(900, np.nan)) is None
    assert not handed_out_mb() <= 0


def test_the_most_memory_of_a_process_is_its_own_and_not_its_parents() -> None:
    held = np.ones(40_000_000)
    ours = peak_mb()
    child = "from bench.asr.memory import peak_mb; print(peak_mb())"
    command, root = [sys.executable, "-c", child], Path(__file__).parents[2]
    theirs = float(subprocess.run(command, capture_output=True, text=True, check=True, cwd=root).stdout)
    assert held.nbytes / 2**20 < ours - theirs or math.isnan(ours)
    assert peak_mb(os.getpid()) >= ours or math.isnan(ours)


def test_answers_are_counted_once_each_and_those_that_come_again_or_never_are_named() -> None:
    answers = Answers()
    ids = [answers.send(time.monotonic()) for _ in range(4)]
    for name, lost in ((ids[0], None), (ids[1], "timeout"), (ids[0], None), (ids[2], None), (ids[3], "not_admitted")):
        answers(segment(name), Answer(name, lost=lost))
    assert (answers.sent, answers.again, answers.settle()) == (4, 1, 0)
    assert answers.lost == {"timeout": 1, "not_admitted": 1}
    assert answers.delays.sum() == 2
    assert answers.quantile_ms(0.5) >= 500
    assert Answers().quantile_ms(0.5) is None


def test_lines_come_for_as_long_as_they_are_taken_and_each_plays_its_whole_call() -> None:
    class Open:
        """Takes three lines."""

        transcribed = 0

        def __init__(self) -> None:
            self.heard: list[tuple[str, int]] = []

        def admit(self, call_id: str) -> bool:
            self.transcribed += call_id < "line-3"
            return call_id < "line-3"

        def submit(self, asked, on_answer, patience_s) -> None:
            self.heard.append((asked.call_id, asked.start_ms))
            on_answer(asked, Answer(asked.segment_id))

        def look(self, now_s, watched) -> None:
            self.transcribed -= 1

    call, hearing, answers = talk(15), Open(), Answers()
    lines = Lines(call, hearing, 5.0)
    lines.fill(0.0)
    at = 0.0
    while at < 2 * call.length_s - 0.001:
        at += min(lines.send(at, answers), 2 * call.length_s - 0.001 - at)
    lines.look(at)
    assert lines.count == 3
    assert len(hearing.heard) == 2 * 3 * len(call.segments)
    assert len(set(hearing.heard)) == 3 * len(call.segments)
    assert lines.transcribed == (2, 2)
    assert answers.again == 0


@pytest.mark.system
def test_a_soak_answers_every_segment_once() -> None:
    rows = {row["what"]: row["value"] for row in soak(locate(model_for_tests()), 0.2, lines=2)}
    assert rows["soak_answers_per_segment_least"] == rows["soak_answers_per_segment_most"] == 1
    assert 1 <= rows["soak_lines"] <= 2
    assert rows["soak_longest_queue"] <= AsrSettings().queue
