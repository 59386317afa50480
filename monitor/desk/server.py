"""Runs the app on uvicorn inside a running event loop, with explicit sizes, queues and pings."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn

from monitor.desk.app import build
from monitor.desk.settings import DeskSettings
from monitor.desk.state import Desk
from monitor.errors import ConfigError

GRACE_S = 5
DEAD_PEER_MS = 30_000


class Server:
    """The desk on its port, from `start` to `stop`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._listening: socket.socket | None = None
        self._uvicorn: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def port(self) -> int:
        assert self._listening is not None, "not started"
        return int(self._listening.getsockname()[1])

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        settings = self._desk.settings
        scheme = "https" if settings.tls_cert else "http"
        host = "127.0.0.1" if settings.host in ("", "0.0.0.0", "::") else settings.host
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Returns once it listens. Raises ConfigError when the address cannot be had."""
        settings = self._desk.settings
        config = uvicorn.Config(
            build(self._desk),
            # the sans-io implementation over websockets; the one named "websockets" stands on its deprecated API
            ws="websockets-sansio",
            ws_max_size=settings.max_message_bytes,
            ws_ping_interval=settings.ping_interval_s,
            ws_ping_timeout=settings.ping_timeout_s,
            # envelopes are short, and a compressed message of 64 KiB can unpack to far more
            ws_per_message_deflate=False,
            # an access log would hold ?token=
            access_log=False,
            log_config=None,
            log_level="error",
            lifespan="off",
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
            ssl_certfile=settings.tls_cert,
            ssl_keyfile=settings.tls_key,
        )
        _load(config, settings)
        config.http_protocol_class = impatient(config.http_protocol_class, settings.hello_timeout_s)
        self._listening = listen(settings.host, settings.port)
        self._uvicorn = Quiet(config)
        self._task = asyncio.create_task(self._uvicorn.serve(sockets=[self._listening]), name="desk")
        while not self._uvicorn.started:
            if self._task.done():
                await self._task
                raise ConfigError("[desk]", "the pages could not be served", "", "See the log")
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """Close every socket with a reason, then the port."""
        self._desk.bus.close("stopping")
        if self._uvicorn is not None and self._task is not None:
            self._uvicorn.should_exit = True
            with suppress(asyncio.CancelledError):
                await self._task
        if self._listening is not None:
            self._listening.close()


def impatient(protocol: type[asyncio.Protocol], patience_s: float) -> type[asyncio.Protocol]:
    """The protocol, but who connects and sends nothing at all is let go; uvicorn itself would wait for ever."""

    class Impatient(protocol):  # type: ignore[misc, valid-type]
        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._silence = asyncio.get_running_loop().call_later(patience_s, transport.close)

        def data_received(self, data: bytes) -> None:
            self._silence.cancel()
            super().data_received(data)

        def connection_lost(self, error: Exception | None) -> None:
            self._silence.cancel()
            super().connection_lost(error)

    return Impatient


def _load(config: uvicorn.Config, settings: DeskSettings) -> None:
    """Reads the certificate. Raises ConfigError."""
    try:
        config.load()
    except (OSError, ValueError) as error:
        where = f"[desk] tls_cert = {str(settings.tls_cert)!r}, tls_key = {str(settings.tls_key)!r}"
        raise ConfigError(where, "cannot be used", str(error), "Give a PEM certificate and its own key") from error


class Quiet(uvicorn.Server):
    """uvicorn without signal handlers: they belong to the program around it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises ConfigError."""
    where = f"[desk] host = {host!r}, port = {port}"
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigError(where, "is no address of this machine", str(error), "Set [desk] host") from error
    family, kind, protocol, _, address = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # accepted sockets inherit it: a peer that takes nothing any more is given up by the kernel
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_PEER_MS)
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        listening.close()
        raise ConfigError(where, "cannot be listened on", error.strerror or "", "Set another [desk] port") from error
    return listening
