"""Two open live servers on the same model and call: WhisperLive with batching, WhisperLiveKit with LocalAgreement.

Each runs from a virtual environment of its own, made here and thrown away; neither is a dependency. One line, both legs
as a connection each, in real time with one thread; so there is no latency against lines here. Counted is the server
process's CPU time from the first packet to the last change of a text, so its start, its model's loading and what it
does with the silence behind the call are not.
The text is all that a client of it shows at the end, its unfinished last piece included, after silence for as long as
it still changes; it is folded like ours and compared with the same references. A server that does not install, start
or take the model leaves a row that says why.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.asr.cost import alone, distance
from bench.asr.memory import peak_mb
from bench.asr.ours import ours_alone
from bench.rows import Row, row
from bench.talk import Talk, talk
from monitor.core.types import Pcm

CALL_S = 20
CHUNK_S = 0.2
START_S = 90.0
TAIL_S = 30.0
SETTLED_S = 5.0
INSTALL_S = 1800
CPU_TORCH = "torch==2.13.0+cpu"
NEEDED = (
    "faster-whisper", "fastapi", "uvicorn", "python-multipart", "websockets", "scipy", "prometheus_client", "tqdm",
    "soundfile", "librosa", "tiktoken",
)  # fmt: skip
WHISPER_LIVE = """
import sys
from whisper_live.server import TranscriptionServer
TranscriptionServer().run("127.0.0.1", port=int(sys.argv[1]), backend="faster_whisper",
    faster_whisper_custom_model_path=sys.argv[2], single_model=True, batch_enabled=True, max_clients=8)
"""
LIVE_KIT = """
import sys
sys.argv = ["wlk", "--host", "127.0.0.1", "--port", sys.argv[1], "--model_dir", sys.argv[2], "--lan", "zh",
    "--backend", "faster-whisper", "--backend-policy", "localagreement", "--pcm-input", "--warmup-file", "",
    "--log-level", "ERROR"]
from whisperlivekit.basic_server import main  # which reads its arguments when it is imported
main()
"""

Changed = Callable[[], None]
Client = Callable[[str, Path, Pcm, Changed], Awaitable[str]]


@dataclass(frozen=True)
class Peer:
    name: str
    package: str
    server: str
    path: str


PEERS = (
    Peer("whisper_live", "whisper-live==0.10.0", WHISPER_LIVE, ""),
    Peer("whisper_live_kit", "whisperlivekit==0.2.26", LIVE_KIT, "/asr"),
)


def peer_rows(folder: Path, home: Path | None = None) -> list[Row]:
    """home: where the environment is made and kept, or found; Path() or None: in a folder that is removed again."""
    call = talk(CALL_S)
    mine = alone(ours_alone, folder, call)
    spent = sum(mine.cpu_s) / call.speech_s
    rows = [
        row("asr", "one_call_ours_cpu_s_per_audio_s", sum(mine.cpu_s) / call.length_s / 2, "s/s", len(call.segments)),
        row("asr", "one_call_ours_cpu_s_per_speech_s", spent, "s/s", len(call.segments)),
        row("asr", "one_call_ours_rss", mine.rss_mb, "MB", 1),
    ]
    with tempfile.TemporaryDirectory() as scratch:
        python = _environment(home if home and home.name else Path(scratch) / "env")
        for peer in PEERS:
            try:
                rows += _measured(python, peer, folder, call, spent)
            except Exception as error:  # whatever a foreign server does; the row says it
                why = " ".join(str(error).split())[-160:] or type(error).__name__
                rows.append(row("asr", f"{peer.name}_not_measured: {why}", None, "", 0))
    return rows


def _environment(home: Path) -> Path:
    """The environment's python. Packages come without their dependencies, most of which these servers never load."""
    python = home / "bin" / "python"
    if python.is_file():
        return python
    print(f"asr: installing {', '.join(peer.package for peer in PEERS)} into {home}", file=sys.stderr, flush=True)
    venv.create(home, with_pip=True)
    # without the CPU build torch brings gigabytes of GPU libraries
    if _pip(python, CPU_TORCH):
        _pip(python, "torch")
    _pip(python, *NEEDED)
    for peer in PEERS:
        _pip(python, "--no-deps", peer.package)
    return python


def _pip(python: Path, *what: str) -> int:
    command = [str(python), "-m", "pip", "install", "-q", "--no-input", "--disable-pip-version-check", *what]
    done = subprocess.run(command, capture_output=True, timeout=INSTALL_S, check=False)
    return done.returncode


