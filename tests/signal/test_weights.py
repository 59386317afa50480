"""The weights are whole numbers small enough for sums of them to be exact."""

from __future__ import annotations

from monitor.signal.vad import FEATURES, MEMORIES
from monitor.signal.weights import MIDDLE, UNITS, WEIGHTS


def test_a_unit_weighs_the_features_now_and_in_each_memory_and_a_constant() -> None:
    assert {len(unit) for unit in UNITS} == {FEATURES * (1 + len(MEMORIES)) + 1}
    assert {len(unit) for unit in MIDDLE} == {len(UNITS) + 1}
    assert [len(says) for says in WEIGHTS] == 2 * [len(MIDDLE) + 1]


def test_no_unit_counts_both_for_speech_and_for_music() -> None:
    speech, music = (says[:-1] for says in WEIGHTS)
    assert not any(one and other for one, other in zip(speech, music, strict=True))


def test_no_sum_can_leave_the_exact_integers() -> None:
    largest = 6 * 256
    for layer in (UNITS, MIDDLE, WEIGHTS):
        largest *= max(sum(abs(weight) for weight in unit) for unit in layer)
        assert largest < 1 << 53
        largest = largest // 256 + 1
