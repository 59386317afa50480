"""`linewatch schema`."""

from __future__ import annotations

import json


def schema() -> None:
    """JSON Schema of every envelope and message."""
    from monitor.desk.schema import document

    print(json.dumps(document(), ensure_ascii=False, indent=2))
