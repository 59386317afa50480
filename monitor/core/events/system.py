"""What concerns the machine and no call."""

from __future__ import annotations

from typing import ClassVar, Literal

from monitor.core.events.body import Body


class SystemNotice(Body):
    """Something about the machine, not about a call: its envelope's call_id is null and it has no seq."""

    type: ClassVar[str] = "system.notice"
    overlay: ClassVar[bool] = True
    kind: Literal[
        "no_lines", "model_gone", "lag", "disk", "store_stalled", "overload", "recovered", "stopping", "rules_kept"
    ]
    message: str
    value: float | None = None
