from __future__ import annotations

from monitor.desk.faults import answer
from monitor.fault import DIMENSIONS, FaultSettings


def test_an_empty_store_has_an_answer_too() -> None:
    settings = FaultSettings(level_dbov=-30)
    assert answer([], settings) == {
        "calls": 0, "limits": settings.model_dump(), "figures": {by: [] for by in DIMENSIONS}, "findings": [],
    }  # fmt: skip
