"""JSON Schema of everything on the wire: every envelope by type, and every message of a socket."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from monitor.core.events import BODIES, SCHEMA, Body, Envelope
from monitor.desk.messages import (
    SERVER_MESSAGES,
    AcknowledgeMessage,
    HelloMessage,
    PingMessage,
    ResumeMessage,
    SubscribeMessage,
)

CLIENT = (HelloMessage, ResumeMessage, SubscribeMessage, AcknowledgeMessage, PingMessage)


def document() -> dict[str, Any]:
    """A JSON Schema (2020-12) whose root accepts any envelope; messages are under $defs."""
    models: list[type[BaseModel]] = [*BODIES.values(), *CLIENT, *SERVER_MESSAGES]
    names, definitions = models_json_schema([(model, "serialization") for model in models])
    refs = {model: names[model, "serialization"] for model in models}
    defs = definitions.get("$defs", {}) | {"Envelope": _envelope(refs)}
    defs["ClientMessage"] = {"oneOf": [refs[model] for model in CLIENT]}
    defs["ServerMessage"] = {"oneOf": [{"$ref": "#/$defs/Envelope"}, *(refs[model] for model in SERVER_MESSAGES)]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "linewatch envelope",
        "$ref": "#/$defs/Envelope",
        "$defs": defs,
    }


def _envelope(refs: dict[Any, Any]) -> dict[str, Any]:
    schema = Envelope.model_json_schema(mode="serialization")
    properties = schema["properties"] | {"schema": {"const": SCHEMA}, "type": {"enum": sorted(BODIES)}}
    return {
        "type": "object",
        "description": "One line of JSON Lines, one message on a socket, one row of the store.",
        "properties": properties,
        "required": ["schema", "call_id", "seq", "at_ms", "type", "channel", "body"],
        "additionalProperties": False,
        "allOf": [_body_rule(name, body, refs[body]) for name, body in sorted(BODIES.items())],
    }


def _body_rule(name: str, body: type[Body], ref: dict[str, Any]) -> dict[str, Any]:
    seq = {"type": "null"} if body.overlay else {"type": "integer", "minimum": 1}
    return {
        "if": {"properties": {"type": {"const": name}}},
        "then": {"properties": {"body": ref, "seq": seq}},
    }
