from __future__ import annotations

import pytest

from monitor.core.speakers import Speakers, SpokenBy

SAID = Speakers(
    (SpokenBy(0, 1000, "agent", 0.9), SpokenBy(1000, 2000, "customer", 0.8), SpokenBy(2500, 3000, "agent", 0.6)), 0.85
)


@pytest.mark.parametrize(
    ("channel", "start_ms", "end_ms", "expected"),
    [
        ("agent", 0, 1000, 0.9),
        ("agent", 200, 2800, 0.82),
        ("customer", 900, 2600, 0.8),
        ("customer", 100, 900, 0.5),
        ("agent", 5000, 6000, 0.5),
    ],
)
def test_the_mean_over_what_that_party_says_there(channel: str, start_ms: int, end_ms: int, expected: float) -> None:
    assert SAID.of(channel, start_ms, end_ms) == expected  # type: ignore[arg-type]


def test_nothing_is_surer_than_the_whole_where_nothing_was_found() -> None:
    assert Speakers((), 0.3).of("agent", 0, 100) == 0.3
