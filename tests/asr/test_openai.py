"""Against a real HTTP server: one that wraps our own model, and some that misbehave."""

from __future__ import annotations

import io
import json
import socket
import threading
import wave
from contextlib import ExitStack, suppress
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler
from urllib.error import HTTPError

import numpy as np
import pytest

from monitor.asr.openai import OpenAiEngine
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import OpenAiSettings
from monitor.errors import ModelError
from tests.asr.conftest import QUESTION, likeness, spoken
from tests.asr.httpserver import Quiet, Server
from tests.asr.segments import Inbox, segment


def parts_of(headers, body: bytes) -> dict[str, bytes]:
    """The fields of a multipart form, by the standard library's own parser."""
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body
    )
    return {part.get_param("name", header="content-disposition"): part.get_payload(decode=True)
            for part in message.iter_parts()}  # fmt: skip


@pytest.fixture
def serve():
    """Start a server whose POST calls `reply(handler, path, headers, fields)`; returns its base address."""
    servers = ExitStack()

    def start(reply) -> str:
        class Handler(Quiet, BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                reply(self, parts_of(self.headers, body))

            def do_GET(self) -> None:  # what a redirected POST becomes
                reply(self, {})

        return f"{servers.enter_context(Server(Handler)).url}/v1"

    with servers:
        yield start


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def test_our_own_model_behind_an_endpoint_hears_what_it_hears_here(serve, engine, monkeypatch):
    seen: list[tuple[str, str, dict[str, bytes]]] = []

    def reply(handler, fields):
        seen.append((handler.path, handler.headers["Authorization"], fields))
        with wave.open(io.BytesIO(fields["file"])) as file:
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
            rate = file.getframerate()
        asked = segment(samples=samples, rate_hz=rate, length_ms=samples.size * 1000 // rate)
        (answer,) = engine.decode([asked])
        pieces = [{"avg_logprob": answer.mean_logprob, "no_speech_prob": answer.no_speech_prob}]
        send(handler, 200, json.dumps({"text": answer.text, "language": "chinese", "segments": pieces}).encode())

    monkeypatch.setenv("A_KEY", "secret")
    there = OpenAiEngine(OpenAiSettings(url=serve(reply), model="demo", key_env="A_KEY"))
    one = spoken()
    (answer,) = there.decode([one])
    assert likeness(answer.text, QUESTION) > 0.7
    assert answer.language == "zh"
    assert answer.mean_logprob > -2
    path, key, fields = seen[0]
    assert (path, key) == ("/v1/audio/transcriptions", "Bearer secret")
    assert (fields["model"], fields["language"], fields["response_format"]) == (b"demo", b"zh", b"verbose_json")
    assert there.name == "demo at 127.0.0.1"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (401, b'{"error": "no"}'),
        (200, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"text": 5}'),
        (200, b'{"text": "x", "segments": [{"avg_logprob": 1e6}]}'),
        (200, b'{"text": "x", "segments": [{"avg_logprob": NaN}]}'),
        (200, b'{"text": "x", "segments": [{"avg_logprob": -1e999}]}'),
        (200, b'{"text": "x", "segments": [{"avg_logprob": -0.1, "no_speech_prob": Infinity}]}'),
        (200, b"\xff\xfe"),
        (200, b'"' + b"x" * 2_000_000 + b'"'),
    ],
)
def test_an_endpoint_that_fails_loses_one_segment_and_the_next_is_heard(serve, status, body):
    replies = [(status, body), (200, '{"text": " 您好 "}'.encode())]
    engine = OpenAiEngine(OpenAiSettings(url=serve(lambda handler, fields: send(handler, *replies.pop(0)))))
    recogniser, inbox = Recogniser(engine), Inbox()
    recogniser.submit(segment("a1"), inbox, 30.0)
    assert inbox.wait(1)["a1"].lost == "engine_error"
    recogniser.submit(segment("a2"), inbox, 30.0)
    answer = inbox.wait(2)["a2"]
    recogniser.close()
    assert (answer.text, answer.mean_logprob, answer.lost) == ("您好", None, None)


def test_an_endpoint_that_never_answers_loses_the_segment(serve):
    stuck = threading.Event()
    engine = OpenAiEngine(OpenAiSettings(url=serve(lambda handler, fields: stuck.wait(30)), timeout_ms=200))
    recogniser, inbox = Recogniser(engine), Inbox()
    recogniser.submit(segment("a1"), inbox, None)
    assert inbox.wait(1)["a1"].lost == "engine_error"
    stuck.set()
    recogniser.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_speech_and_key_follow_no_redirect(serve, status, monkeypatch):
    elsewhere = []

    def there(handler, fields):
        elsewhere.append(handler.headers)
        send(handler, 200, '{"text": "您好"}'.encode())

    target = serve(there)

    def here(handler, fields):
        handler.send_response(status)
        handler.send_header("Location", target)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    monkeypatch.setenv("A_KEY", "secret")
    with pytest.raises(HTTPError):
        OpenAiEngine(OpenAiSettings(url=serve(here), key_env="A_KEY")).decode([segment()])
    assert elsewhere == []


