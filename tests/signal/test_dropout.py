from __future__ import annotations

import pytest

from monitor.core.types import Absent
from monitor.signal.settings import DropoutSettings, SignalSettings
from tests.signal.scenes import conditions, heard
from tests.tapes import tape


def drops(text: str, settings: SignalSettings | None = None) -> list[tuple[int, int, float | None]]:
    found = conditions(heard(tape("a: " + text), settings))
    return [(b.since_ms, b.end_ms, b.value) for side, b in found if b.condition == "dropout"]


@pytest.mark.parametrize("why", ["x", "u"])
def test_missing_media_is_stated_with_its_length(why: str) -> None:
    assert drops("SSSSS" + why * 3 + "SSSSS" + why * 30 + "...") == [(500, 800, 300), (1300, 4300, 3000)]


def test_dtx_is_none() -> None:
    assert drops("SSSSS" + "d" * 30 + "SS") == []


def test_what_a_jitter_buffer_conceals_is_none() -> None:
    assert drops("SSSSSxSSSSS", SignalSettings(dropout=DropoutSettings(after_ms=120))) == []


def test_still_missing_at_the_hang_up() -> None:
    assert drops("SSSSSxxxxx") == [(500, 1000, 500)]


def test_a_frame_or_two_that_are_missing_are_concealed() -> None:
    for frames, found in ((1, []), (2, []), (3, [(500, 560, 60.0)])):
        line = tape("a: " + "S" * 10)
        line.absent[0, 25 : 25 + frames] = Absent.LOST
        ended = conditions(heard(line))
        assert [(b.since_ms, b.end_ms, b.value) for _, b in ended if b.condition == "dropout"] == found


def test_each_leg_has_its_own() -> None:
    found = conditions(heard(tape("a: SSSSSxxxxxSSSSSSSSSS", "c: SSSSSSSSuuuuuuuSSSSS")))
    assert [(side, b.since_ms, b.end_ms) for side, b in found if b.condition == "dropout"] == [
        (0, 500, 1000), (1, 800, 1500)
    ]  # fmt: skip
