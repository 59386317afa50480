"""Which lines a group is for."""

from __future__ import annotations

import pytest

from monitor.signal.groups import Group, fits, never_reached


@pytest.mark.parametrize(
    ("value", "patterns", "expected"),
    [
        ("sip-1", (), True),
        (None, (), True),
        (None, ("*",), False),
        ("sip-1", ("sip-*",), True),
        ("SIP-1", ("sip-*",), False),
        ("isdn", ("sip-*", "isdn"), True),
    ],
)
def test_fits(value: str | None, patterns: tuple[str, ...], expected: bool) -> None:
    assert fits(value, patterns) is expected


def test_a_group_behind_one_that_takes_all_its_lines_is_never_reached() -> None:
    wide, narrow = Group(lines=("sip-*",)), Group(lines=("sip-1",), trunks=("gw1",))
    assert never_reached({"wide": wide, "narrow": narrow}) == "narrow"
    assert never_reached({"narrow": narrow, "wide": wide}) is None
    assert never_reached({"a": Group(trunks=("gw1",)), "b": Group(lines=("sip-1",))}) is None
