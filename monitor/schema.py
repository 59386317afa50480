"""JSON Schema (2020-12) of every envelope, from the bodies that the program itself reads and writes."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from monitor.core.events import BODIES, SCHEMA, Body
from monitor.core.types import Side

DIALECT = "https://json-schema.org/draft/2020-12/schema"
LIVE = {
    "heard_ms": {"type": "integer", "minimum": 0, "description": "audio received when emitted; live only"},
    "published_at_utc": {"type": "string", "format": "date-time", "description": "live only"},
    "prev_seq": {"type": ["integer", "null"], "description": "the last seq sent before this one; filtered clients only"},
    "stored": {"type": "boolean", "description": "false: pushed while the store stalled"},
}


def envelopes() -> dict[str, Any]:
    """One schema for any envelope: a choice by `type`, each body a definition of its own."""
    side = TypeAdapter(Side | None).json_schema()
    shared: dict[str, Any] = {}
    for name, body in BODIES.items():
        schema = body.model_json_schema(ref_template="#/$defs/{model}")
        shared |= schema.pop("$defs", {})
        shared |= {f"body:{name}": schema, f"envelope:{name}": _envelope(name, body, side)}
    return {
        "$schema": DIALECT,
        "$id": f"urn:linewatch:envelope:{SCHEMA}",
        "title": "linewatch envelope",
        "oneOf": [{"$ref": f"#/$defs/envelope:{name}"} for name in BODIES],
        "$defs": shared,
    }


def _envelope(name: str, body: type[Body], side: dict[str, Any]) -> dict[str, Any]:
    overlay = body.overlay
    properties = {
        "schema": {"const": SCHEMA},
        "call_id": {"type": "null"} if name.startswith("system.") else {"type": "string"},
        "seq": {"type": "null"} if overlay else {"type": "integer", "minimum": 1},
        "at_ms": {"type": "integer", "minimum": 0},
        "type": {"const": name},
        "channel": side,
        "body": {"$ref": f"#/$defs/body:{name}"},
    }
    return {
        "type": "object",
        "description": (body.__doc__ or "").strip() if body.__doc__ != Body.__doc__ else "",
        "properties": properties | LIVE,
        "required": list(properties),
        "additionalProperties": False,
    }
