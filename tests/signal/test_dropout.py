from __future__ import annotations

import pytest

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
    ((since, end, _),) = drops("SSSSSxxxxx")
    assert (since, end) == (500, 1000)
