"""Length classes compared on one machine: which segments share a decode in each, and which class is advised."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from monitor.asr.length_classes import LEAST, advised, batches, compare
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.core.types import Answer, Segment
from tests.asr.segments import segment

LENGTHS_MS = [400 + 130 * n for n in range(16)]


class Priced(WhisperEngine):
    """A real engine whose decodes cost one for each batch, and for each segment so much for a second of context."""

    def __init__(self, model_dir: Path, for_context: float) -> None:
        settings = AsrSettings(device="cpu")
        super().__init__(model_dir, settings, place(settings, 1))
        self.for_context, self.now = for_context, 0.0

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        assert len({self.context_ms(each) for each in segments}) == 1
        self.now += 1 + self.for_context * len(segments) * self.context_ms(segments[0]) / 1000
        return []


@pytest.mark.parametrize(("for_context", "order", "chosen"), [
    (0.0, [1000, 2000, 500, 250], 1000), (10.0, [250, 500, 1000, 2000], 500),
])  # fmt: skip
def test_where_batches_pay_a_coarse_class_is_cheap_and_where_length_does_a_fine_one(
    model_dir: Path, for_context: float, order: list[int], chosen: int
) -> None:
    """The finest costs two per cent less than the one that is set, which is not worth another class."""
    engine = Priced(model_dir, for_context)
    costs = compare(engine, [segment(str(ms), length_ms=ms) for ms in LENGTHS_MS], 8, lambda: engine.now)
    assert sorted(costs, key=lambda class_ms: costs[class_ms]) == order
    assert advised(costs, 500) == chosen
    assert engine.settings == AsrSettings(device="cpu")


def test_few_segments_say_nothing(model_dir: Path) -> None:
    engine = Priced(model_dir, 1.0)
    assert compare(engine, [segment()] * (LEAST - 1), 8, lambda: engine.now) == {}
    assert advised({}, 500) == 500


def test_what_is_hardly_cheaper_is_not_advised() -> None:
    assert advised({250: 0.97, 500: 1.0, 1000: 1.2}, 500) == 500
    assert advised({250: 0.94, 500: 1.0, 1000: 1.2}, 500) == 250


def test_a_queue_of_two_batches_hands_out_those_of_one_context_together(model_dir: Path) -> None:
    engine = Priced(model_dir, 0.0)
    waiting = [segment(str(n), length_ms=400 if n % 3 else 2000) for n in range(12)]
    handed = [[each.segment_id for each in group] for group in batches(engine, waiting, 3)]
    assert handed == [["0", "3"], ["1", "2", "4"], ["5"], ["6", "9"], ["7", "8", "10"], ["11"]]
