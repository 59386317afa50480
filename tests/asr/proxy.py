"""A forward proxy on a real socket: plain requests by absolute address, and CONNECT tunnels, to hosts only it knows."""

from __future__ import annotations

import socket
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from tests.asr.httpserver import Quiet, Server


class Proxy(Server):
    """hosts: name -> the local port that serves it. `asked` is every address a client wanted."""

    def __init__(self, hosts: dict[str, int]) -> None:
        self.hosts, self.asked = hosts, list[str]()
        super().__init__(self._handler())

    def _handler(proxy) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (self is the handler's)
        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                there = urlsplit(self.path)
                proxy.asked.append(self.path)
                address = f"http://127.0.0.1:{proxy.hosts[there.hostname or '']}{there.path}?{there.query}"
                wanted = {name: self.headers[name] for name in ("Range", "User-Agent") if name in self.headers}
                direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
                with direct.open(urllib.request.Request(address, headers=wanted)) as answer:
                    self.send_response(answer.status)
                    self.send_header("Content-Length", answer.headers["Content-Length"])
                    self.send_header("Content-Type", answer.headers["Content-Type"])
                    self.end_headers()
                    while chunk := answer.read1(65_536):
                        self.wfile.write(chunk)
                self.close_connection = True

            def do_CONNECT(self) -> None:
                proxy.asked.append(self.path)
                with socket.create_connection(("127.0.0.1", proxy.hosts[self.path.partition(":")[0]])) as there:
                    self.send_response(200)
                    self.end_headers()
                    back = threading.Thread(target=_pour, args=(there, self.connection), daemon=True)
                    back.start()
                    _pour(self.connection, there)
                    back.join(10)
                self.close_connection = True

        return Handler


def _pour(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(65_536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return
