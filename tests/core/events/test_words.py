"""Utterances: which of them may count for a rule."""

import pytest

from monitor.core.events import Hypothesis, Utterance


@pytest.mark.parametrize(
    ("more", "heard"),
    [({}, True), ({"suppressed": ()}, True), ({"lost": "timeout"}, False), ({"suppressed": ("loop",)}, False)],
)
def test_only_what_was_heard_and_believed_counts(more: dict[str, object], heard: bool) -> None:
    body = Utterance.model_validate({"segment_id": "a1", "start_ms": 0, "end_ms": 900, "text": "您好"} | more)
    assert body.heard is heard


def test_what_is_not_final_is_shown_and_never_stored() -> None:
    assert Hypothesis(segment_id="a1", text="您好").overlay
    assert not Utterance.overlay
