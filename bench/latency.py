"""From the end of speech to the final text on a supervisor's socket: the whole live service in real time.

Calls are fed as 20 ms packets at the pace of a telephone; a client in a process of its own listens on
`/ws/supervisor`. Latency counts from the instant the last speech of a segment was due on the line until its utterance
arrives there, our hangover included; alerts from the end of the words that raised them. One row set for each number of
lines; `capacity` is the largest of them whose p95 stays within 1 s, and the rows without a number are at half of it.
What was lost has no delay: it is counted by itself, and for the capacity as never arrived. When the calls stop it is
waited for until the last segment must have been answered or lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from bench.asr.lines import HANGOVER_MS
from bench.rows import Row, row, show
from bench.talk import Talk, talk
from monitor.asr.settings import AdmissionSettings, AsrSettings
from monitor.core.types import CHANNELS, CallInfo, MediaChunk
from monitor.resources import locate

TOKEN = "bench-supervisor-token"
PACKET = 160
BOUND_MS = 1000.0
LINES = (4, 8, 16, 32, 48, 64, 96)
SAME_MS = 2000
TALK_S = 90


@dataclass
class Heard:
    """ms from speech to the socket: texts, and the first alert (pending or raised) of each rule and segment."""

    utterances: list[float] = field(default_factory=list)
    alerts: list[float] = field(default_factory=list)
    lost: int = 0
    hypotheses: int = 0

    @property
    def answered(self) -> int:
        return len(self.utterances) + self.lost

    def within_ms(self, share: int) -> float:
        """So many per cent of all segments were text by then; inf where too many were lost."""
        place = -(-self.answered * share // 100)
        return sorted(self.utterances)[place - 1] if 0 < place <= len(self.utterances) else math.inf


def run(model: Path | None = None, lines: Sequence[int] = LINES, seconds: float = 20.0) -> list[Row]:
    folder = model or locate("models/demo-zh")
    call = talk(TALK_S)
    rows: list[Row] = []
    within: dict[int, Heard] = {}
    for count in lines:
        heard = asyncio.run(measure(folder, call, count, seconds))
        rows += _rows(heard, f"/{count}")
        if heard.within_ms(95) <= BOUND_MS:
            within[count] = heard
        elif heard.within_ms(50) > BOUND_MS:
            break
    if not within:
        return rows
    capacity = max(within)
    half = min(within, key=lambda count: abs(count - capacity / 2))
    previewed = asyncio.run(measure(folder, call, half, seconds, hypotheses=True))
    return [
        row("latency", "capacity", capacity, "lines", len(within[capacity].utterances)),
        row("latency", "half_capacity", half, "lines", len(within[half].utterances)),
        *_rows(within[half], ""),
        *_rows(previewed, "_with_hypotheses"),
        row("latency", "hypotheses_shown", previewed.hypotheses, "", len(previewed.utterances)),
        *rows,
    ]


def _rows(heard: Heard, mark: str) -> list[Row]:
    n = len(heard.utterances)
    rows = [
        row("latency", f"segment_end_to_final_p{share}_ms{mark}", _percentile(heard.utterances, share), "ms", n)
        for share in (50, 95, 99)
    ]
    if heard.alerts:
        found = len(heard.alerts)
        rows.append(row("latency", f"phrase_end_to_alert_p50_ms{mark}", _percentile(heard.alerts, 50), "ms", found))
        rows.append(row("latency", f"phrase_end_to_alert_p95_ms{mark}", _percentile(heard.alerts, 95), "ms", found))
    return [*rows, row("latency", f"lost{mark}", heard.lost, "segments", heard.answered)]


def _percentile(values: Sequence[float], share: int) -> float | None:
    return float(np.percentile(values, share)) if values else None


async def measure(folder: Path, call: Talk, lines: int, seconds: float, hypotheses: bool = False) -> Heard:
    """The service with that many real-time lines for so long, and what one supervisor heard when."""
    from monitor.config import load
    from monitor.service import Service

    with tempfile.TemporaryDirectory() as scratch:
        settings = load(
            None,
            [
                f'store.url="sqlite:///{scratch}/bench.db"',
                "desk.port=0",
                f'desk.tokens=[{{token="{TOKEN}", role="supervisor"}}]',
            ],
        )
        asr = AsrSettings(model=str(folder), hypotheses=hypotheses, admission=AdmissionSettings(lines="all"))
        async with Service(settings, asr) as service:
            ours, theirs = multiprocessing.get_context("spawn").Pipe()
            address = service.server.url.replace("http", "ws") + "/ws/supervisor"
            listener = multiprocessing.get_context("spawn").Process(target=listen, args=(address, theirs), daemon=True)
            listener.start()
            await asyncio.to_thread(ours.recv)
            began = await feed(service, call, lines, seconds)
            await asyncio.sleep(settled_s(asr))
            ours.send("enough")
            arrived = await asyncio.to_thread(ours.recv)
            listener.join()
    return _heard(arrived, began)


def settled_s(asr: AsrSettings) -> float:
    """After the last packet: the longest that an answer takes, the segment's hangover before it, and a second."""
    return (asr.answer_within_ms + HANGOVER_MS) / 1000 + 1


