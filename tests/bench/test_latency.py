"""The arithmetic of `bench latency`: what counts as a delay, what as lost, and when a number of lines is held."""

from __future__ import annotations

import math
from typing import Any

from bench.latency import Heard, _heard, settled_s
from monitor.asr.settings import AsrSettings

BEGAN = {"a": 100.0}


def utterance(at_s: float, end_ms: int, lost: str | None = None) -> tuple[float, dict[str, Any]]:
    return at_s, {"type": "utterance", "call_id": "a", "body": {"end_ms": end_ms, "lost": lost}}


def alert(kind: str, at_s: float, start_ms: int, end_ms: int) -> tuple[float, dict[str, Any]]:
    evidence = [{"quote": "好", "end_ms": end_ms}]
    body = {"rule_id": "r", "start_ms": start_ms, "evidence": evidence}
    return at_s, {"type": kind, "call_id": "a", "body": body}


def test_what_was_lost_has_no_delay() -> None:
    heard = _heard([utterance(102.6, 2000), utterance(109.0, 4000, "timeout"), utterance(104.5, 4000)], BEGAN)
    assert [round(delay) for delay in heard.utterances] == [600, 500]
    assert (heard.lost, heard.answered) == (1, 3)


def test_an_alert_that_was_pending_before_counts_once_and_from_its_first_sight() -> None:
    arrived = [
        alert("alert.pending", 103.0, 1000, 2000), alert("alert.raised", 104.0, 1100, 2100),
        alert("alert.raised", 130.0, 28_000, 29_000),
    ]  # fmt: skip
    assert [round(delay) for delay in _heard(arrived, BEGAN).alerts] == [1000, 1000]


def test_lines_of_which_too_much_is_lost_are_not_held() -> None:
    assert Heard([600.0] * 95, lost=5).within_ms(95) == 600
    assert Heard([600.0] * 94, lost=6).within_ms(95) == math.inf
    assert Heard([600.0] * 90 + [1500.0] * 10).within_ms(95) == 1500
    assert Heard(lost=3).within_ms(50) == Heard().within_ms(95) == math.inf


def test_the_last_answers_are_waited_for() -> None:
    asr = AsrSettings(answer_within_ms=9000)
    assert settled_s(asr) > 9 + 0.5