@pytest.mark.parametrize(("first", "drop"), [
    (b"HTTP/1.1 200 OK\r\n\r\n", b" "),
    (b"HTTP/1.1 200 OK\r\nX-Pad: ", b"a"),
    (b"HTTP/1.1 2", b"0"),
    (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
], ids=["body", "headers", "status", "continue"])  # fmt: skip
def test_an_endpoint_that_trickles_loses_the_segment(serve, first, drop):
    stop = threading.Event()

    def reply(handler, fields):
        with suppress(OSError):  # the client hangs up
            handler.wfile.write(first)
            while not stop.wait(0.02):
                handler.wfile.write(drop)

    engine = OpenAiEngine(OpenAiSettings(url=serve(reply), timeout_ms=300))
    recogniser, inbox = Recogniser(engine), Inbox()
    recogniser.submit(segment("a1"), inbox, None)
    try:
        assert inbox.wait(1)["a1"].lost == "engine_error"
    finally:
        stop.set()
    recogniser.close()


def test_an_endpoint_that_hangs_up_or_is_not_there_loses_the_segment():
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]

        def slam() -> None:
            door.accept()[0].close()

        threading.Thread(target=slam, daemon=True).start()
        recogniser, inbox = Recogniser(OpenAiEngine(OpenAiSettings(url=f"http://127.0.0.1:{port}"))), Inbox()
        recogniser.submit(segment("a1"), inbox, None)
        assert inbox.wait(1)["a1"].lost == "engine_error"
    recogniser.submit(segment("a2"), inbox, None)
    assert inbox.wait(2)["a2"].lost == "engine_error"
    recogniser.close()


def test_a_loop_from_an_endpoint_is_not_asked_for_again(serve):
    asked = []

    def reply(handler, fields):
        asked.append(1)
        send(handler, 200, json.dumps({"text": "的" * 40}).encode())

    recogniser, inbox = Recogniser(OpenAiEngine(OpenAiSettings(url=serve(reply)))), Inbox()
    recogniser.submit(segment("a1"), inbox, None)
    assert "loop" in inbox.wait(1)["a1"].suppressed
    recogniser.close()
    assert len(asked) == 1


@pytest.mark.parametrize("status", [400, 415, 422])
def test_an_endpoint_that_knows_plain_json_only_loses_nothing(serve, status):
    asked = []

    def reply(handler, fields):
        asked.append(fields["response_format"])
        if fields["response_format"] == b"json":
            send(handler, 200, '{"text": "您好"}'.encode())
        else:
            send(handler, status, b'{"error": {"param": "response_format"}}')

    recogniser, inbox = Recogniser(OpenAiEngine(OpenAiSettings(url=serve(reply)))), Inbox()
    for number, name in enumerate(("a1", "a2", "a3"), 1):
        recogniser.submit(segment(name), inbox, None)
        answer = inbox.wait(number)[name]
        assert (answer.text, answer.lost, answer.language, answer.mean_logprob) == ("您好", None, None, None)
    recogniser.close()
    assert asked == [b"verbose_json", b"json", b"json", b"json"]


def test_an_endpoint_that_refuses_both_is_asked_anew_for_the_better_one(serve):
    asked, refuse = [], [True]

    def reply(handler, fields):
        asked.append(fields["response_format"])
        send(handler, *((400, b"{}") if refuse[0] else (200, '{"text": "您好"}'.encode())))

    engine = OpenAiEngine(OpenAiSettings(url=serve(reply)))
    with pytest.raises(HTTPError):
        engine.decode([segment()])
    refuse[0] = False
    assert engine.decode([segment()])[0].text == "您好"
    refuse[0] = True
    with pytest.raises(HTTPError):
        engine.decode([segment()])
    assert asked == [b"verbose_json", b"json", b"verbose_json", b"verbose_json"]


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_other_refusals_are_not_taken_for_the_formats(serve, status):
    asked = []

    def reply(handler, fields):
        asked.append(fields["response_format"])
        send(handler, status, b"{}")

    with pytest.raises(HTTPError):
        OpenAiEngine(OpenAiSettings(url=serve(reply))).decode([segment()])
    assert asked == [b"verbose_json"]


@pytest.mark.parametrize(("named", "stored"), [("chinese", "zh"), ("cantonese", "yue"), ("zh", "zh"), (7, None)])
def test_languages_are_stored_as_codes(serve, named, stored):
    body = json.dumps({"text": "您好", "language": named}).encode()
    engine = OpenAiEngine(OpenAiSettings(url=serve(lambda handler, fields: send(handler, 200, body))), "auto")
    assert engine.decode([segment()])[0].language == stored


@pytest.mark.parametrize("url", ["", "ftp://host/v1", "localhost:8000", "http://"])
def test_an_address_that_is_none_stops_at_start(url):
    with pytest.raises(ModelError, match=r"asr\.openai"):
        OpenAiEngine(OpenAiSettings(url=url))


def test_no_language_is_sent_where_it_is_to_be_detected(serve):
    seen = []

    def reply(handler, fields):
        seen.append(fields)
        send(handler, 200, b'{"text": "ok", "segments": [{"avg_logprob": "x"}, 7]}')

    engine = OpenAiEngine(OpenAiSettings(url=serve(reply) + "/"), language="auto")
    assert engine.decode([segment()])[0].mean_logprob is None
    assert "language" not in seen[0]
