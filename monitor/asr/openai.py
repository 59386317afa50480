"""Another engine behind the same port: any OpenAI-compatible transcription endpoint.

Off by default, since speech leaves this process. Each segment is one request: a WAV file to
`{url}/audio/transcriptions`, in `verbose_json`, which says how sure the model was. An endpoint that does not know it
(status 400, 415 or 422) is asked for plain `json`, and from then on for nothing else. What the endpoint does wrong (an
error status, silence, nonsense) is raised, and the recogniser answers that one segment as lost.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import os
import socket
import threading
import time
import urllib.error
import urllib.request
import uuid
import wave
from collections.abc import Iterator, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

import structlog

from monitor.asr.codes import code
from monitor.asr.settings import OpenAiSettings
from monitor.core.types import Answer, Pcm, Segment, WordTime
from monitor.errors import ModelError

LONGEST_REPLY = 1 << 20
AGAIN_S = 0.1
NOT_KNOWN = (400, 415, 422)
Format = Literal["verbose_json", "json"]

log = structlog.get_logger(__name__)


class OpenAiEngine:
    """`decode` may be called from any number of threads; every segment is a request of its own."""

    def __init__(self, settings: OpenAiSettings, language: str = "zh") -> None:
        """Raises ModelError where the address is missing or no http address."""
        parts = urlsplit(settings.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ModelError(
                "[asr.openai] url", "is no http address", repr(settings.url) if settings.url else "nothing",
                "Set it to the endpoint's base, such as http://127.0.0.1:8000/v1",
            )  # fmt: skip
        self.name = f"{settings.model} at {parts.hostname}"
        self._address = settings.url.rstrip("/") + "/audio/transcriptions"
        self._settings = settings
        self._language = language
        self._format: Format | None = None  # what the endpoint is known to take

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        """The endpoint's own business: one class, and nothing to gain from a second decode."""
        return 0

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        """Raises OSError for what the network or the endpoint does, ValueError for a reply that is none."""
        return [self._ask(segment) for segment in segments]

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        """None: asking for them would send the speech a second time."""
        return []

    def _ask(self, segment: Segment) -> Answer:
        if self._format is not None:
            return self._asked(segment, self._format)
        try:
            answer = self._asked(segment, "verbose_json")
            self._format = "verbose_json"
        except urllib.error.HTTPError as error:
            with error:
                if error.code not in NOT_KNOWN:
                    raise
            # where plain json is refused too, the fault is another one and nothing is learnt
            answer = self._asked(segment, "json")
            self._format = "json"
            log.warning("endpoint knows no verbose_json; its texts come without confidence", engine=self.name)
        return answer

    def _asked(self, segment: Segment, response_format: Format) -> Answer:
        fields = {"model": self._settings.model, "response_format": response_format, "temperature": "0"}
        if self._language != "auto":
            fields["language"] = self._language
        body, kind = _form(fields, wav(segment.samples, segment.rate_hz))
        headers = {"Content-Type": kind, "Accept": "application/json"}
        if key := os.environ.get(self._settings.key_env):
            headers["Authorization"] = f"Bearer {key}"
        within_s = self._settings.timeout_ms / 1000
        request = _Request(self._address, body, headers, method="POST")
        with _ended_after(within_s, request) as until_s, _OPENER.open(request, timeout=within_s) as reply:
            raw = _read(reply, until_s)
        return _answer(segment, json.loads(raw))


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect is an error status: speech and key go where the settings say, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


class _Request(urllib.request.Request):
    connection: http.client.HTTPConnection | None = None


class _Noted(urllib.request.AbstractHTTPHandler):
    """Lets a request know its connection."""

    def do_open(self, http_class: Any, req: Any, **options: Any) -> http.client.HTTPResponse:
        def connection(*args: Any, **more: Any) -> Any:
            req.connection = http_class(*args, **more)
            return req.connection

        return super().do_open(connection, req, **options)


class _Http(_Noted, urllib.request.HTTPHandler):
    pass


class _Https(_Noted, urllib.request.HTTPSHandler):
    pass


_OPENER = urllib.request.build_opener(_Stay, _Http, _Https)


@contextlib.contextmanager
def _ended_after(seconds: float, request: _Request) -> Iterator[float]:
    """Shuts the request's connection when its time is up, and yields when that is on the monotonic clock: urlopen's own
    time limit is for a single read, which a trickle never exceeds."""
    over = threading.Event()

    def watch() -> None:
        wait_s = seconds
        while not over.wait(wait_s):
            wait_s = AGAIN_S
            sock = request.connection and request.connection.sock
            if sock:
                with contextlib.suppress(OSError):  # in the hands of TLS, which keeps the time itself
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

    until_s = time.monotonic() + seconds
    threading.Thread(target=watch, name="endpoint", daemon=True).start()
    try:
        yield until_s
    finally:
        over.set()


def wav(samples: Pcm, rate_hz: int, channels: int = 1) -> bytes:
    """A 16-bit WAV file; samples int16[n], or [n, channels]."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return out.getvalue()


def _read(reply: Any, until_s: float) -> bytes:
    """The whole reply, where it is there in time."""
    raw = b""
    while chunk := reply.read1(65_536):
        raw += chunk
        if len(raw) > LONGEST_REPLY:
            raise ValueError("the reply is too long")
        if time.monotonic() > until_s:
            break
    if time.monotonic() > until_s:
        raise TimeoutError("the reply trickles")
    return raw


def _form(fields: dict[str, str], audio: bytes) -> tuple[bytes, str]:
    """A multipart/form-data body (RFC 7578) and its content type."""
    mark = uuid.uuid4().hex
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    head = 'Content-Disposition: form-data; name="file"; filename="segment.wav"\r\nContent-Type: audio/wav'
    parts.append(f"--{mark}\r\n{head}\r\n\r\n".encode() + audio + f"\r\n--{mark}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={mark}"


def _answer(segment: Segment, reply: Any) -> Answer:
    if not isinstance(reply, dict) or not isinstance(reply.get("text"), str):
        raise ValueError("the reply holds no text")
    pieces = [piece for piece in reply.get("segments") or [] if isinstance(piece, dict)]
    return Answer(
        segment.segment_id,
        text=reply["text"].strip(),
        mean_logprob=_mean(pieces, "avg_logprob"),
        no_speech_prob=_mean(pieces, "no_speech_prob"),
        language=code(reply.get("language")),
    )


def _mean(pieces: Sequence[dict[str, Any]], name: str) -> float | None:
    """Of the pieces that say it."""
    values = [float(piece[name]) for piece in pieces if isinstance(piece.get(name), int | float)]
    return round(sum(values) / len(values), 4) if values else None
