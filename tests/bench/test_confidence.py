from __future__ import annotations

import math

from bench.confidence import bands, confidence
from monitor.core.types import Answer


def test_errors_are_counted_by_band() -> None:
    rows = {one["what"]: one for one in bands([(0.95, 0, 10), (0.92, 1, 10), (0.3, 6, 10), (1.0, 0, 5)])}
    assert (rows["confidence_0.9_to_1.0_cer"]["value"], rows["confidence_0.9_to_1.0_cer"]["n"]) == (4.0, 3)
    assert round(rows["confidence_0.9_to_1.0_whole"]["value"]) == 67
    assert rows["confidence_0.0_to_0.4_cer"]["value"] == 60
    assert rows["confidence_0.5_to_0.6_cer"]["value"] is None


def test_the_confidence_is_that_of_an_utterance() -> None:
    assert confidence(Answer("a1", "好的", mean_logprob=math.log(0.5))) == 0.5
    assert confidence(Answer("a1", lost="timeout")) == 0
