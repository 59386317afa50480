"""The OpenAPI description of `/api`, made from the very models that read its queries."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, TypeAdapter

from monitor import __version__
from monitor.fault import FaultSettings, Figures, Finding
from monitor.store.store import CallRow

PLAIN: dict[str, tuple[str, str]] = {
    "/healthz": ("The process answers", "application/json"),
    "/readyz": ("Calls are taken; 503 with the reason when not", "application/json"),
    "/metrics": ("Figures for Prometheus", "text/plain"),
    "/schema": ("JSON Schema of envelopes and socket messages", "application/json"),
}
SCHEMAS = "#/components/schemas/{model}"
CALL_ID = {"name": "call_id", "in": "path", "required": True, "schema": {"type": "string"}}


def document(calls: type[BaseModel], events: type[BaseModel], lines: type[BaseModel]) -> dict[str, Any]:
    """OpenAPI 3.1. calls, events, lines: the query models of the lists."""
    row = TypeAdapter(CallRow).json_schema(mode="serialization")
    envelope = {"$ref": "/schema"}
    paths = {path: _get(text, {"type": "object"}, media=media, secured=False) for path, (text, media) in PLAIN.items()}
    paths["/api/me"] = _get("Whose token this is, and which model listens", {"type": "object"})
    paths["/api/calls"] = _get(
        "Stored calls, newest first", _list("calls", {"$ref": "#/components/schemas/Call"}), calls
    )
    paths["/api/calls/{call_id}"] = _get("One call", {"$ref": "#/components/schemas/Call"}, extra=[CALL_ID])
    paths["/api/calls/{call_id}/events"] = _get(
        "Its envelopes in order of seq", _list("events", envelope), events, extra=[CALL_ID]
    )
    figures = TypeAdapter(dict[str, list[Figures]]).json_schema(mode="serialization", ref_template=SCHEMAS)
    finding = TypeAdapter(Finding).json_schema(mode="serialization")
    named = figures.pop("$defs")
    paths["/api/lines"] = _get(
        "What lines, trunks, seats, agents and customers sound like, and whose fault it is",
        {
            "type": "object",
            "properties": {"calls": {"type": "integer"}, "figures": figures,
                           "limits": FaultSettings.model_json_schema(mode="serialization"),
                           "findings": {"type": "array", "items": {"$ref": "#/components/schemas/Finding"}}},
        },
        lines,
    )  # fmt: skip
    return {
        "openapi": "3.1.0",
        "info": {"title": "linewatch", "version": __version__},
        "paths": paths,
        "components": {
            "schemas": {"Call": row, "Finding": finding, **named},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _list(name: str, items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": "array", "items": items}}, "required": [name]}


def _get(
    text: str,
    body: dict[str, Any],
    query: type[BaseModel] | None = None,
    extra: list[dict[str, Any]] | None = None,
    media: str = "application/json",
    secured: bool = True,
) -> dict[str, Any]:
    properties = query.model_json_schema()["properties"] if query is not None else {}
    parameters = [{"name": name, "in": "query", "schema": schema} for name, schema in properties.items()]
    operation: dict[str, Any] = {
        "summary": text,
        "parameters": [*(extra or []), *parameters],
        "responses": {"200": {"description": text, "content": {media: {"schema": body}}}},
    }
    if secured:
        operation["security"] = [{"token": []}]
    return {"get": operation}
