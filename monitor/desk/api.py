"""`/api`, health, metrics and schema. The API reads the store and answers with the objects of the contract."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from monitor.core.types import Severity
from monitor.desk import faults, metrics, openapi, schema
from monitor.desk.access import Grant
from monitor.desk.state import Desk
from monitor.errors import LinewatchError
from monitor.store.store import CallRow

Handler = Callable[[Request], Awaitable[Response]]


class CallQuery(BaseModel):
    """The query of GET /api/calls. since, until: UTC times in ISO 8601, compared with the time of storing."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    agent: str | None = None
    team: str | None = None
    since: str | None = None
    until: str | None = None
    closed: bool | None = None
    severity: Severity | None = None
    rule: str | None = None
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)


class EventQuery(BaseModel):
    """The query of GET /api/calls/{call_id}/events."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    after_seq: int = Field(default=0, ge=0)
    limit: int = Field(default=5000, ge=1, le=20_000)


class LineQuery(BaseModel):
    """The query of GET /api/lines. since, until: as above."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    team: str | None = None
    since: str | None = None
    until: str | None = None


class ApiError(Exception):
    """An answer other than 200, with one line that says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def answer_error(_: Request, error: Exception) -> Response:
    """Turns what a handler raised into one JSON line."""
    status = error.status if isinstance(error, ApiError) else 503 if isinstance(error, LinewatchError) else 400
    if isinstance(error, ValidationError):
        first = error.errors(include_input=False, include_url=False)[0]
        return JSONResponse({"error": f"{'.'.join(map(str, first['loc']))}: {first['msg']}"}, 400)
    return JSONResponse({"error": str(error)}, status)


def routes(desk: Desk) -> list[BaseRoute]:
    api = Api(desk)
    made = metrics.registry(desk)

    async def show_metrics(_: Request) -> Response:
        return Response(metrics.render(made), media_type="text/plain; version=0.0.4; charset=utf-8")

    pairs: list[tuple[str, Handler]] = [
        ("/healthz", api.health),
        ("/readyz", api.ready),
        ("/metrics", show_metrics),
        ("/schema", api.schema),
        ("/api/openapi.json", api.openapi),
        ("/api/me", api.me),
        ("/api/lines", api.lines),
        ("/api/calls", api.calls),
        ("/api/calls/{call_id}", api.call),
        ("/api/calls/{call_id}/events", api.events),
    ]
    return [Route(path, handler, methods=["GET"]) for path, handler in pairs]


class Api:
    """The handlers, over one desk."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def health(self, _: Request) -> Response:
        """The process answers; says nothing of whether it can take calls."""
        return JSONResponse({"ok": True})

    async def ready(self, _: Request) -> Response:
        status = self._desk.status()
        body = {"ready": status.ready, "why": status.why, "lines": status.lines, "capacity": status.capacity}
        return JSONResponse(body | {"model": status.model}, 200 if status.ready else 503)

    async def schema(self, _: Request) -> Response:
        return JSONResponse(schema.document())

    async def openapi(self, _: Request) -> Response:
        return JSONResponse(openapi.document(CallQuery, EventQuery, LineQuery))

    async def me(self, request: Request) -> Response:
        """Whose token this is, and which model listens; the one question of the API that an agent may ask."""
        grant = self._known(request)
        teams = None if grant.teams is None else sorted(grant.teams)
        who = {"role": grant.role, "name": grant.name, "teams": teams, "agent_id": grant.agent_id}
        return JSONResponse(who | {"model": self._desk.status().model})

    async def calls(self, request: Request) -> Response:
        grant = self._grant(request)
        query = CallQuery.model_validate(dict(request.query_params))
        teams = _teams(grant, query.team)
        rows = await asyncio.to_thread(
            self._desk.store.calls,
            agent_id=query.agent, teams=teams, since_utc=query.since, until_utc=query.until, closed=query.closed,
            severity=query.severity, rule_id=query.rule, limit=query.limit, offset=query.offset,
        )  # fmt: skip
        return JSONResponse({"calls": [asdict(row) for row in rows]})

    async def lines(self, request: Request) -> Response:
        grant = self._grant(request)
        query = LineQuery.model_validate(dict(request.query_params))
        measured = await asyncio.to_thread(
            self._desk.store.measured, teams=_teams(grant, query.team), since_utc=query.since, until_utc=query.until
        )
        return JSONResponse(await asyncio.to_thread(faults.answer, measured, self._desk.faults))

    async def call(self, request: Request) -> Response:
        return JSONResponse(asdict(await self._call(request)))

    async def events(self, request: Request) -> Response:
        row = await self._call(request)
        query = EventQuery.model_validate(dict(request.query_params))
        found = await asyncio.to_thread(self._desk.store.events, row.call_id, query.after_seq, query.limit)
        body: dict[str, Any] = {"call_id": row.call_id, "events": [each.wire() for each in found]}
        return JSONResponse(body)

    async def _call(self, request: Request) -> CallRow:
        grant = self._grant(request)
        row = await asyncio.to_thread(self._desk.store.call, request.path_params["call_id"])
        if row is None or not grant.want().may_see(row.agent_id, row.team):
            raise ApiError(404, "There is no such call, or this token may not see it.")
        return row

    def _grant(self, request: Request) -> Grant:
        grant = self._known(request)
        if grant.role == "agent":
            raise ApiError(403, "An agent's token opens the agent's page only.")
        return grant

    def _known(self, request: Request) -> Grant:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        grant = self._desk.access.grant(token if scheme.lower() == "bearer" else None)
        if grant is None:
            raise ApiError(401, "Send a known token as Authorization: Bearer TOKEN.")
        return grant


def _teams(grant: Grant, team: str | None) -> list[str] | None:
    """The teams asked for, as far as this token may see them; None for all."""
    teams = [team] if team is not None else None
    allowed = grant.want().allowed_teams
    if allowed is None:
        return teams
    return sorted(allowed & set(teams)) if teams is not None else sorted(allowed)