async def feed(service: Any, call: Talk, lines: int, seconds: float) -> dict[str, float]:
    """Every line plays the call from a place of its own; returns when each began, on the monotonic clock."""
    rng = random.Random(lines)
    packets = call.pcm.shape[1] // PACKET
    places = [rng.randrange(packets) for _ in range(lines)]
    running = [service.live.open(CallInfo(f"line-{number}", "bench", answered_ms=0)) for number in range(lines)]
    start = time.monotonic()
    for tick in range(int(seconds * 50)):
        await asyncio.sleep(max(0.0, start + (tick + 1) * 0.02 - time.monotonic()))
        for line, place in zip(running, places, strict=True):
            at = (place + tick) % packets * PACKET
            for side, channel in enumerate(CHANNELS):
                line.media(MediaChunk(channel, call.pcm[side, at : at + PACKET]))
    return {line.call_id: start for line in running}


def listen(address: str, pipe: Connection) -> None:
    """In a process of its own: every message with its time of arrival, until told that it is enough."""
    from websockets.sync.client import connect

    arrived: list[tuple[float, dict[str, Any]]] = []
    kinds = {"utterance", "hypothesis", "alert.raised", "alert.pending"}
    with connect(address, max_size=None) as socket:
        socket.send(json.dumps({"type": "hello", "token": TOKEN}))
        socket.recv()
        pipe.send("ready")
        while not pipe.poll():
            try:
                message = socket.recv(timeout=0.2)
            except TimeoutError:
                continue
            now = time.monotonic()
            envelope = json.loads(message)
            if envelope.get("type") in kinds:
                arrived.append((now, envelope))
    pipe.send(arrived)


def _heard(arrived: Sequence[tuple[float, dict[str, Any]]], began: dict[str, float]) -> Heard:
    heard = Heard()
    first: dict[tuple[str, str], list[tuple[int, float]]] = {}
    for at, envelope in arrived:
        body, start = envelope["body"], began[envelope["call_id"]]
        if envelope["type"] == "utterance":
            if body["lost"] is None:
                heard.utterances.append((at - start) * 1000 - body["end_ms"])
            else:
                heard.lost += 1
        elif envelope["type"] == "hypothesis":
            heard.hypotheses += 1
        elif body["evidence"] and body["evidence"][0]["quote"]:
            delay = (at - start) * 1000 - max(piece["end_ms"] for piece in body["evidence"])
            known = first.setdefault((envelope["call_id"], body["rule_id"]), [])
            # what was pending and then raised is one alert; its words' times were only estimated while it was pending
            if all(abs(body["start_ms"] - start_ms) > SAME_MS for start_ms, _ in known):
                known.append((body["start_ms"], delay))
    heard.alerts = [delay for known in first.values() for _, delay in known]
    return heard


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench latency", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, help="another folder than the shipped one")
    parser.add_argument("--lines", default=",".join(map(str, LINES)), help="numbers of lines, one after the other")
    parser.add_argument("--seconds", type=float, default=20.0, help="of calls for each number of lines")
    args = parser.parse_args(argv)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    rows = run(args.model, [int(count) for count in args.lines.split(",")], args.seconds)
    show(rows, "latency: end of speech to the supervisor's socket", args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
