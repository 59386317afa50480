"""The ASGI app: routes, pages, security headers."""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.desk import api, sockets
from monitor.desk.state import Desk
from monitor.errors import LinewatchError

PAGES = Path(__file__).parent / "pages"
PAGE_NAMES = {"/": "signin", "/supervisor": "supervisor", "/agent": "agent", "/lines": "lines"}
TEMPLATES = Environment(loader=FileSystemLoader(PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-cache"),
)


class SecurityHeaders:
    """Adds HEADERS to every HTTP answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def build(desk: Desk) -> Starlette:
    """The app over one desk: pages, sockets, API, health, metrics, schema."""
    routes: list[BaseRoute] = [Route(path, _page(name)) for path, name in PAGE_NAMES.items()]
    routes += [
        WebSocketRoute("/ws/supervisor", sockets.endpoint(desk, frozenset({"supervisor", "admin"}))),
        WebSocketRoute("/ws/agent", sockets.endpoint(desk, frozenset({"agent"}))),
        *api.routes(desk),
        Mount("/static", StaticFiles(directory=PAGES / "static")),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={
            api.ApiError: api.answer_error,
            LinewatchError: api.answer_error,
            ValidationError: api.answer_error,
        },
    )


def _page(name: str) -> api.Handler:
    """A page in the one layout; it is the same for everybody, so it is made once."""
    text = TEMPLATES.get_template(f"{name}.html").render(page=name)

    async def show(_: Request) -> Response:
        return HTMLResponse(text)

    return show
