"""Media bytes to stored alerts for many lines in one process: what a line costs by stage, and how many a core holds.

Every line gets A-law packets of 20 ms on both legs, as fast as they are taken; its own call is the same talk begun at
another place. Against `line_process`, measured in the same run: a process for each line that runs WebRTC VAD frame by
frame and gives every utterance to faster-whisper as shipped, with the same model and cuts, and does nothing else.
`lines_per_core` is seconds of calls per second of CPU, all threads together; a live machine wants some in reserve.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import queue
import resource
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.asr import shipped
from bench.rows import Row, row, show
from bench.talk import RATE_HZ, Talk, talk
from monitor.core.types import CHANNELS, Answer, CallInfo, MediaChunk, Segment
from monitor.resources import locate

PACKET = RATE_HZ // 50
STORE_EVERY = 50
STAGES = ("media", "signal", "segmenter", "rules", "store", "recogniser")


@dataclass
class Spent:
    """CPU seconds of a run by stage and in all; calls: seconds of calls; alerts: how many were stored."""

    calls_s: float = 0.0
    cpu_s: float = 0.0
    rss_mb: float = 0.0
    segments: int = 0
    alerts: int = 0
    envelopes: int = 0
    stages: dict[str, float] = field(default_factory=dict)


def run(model: Path | None = None, lines: int = 32, seconds: int = 60) -> list[Row]:
    folder = model or locate("models/demo-zh")
    call = talk(seconds)
    many, one = _alone(ours, folder, call, lines), _alone(ours, folder, call, 1)
    naive = _alone(line_process, folder, call, 1)
    held = {name: spent.calls_s / spent.cpu_s for name, spent in (("many", many), ("one", one), ("naive", naive))}
    rows = [
        row("line", "lines_per_core", held["many"], "lines", lines, "line_process", held["many"] / held["naive"]),
        row("line", "line_process_lines_per_core", held["naive"], "lines", 1),
        row("line", "lines_per_core_of_one_line", held["one"], "lines", 1),
    ]
    for stage in STAGES:
        share = many.stages[stage] / many.calls_s * 1000
        rows.append(row("line", f"cpu_ms_per_call_s/{stage}", share, "ms/s", lines))
    rows.append(row("line", "rss", many.rss_mb, "MB", lines, "line_process", naive.rss_mb * lines / many.rss_mb))
    rows += [
        row("line", "alerts_stored", many.alerts, "alerts", lines),
        row("line", "segments_answered", many.segments, "segments", lines),
        row("line", "envelopes_stored", many.envelopes, "envelopes", lines),
    ]
    return rows


def _alone(measure: Callable[[Path, Talk, int], Spent], folder: Path, call: Talk, lines: int) -> Spent:
    """In a fresh process, one CPU thread a decode, so that memory and threads are its own."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, measure, folder, call, lines).result()


def _measured(measure: Callable[[Path, Talk, int], Spent], folder: Path, call: Talk, lines: int) -> Spent:
    spent = measure(folder, call, lines)
    spent.rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return spent


def ours(folder: Path, call: Talk, lines: int) -> Spent:
    """All lines in one process: framing, bank, segmenter, rules, one recogniser worker, SQLite."""
    from monitor.asr.recogniser import Recogniser
    from monitor.asr.settings import AsrSettings
    from monitor.asr.whisper import WhisperEngine, place
    from monitor.config import load
    from monitor.lines import Lines
    from monitor.signal.bank import Bank
    from monitor.speech.segmenter import Segmenter
    from monitor.store.store import Store

    asr = AsrSettings(device="cpu", workers=1, threads=1)
    settings = load()
    recogniser = Recogniser(WhisperEngine(folder, asr, place(asr, 1)), asr)
    clock: dict[str, float] = defaultdict(float)
    with (
        _timed(Bank, "steps", clock, "signal"),
        _timed(Segmenter, "step", clock, "segmenter"),
        tempfile.TemporaryDirectory() as scratch,
    ):
        store = Store(f"sqlite:///{scratch}/bench.db")
        floor = _Floor(Lines(settings.lines, settings.rulebook()), recogniser, store, clock)
        began, mine = time.process_time(), time.thread_time()
        floor.play(call, lines)
        cpu_s, main_s = time.process_time() - began, time.thread_time() - mine
        store.close()
    recogniser.close()
    clock["rules"] = clock.pop("lines") - clock["signal"] - clock["segmenter"]
    clock["recogniser"] = cpu_s - main_s
    return Spent(
        lines * call.length_s, cpu_s, 0, floor.segments, floor.types["alert.raised"], floor.types.total(), dict(clock)
    )


