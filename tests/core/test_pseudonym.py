from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.pseudonym import pseudonym


@pytest.mark.parametrize("other", ["138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "008613800138000"])
def test_a_number_is_the_same_however_it_is_written(other: str) -> None:
    assert pseudonym(other, "key") == pseudonym("13800138000", "key")


@given(st.text(min_size=1, max_size=20))
def test_it_holds_nothing_of_the_customer_and_needs_the_key(customer: str) -> None:
    name = pseudonym(customer, "key")
    assert pseudonym(customer, "") is None
    if name is not None:
        assert len(name) == 14
        assert name != pseudonym(customer, "another key")
        assert name == pseudonym(customer, "key")


def test_customers_are_told_apart() -> None:
    assert len({pseudonym(f"1380013{number:04d}", "key") for number in range(2000)}) == 2000
    assert pseudonym("  ", "key") is None
