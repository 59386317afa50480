"""The weights are whole numbers small enough for sums of them to be exact."""

from __future__ import annotations

from monitor.signal import mask_weights, music_weights, speech_weights
from monitor.signal.gated import KEPT, STATES
from monitor.signal.musical import MEMORIES
from monitor.signal.vad import FEATURES

LARGEST = 6 * 256


def most(rows: tuple[tuple[int, ...], ...], largest: int) -> int:
    """What a sum over any of these comes to at most."""
    return max(sum(abs(weight) for weight in row) for row in rows) * largest


def test_music_is_weighed_by_the_features_now_and_in_each_memory() -> None:
    units, middle, says = music_weights.UNITS, music_weights.MIDDLE, music_weights.MUSIC
    assert {len(unit) for unit in units} == {FEATURES * (1 + len(MEMORIES)) + 1}
    assert {len(unit) for unit in middle} == {len(units) + 1}
    assert len(says) == len(middle) + 1
    largest = LARGEST
    for layer in (units, middle, (says,)):
        largest = most(layer, largest)
        assert largest < 1 << 53
        largest = largest // 256 + 1


def test_speech_is_weighed_by_the_features_and_what_three_gates_let_be_remembered() -> None:
    units, gates, recalls, says = (getattr(speech_weights, name) for name in ("UNITS", "GATES", "RECALLS", "SPEECH"))
    assert {len(unit) for unit in units} == {FEATURES + 1 + 1}
    assert {len(gate) for gate in gates} == {len(units) + 1}
    assert {len(recall) for recall in recalls} == {KEPT + 1}
    assert len(gates) == len(recalls) == 3 * KEPT
    assert len(says) == len(units) + KEPT + 1
    of_units = most(units, LARGEST)
    assert max(of_units, most(gates, of_units // 256 + 1)) < 1 << 53
    # what is remembered is 1 at most, in 4096ths, and its sums are exact in 16ths
    assert 16 * most(recalls, 4096) < 1 << 53
    assert 16 * most((says,), max(of_units // 256 + 1, 4096)) < 1 << 53


def test_the_mask_is_weighed_by_what_the_net_for_speech_has_come_to() -> None:
    units, says = mask_weights.UNITS, mask_weights.MASK
    assert {len(unit) for unit in units} == {STATES + 1}
    assert len(says) == len(units) + 1
    largest = most(speech_weights.UNITS, LARGEST) // 256 + 1
    # states are 4096ths, and no sum has more than 20 bits after the point
    of_units = most(units, 16 * largest)
    assert 256 * of_units < 1 << 53
    assert 256 * most((says,), of_units // 4096 + 1) < 1 << 53