class _Floor:
    """The loop that `live.py` runs on arriving media, without waiting for the clock."""

    def __init__(self, lines: Any, recogniser: Any, store: Any, clock: dict[str, float]) -> None:
        self.lines, self.recogniser, self.store, self.clock = lines, recogniser, store, clock
        self.answers: queue.SimpleQueue[tuple[Segment, Answer]] = queue.SimpleQueue()
        self.segments = self.owed = 0
        self.types: Counter[str] = Counter()
        self.unstored: list[Any] = []

    def play(self, call: Talk, count: int) -> None:
        from monitor.core.pcm import encode_alaw

        legs = [np.frombuffer(encode_alaw(side), np.uint8).reshape(-1, PACKET) for side in call.pcm]
        packets = [[row.tobytes() for row in leg] for leg in legs]
        names = [f"line-{number}" for number in range(count)]
        shifts = [len(packets[0]) * number // count for number in range(count)]
        for name in names:
            self.take(self.lines.open(CallInfo(name, "bench", RATE_HZ, answered_ms=0)), [])
        for at in range(len(packets[0])):
            self.media(names, [[leg[(at + shift) % len(leg)] for leg in packets] for shift in shifts], at)
            began = time.thread_time()
            out = self.lines.step()
            self.clock["lines"] += time.thread_time() - began
            self.take(out.envelopes, out.segments)
            self.collect(wait_above=4 * count)
            if at % STORE_EVERY == 0:
                self.put()
        for name in names:
            out = self.lines.hang_up(name, "bench", "customer")
            self.take(out.envelopes, out.segments)
        self.collect(wait_above=0)
        self.put()

    def media(self, names: list[str], packets: list[list[bytes]], at: int) -> None:
        from monitor.core.pcm import decode_alaw

        began = time.thread_time()
        for name, legs in zip(names, packets, strict=True):
            for channel, packet in zip(CHANNELS, legs, strict=True):
                self.lines.push(name, MediaChunk(channel, decode_alaw(packet), at * PACKET))
        self.clock["media"] += time.thread_time() - began

    def take(self, envelopes: list[Any], segments: list[Segment]) -> None:
        self.unstored += envelopes
        self.types.update(envelope.type for envelope in envelopes)
        for segment in segments:
            self.segments += 1
            self.owed += 1
            self.recogniser.submit(
                segment, lambda segment, answer: self.answers.put((segment, answer)), None, self.lines.timed(segment)
            )

    def collect(self, wait_above: int) -> None:
        while self.owed > wait_above or not self.answers.empty():
            segment, answer = self.answers.get()
            self.owed -= 1
            began = time.thread_time()
            envelopes = self.lines.answer(segment, answer)
            self.clock["lines"] += time.thread_time() - began
            self.take(envelopes, [])

    def put(self) -> None:
        began = time.thread_time()
        self.store.append(self.unstored)
        self.unstored = []
        self.clock["store"] += time.thread_time() - began


@contextmanager
def _timed(owner: type, name: str, clock: dict[str, float], stage: str) -> Iterator[None]:
    """Adds the CPU time of a method to a stage."""
    inner = getattr(owner, name)

    def timed(*arguments: Any, **options: Any) -> Any:
        began = time.thread_time()
        try:
            return inner(*arguments, **options)
        finally:
            clock[stage] += time.thread_time() - began

    setattr(owner, name, timed)
    try:
        yield
    finally:
        setattr(owner, name, inner)


def line_process(folder: Path, call: Talk, lines: int) -> Spent:
    """What is commonly built first: a process that loops over frames with WebRTC VAD and transcribes each utterance."""
    import webrtcvad

    from monitor.core.pcm import decode_alaw, encode_alaw

    codes = [encode_alaw(side) for side in call.pcm]
    voices = [webrtcvad.Vad(2) for _ in codes]
    began = time.process_time()
    for at in range(0, len(codes[0]), PACKET):
        for voice, leg in zip(voices, codes, strict=True):
            pcm = decode_alaw(leg[at : at + PACKET])
            voice.is_speech(pcm.tobytes(), RATE_HZ)
            float(np.sqrt(np.mean(pcm.astype(np.float64) ** 2)))
    looped = time.process_time() - began
    cost = shipped(folder, call)
    return Spent(call.length_s, looped + sum(cost.cpu_s), segments=len(cost.cpu_s))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench line", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, help="another folder than the shipped one")
    parser.add_argument("--lines", type=int, default=32)
    parser.add_argument("--seconds", type=int, default=60, help="length of the calls")
    args = parser.parse_args(argv)
    show(run(args.model, args.lines, args.seconds), f"line: {args.lines} lines, one decode at a time, int8", args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
