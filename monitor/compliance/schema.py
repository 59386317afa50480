"""JSON Schema of a rule pack, for editors: rules/pack.schema.json, which Taplo finds by the `#:schema` line."""

from __future__ import annotations

from typing import Any

from monitor.compliance import KINDS
from monitor.compliance.rulebook import Pack, kind_of

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PRESETS = {
    "type": "object",
    "description": "name of a preset = keys that replace the rule's own; a table of steps is matched by their id",
    "additionalProperties": {"type": "object"},
}
_GROUPS = {
    "type": "object",
    "description": "name of a group of lines in [signal.groups] = keys that replace the rule's own there; not words",
    "additionalProperties": {"type": "object"},
}


def schema() -> dict[str, Any]:
    """One object for each kind, told apart by the key `kind`."""
    definitions: dict[str, Any] = {}
    for kind in KINDS:
        model = kind_of(kind).model_json_schema(ref_template="#/$defs/{model}")
        definitions.update(model.pop("$defs", {}))
        model["properties"] |= {"presets": _PRESETS, "groups": _GROUPS}
        definitions[f"rule.{kind}"] = model
    pack = Pack.model_json_schema()
    pack.pop("$defs", None)
    mapping = {kind: f"#/$defs/rule.{kind}" for kind in KINDS}
    pack["properties"]["rule"] = {
        "type": "array",
        "items": {
            "oneOf": [{"$ref": reference} for reference in mapping.values()],
            "discriminator": {"propertyName": "kind", "mapping": mapping},
        },
    }
    return {"$schema": DRAFT, **pack, "$defs": dict(sorted(definitions.items()))}
