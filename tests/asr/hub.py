"""A little Hugging Face hub on a real socket: enough of its API to list a model through huggingface_hub and stream it.

It can break a file off after some bytes, send wrong bytes, or refuse, and it remembers the Range headers it was sent.
It speaks TLS where it is given a context.
"""

from __future__ import annotations

import hashlib
import json
import ssl
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlsplit

from tests.asr.httpserver import Quiet, Server

REPOSITORY = "somebody/some-whisper"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(Server):
    """files: name -> bytes; those over `lfs_from` bytes are listed with a sha256, the others with a git blob's sha1."""

    def __init__(self, files: dict[str, bytes], lfs_from: int = 1000, tls: ssl.SSLContext | None = None) -> None:
        self.files, self.lfs_from = files, lfs_from
        self.break_after: dict[str, int] = {}  # file -> bytes of the next answer, once
        self.spoil: dict[str, int] = {}  # file -> how many more answers carry a wrong byte
        self.refuse: int | None = None  # an HTTP status for the listing
        self.refuse_files: int | None = None  # and for the files
        self.unstated: tuple[str, ...] = ()  # what the listing leaves out of each file: "size", "blobId", "lfs"
        self.chunked = False  # answers come in chunks, of no promised length
        self.asked: list[str] = []  # the revisions
        self.ranges: list[tuple[str, str | None]] = []
        super().__init__(self._handler(), tls)

    def listing(self) -> bytes:
        siblings = []
        for name, data in self.files.items():
            blob = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            row: dict[str, object] = {"rfilename": name, "size": len(data), "blobId": blob}
            if len(data) > self.lfs_from:
                row["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
            siblings.append({key: value for key, value in row.items() if key not in self.unstated})
        return json.dumps({"id": REPOSITORY, "modelId": REPOSITORY, "sha": COMMIT, "siblings": siblings}).encode()

    def answer(self, name: str, wanted: str | None) -> tuple[int, bytes, int]:
        """(status, bytes to send, length to promise)."""
        self.ranges.append((name, wanted))
        data = self.files[name]
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
        if start >= len(data) > 0:
            return 416, b"", 0
        body = bytearray(data[start:])
        if self.spoil.get(name, 0) > 0 and body:
            self.spoil[name] -= 1
            body[0] ^= 0xFF
        sent = bytes(body)[: self.break_after.pop(name, len(body))]
        return (206 if wanted else 200), sent, len(body)

    def _handler(hub) -> type[BaseHTTPRequestHandler]:  # noqa: N805 (self is the handler's)
        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path.startswith(f"/api/models/{REPOSITORY}"):
                    hub.asked.append(path.rpartition("/revision/")[2])
                    body = hub.listing()
                    self._send(hub.refuse or 200, body, len(body))
                elif hub.refuse_files:
                    self._send(hub.refuse_files, b"", 0)
                elif path.startswith(f"/{REPOSITORY}/resolve/{COMMIT}/") and path.rpartition("/")[2] in hub.files:
                    self._send(*hub.answer(path.rpartition("/")[2], self.headers.get("Range")))
                else:
                    self._send(404, b"", 0)

            def _send(self, status: int, body: bytes, promised: int) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if hub.chunked and status in (200, 206) and "/resolve/" in self.path:
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    self.wfile.write(b"%x\r\n" % promised + body + (b"\r\n0\r\n\r\n" if len(body) == promised else b""))
                else:
                    self.send_header("Content-Length", str(promised))
                    self.end_headers()
                    self.wfile.write(body)
                self.close_connection = True

        return Handler
