from __future__ import annotations

from monitor.desk.faults import answer
from monitor.fault import DIMENSIONS, FaultSettings


def test_an_empty_store_has_an_answer_too() -> None:
    assert answer([], FaultSettings()) == {"calls": 0, "figures": {by: [] for by in DIMENSIONS}, "findings": []}
