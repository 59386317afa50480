"""The clients of other live servers, against small servers that speak as those do."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import numpy as np
import pytest
from websockets.asyncio.server import serve

from bench.asr import peers

PCM = np.zeros(6400, np.int16)


def talked(client, behave, monkeypatch) -> tuple[str, int]:
    """The text that the client ends with, and how often it said that something changed."""
    monkeypatch.setattr(peers, "SETTLED_S", 0.5)
    changes: list[None] = []

    async def run() -> str:
        async with serve(behave, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            return await client(f"ws://127.0.0.1:{port}", Path("model"), PCM, lambda: changes.append(None))

    return asyncio.run(run()), len(changes)


@pytest.mark.system
def test_all_that_whisper_live_shows_counts_even_what_it_says_after_the_audio(monkeypatch) -> None:
    async def behave(socket) -> None:
        assert json.loads(await socket.recv())["language"] == "zh"
        await socket.send(json.dumps({"message": "SERVER_READY"}))
        told = [["您"], ["您好"], ["您好"], ["您好", "再"], ["您好", "再见"]]
        heard = 0
        async for message in socket:
            if message == b"END_OF_AUDIO":
                break
            heard += 1
            if told and heard >= 2:
                await socket.send(json.dumps({"segments": [{"text": text} for text in told.pop(0)]}))
        await socket.send(json.dumps({"segments": [{"text": "too late"}]}))

    assert talked(peers._whisper_live, behave, monkeypatch) == ("您好再见", 4)


@pytest.mark.system
def test_the_last_lines_of_whisper_live_kit_and_its_buffer_are_its_text(monkeypatch) -> None:
    async def behave(socket) -> None:
        async for message in socket:
            if not message:
                break
            await socket.send(json.dumps({"lines": [{"text": "您好"}], "buffer_transcription": "再"}))
        await socket.send(json.dumps({"lines": [{"text": "您好"}, {"text": "再见"}], "buffer_transcription": ""}))
        await socket.send(json.dumps({"type": "ready_to_stop"}))

    assert talked(peers._live_kit, behave, monkeypatch) == ("您好再见", 2)