def _measured(python: Path, peer: Peer, folder: Path, call: Talk, ours: float) -> list[Row]:
    import psutil

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile("w+") as log:
        environment = os.environ | {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
        server = subprocess.Popen(
            [str(python), "-c", peer.server, str(port), str(folder)], stdout=log, stderr=log, env=environment
        )
        try:
            _wait(server, port, log)
            process = psutil.Process(server.pid)
            texts, cpu_s = asyncio.run(_talk(f"ws://127.0.0.1:{port}{peer.path}", peer, folder, call, process))
            rss_mb = sum(peak_mb(each.pid) for each in (process, *process.children(recursive=True)))
        finally:
            server.kill()
            server.wait()
    wrong, chars = distance(list(zip(call.truth, texts, strict=True)))
    spent = cpu_s / call.speech_s
    return [
        row("asr", f"{peer.name}_cpu_s_per_audio_s", cpu_s / call.length_s / 2, "s/s", 1, "ours", spent / ours),
        row("asr", f"{peer.name}_cpu_s_per_speech_s", spent, "s/s", 1, "ours", spent / ours),
        row("asr", f"{peer.name}_lines_that_fill_a_core", call.length_s / cpu_s, "lines", 1),
        row("asr", f"{peer.name}_rss", rss_mb, "MB", 1),
        row("asr", f"{peer.name}_cer", 100 * wrong / chars, "%", chars),
    ]


def _wait(server: subprocess.Popen[bytes], port: int, log: Any) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if server.poll() is not None:
            log.seek(0)
            raise RuntimeError(log.read().strip()[-2000:] or f"it ended with {server.returncode}")
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.2)
    raise TimeoutError("it did not start")


async def _talk(address: str, peer: Peer, folder: Path, call: Talk, process: Any) -> tuple[list[str], float]:
    """Texts of both legs, and CPU seconds of the server for them."""
    clients: dict[str, Client] = {"whisper_live": _whisper_live, "whisper_live_kit": _live_kit}
    client, last = clients[peer.name], [0.0]

    def changed() -> None:
        last[0] = _cpu_s(process)

    short = np.zeros(16_000, np.int16)
    await client(address, folder, short, changed)  # the first connection loads the model
    before = last[0] = _cpu_s(process)
    texts = await asyncio.gather(*(client(address, folder, _wide(side), changed) for side in call.pcm))
    return list(texts), last[0] - before


def _wide(side: Pcm) -> Pcm:
    """At 16 kHz."""
    from monitor.asr.features import waveform

    return (waveform(side, 8000) * 32767).clip(-32768, 32767).astype(np.int16)


def _cpu_s(process: Any) -> float:
    times = process.cpu_times()
    return float(times.user + times.system + times.children_user + times.children_system)


async def _paced(socket: Any, pcm: Pcm, encode: Callable[[Pcm], bytes]) -> None:
    step, began = int(16_000 * CHUNK_S), time.monotonic()
    for number in range(0, pcm.size, step):
        await asyncio.sleep(max(0.0, began + number / 16_000 - time.monotonic()))
        await socket.send(encode(pcm[number : number + step]))


async def _whisper_live(address: str, folder: Path, pcm: Pcm, changed: Changed) -> str:
    from websockets.asyncio.client import connect

    hello = {
        "uid": f"bench-{id(pcm)}", "language": "zh", "task": "transcribe", "model": str(folder), "use_vad": True,
        "send_last_n_segments": 1000,
    }  # fmt: skip
    said: list[str] = []
    since = [0.0]

    async def listen(socket: Any) -> None:
        async for message in socket:
            now = [piece["text"] for piece in json.loads(message).get("segments") or ()] or said
            if now != said:
                said[:], since[0] = now, time.monotonic()
                changed()

    async with connect(address, max_size=None) as socket:
        await socket.send(json.dumps(hello))
        async with asyncio.timeout(START_S):
            while json.loads(await socket.recv()).get("message") != "SERVER_READY":
                pass
        listening = asyncio.create_task(listen(socket))
        await _paced(socket, pcm, lambda chunk: (chunk.astype(np.float32) / 32768).tobytes())
        # it has no last word, and what it has not said when the audio ends it never says
        ended = since[0] = time.monotonic()
        while time.monotonic() < min(since[0] + SETTLED_S, ended + TAIL_S):
            await _paced(socket, np.zeros(16_000, np.int16), lambda chunk: chunk.astype(np.float32).tobytes())
        await socket.send(b"END_OF_AUDIO")
        listening.cancel()
    return "".join(said)


async def _live_kit(address: str, folder: Path, pcm: Pcm, changed: Changed) -> str:
    from websockets.asyncio.client import connect

    text = ""
    async with connect(address, max_size=None) as socket:
        sending = asyncio.create_task(_paced(socket, pcm, lambda chunk: chunk.tobytes()))
        sending.add_done_callback(lambda _: asyncio.ensure_future(socket.send(b"")))
        with suppress(TimeoutError):
            async with asyncio.timeout(pcm.size / 16_000 + TAIL_S):
                async for message in socket:
                    told = json.loads(message)
                    if told.get("type") == "ready_to_stop":
                        break
                    if "lines" in told:
                        now = "".join(line.get("text") or "" for line in told["lines"])
                        now += told.get("buffer_transcription") or ""
                        if now != text:
                            text = now
                            changed()
        await sending
    return text
