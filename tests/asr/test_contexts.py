"""Both contexts say what a line would: guarded, decoded again where a line does, and timed with all of that."""

from __future__ import annotations

import pytest

from monitor.asr.clock import Clock
from monitor.asr.contexts import BothContexts
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer, Segment
from monitor.errors import ModelError
from tests.asr.segments import Scripted, segment

LOOP = "谢谢观看谢谢观看谢谢观看谢谢观看谢谢观看谢谢观看谢谢观看谢谢观看"


class Clockwork(Scripted):
    """Costs 9 in full context, 3 in short, and 100 more for each of the first two decodes."""

    now = 0.0

    def decode(self, segments: list[Segment], full: bool = False) -> list[Answer]:
        self.now += (9 if full else 3) + (100 if len(self.asked) < 2 else 0)
        return super().decode(segments, full)


def both_of(engine: Clockwork, **settings: object) -> BothContexts:
    return BothContexts(engine, AsrSettings(**settings), Clock("CPU time", lambda: engine.now))


def test_the_first_decodes_count_for_neither_and_the_contexts_take_turns() -> None:
    engine = Clockwork(lambda segment, full: "好")
    both = both_of(engine)
    assert both.texts([segment("a"), segment("b")]) == ("好好", "好好")
    assert both.speed_up == 3
    assert list(zip(engine.asked, engine.fulls, strict=True))[2:] == [
        (("a",), True), (("a",), False), (("b",), False), (("b",), True),
    ]  # fmt: skip
    assert set(engine.asked[:2]) == {("a",)}
    assert (both.decoded, both.retried) == (2, 0)


def test_what_the_guard_does_not_believe_is_decoded_again_and_that_costs() -> None:
    engine = Clockwork(lambda segment, full: LOOP if segment.segment_id == "b" and not full else "好的")
    both = both_of(engine)
    assert both.texts([segment("a"), segment("b", length_ms=3000)]) == ("好的好的", "好的好的")
    assert (both.decoded, both.retried) == (2, 1)
    assert both.speed_up == (9 + 9) / (3 + 3 + 9)
    plain = both_of(engine, retry_full=False)
    assert plain.texts([segment("a"), segment("b", length_ms=3000)]) == ("好的好的", "好的")
    assert (plain.decoded, plain.retried) == (2, 0)


def test_a_segment_that_cannot_be_decoded_is_named() -> None:
    def say(segment: Segment, full: bool) -> str:
        raise RuntimeError("no")

    with pytest.raises(ModelError, match=r"the recording q\.wav: cannot be decoded at 2\.0 s; found engine_error"):
        both_of(Clockwork(say)).texts([segment("a", call_id="q.wav", start_ms=2000)])
