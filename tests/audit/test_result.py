from __future__ import annotations

from pathlib import Path

from tests.audit.material import Demo


def test_the_worst_severity_is_of_the_alerts_of_all_calls(demo: Demo) -> None:
    _, result = demo
    assert result.alerts.total() == sum(sum(call.alerts.values()) for call in result.calls) > 0
    assert result.worst is not None
    assert result.alerts[result.worst] > 0
    assert isinstance(result.out, Path)
