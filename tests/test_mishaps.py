"""What nobody foresaw is told once and then counted, without a word of what it was about."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from monitor.core.events import Envelope
from monitor.mishaps import TELL_EVERY_S, Mishaps


class Room:
    """Mishaps on a clock of their own, and what they told."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.told: list[Envelope] = []
        self.mishaps = Mishaps(self.told.extend, lambda: self.now_s)

    def notices(self) -> list[tuple[str, dict]]:
        return [(envelope.body["code"], envelope.body["params"]) for envelope in self.told]


def fail(where: Callable[[], None]) -> Exception:
    with pytest.raises(ValueError, match="their words") as caught:
        where()
    return caught.value


def broken_place() -> None:
    said = "their words"
    raise ValueError(said)


def test_the_first_is_told_at_once_and_what_follows_together() -> None:
    room = Room()
    for call_id in ("one", "two", "one", "three"):
        room.mishaps.in_call(call_id, fail(broken_place))
        room.now_s += 1.0
        room.mishaps.look()
    room.now_s = TELL_EVERY_S
    room.mishaps.look()
    room.mishaps.look()
    assert room.notices() == [
        ("calls_fail", {"count": 1, "calls": ["one"], "why": "ValueError"}),
        ("calls_fail", {"count": 3, "calls": ["two", "one", "three"], "why": "ValueError"}),
    ]
    assert (room.mishaps.calls, room.mishaps.turns, room.mishaps.why) == (4, 0, "")


def test_what_all_lines_share_fails_for_a_while_and_is_well_again() -> None:
    room = Room()
    with room.mishaps.kept():
        broken_place()
    assert room.notices() == [("turns_fail", {"count": 1, "why": "ValueError"})]
    assert room.mishaps.why == "the live loop fails: ValueError"
    room.now_s = TELL_EVERY_S
    room.mishaps.look()
    assert (room.mishaps.turns, room.mishaps.why, len(room.told)) == (1, "", 1)


def test_the_log_has_the_place_and_no_words() -> None:
    with capture_logs() as logs, Room().mishaps.kept():
        broken_place()
    (entry,) = logs
    assert "broken_place" in entry["stack"]
    assert entry["error"] == "ValueError"
    assert "their words" not in str(entry).replace('said = "their words"', "")


def test_where_nobody_can_be_told_it_goes_on_all_the_same() -> None:
    def gone(_: object) -> None:
        raise OSError("the bus is gone")

    mishaps = Mishaps(gone)
    with mishaps.kept():
        broken_place()
    assert mishaps.turns == 1
