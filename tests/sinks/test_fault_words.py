from __future__ import annotations

from typing import get_args

import pytest

from monitor.fault import DIMENSIONS, PROBLEMS, Finding, Verdict
from monitor.sinks.fault_words import DIMENSION, PROBLEM, VERDICT, evidence, problem, verdict

SEAT = Finding("agent", "low_volume", "seat", "A-17", 9, 9, 40, 1, (("agent_id", 3),))


def test_every_word_is_there_in_both_languages() -> None:
    assert set(VERDICT) == set(get_args(Verdict))
    assert (set(PROBLEM), set(DIMENSION)) == (set(PROBLEMS), set(DIMENSIONS))


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("zh", ("客服侧音量低", "座席 A-17 的耳麦或话机", "9 通中 9 通；其余 40 通中 1 通；涉及 3 客服")),
        ("en", ("low volume, agent's side", "the headset or telephone of seat A-17",
                "9 of 9 calls; 1 of 40 elsewhere; over 3 agents")),
    ],
)  # fmt: skip
def test_a_finding_says_what_whose_and_why(lang: str, expected: tuple[str, str, str]) -> None:
    assert (problem(SEAT, lang), verdict(SEAT, lang), evidence(SEAT, lang)) == expected  # type: ignore[arg-type]
