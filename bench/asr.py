"""Many lines on one recogniser: what a segment costs, and how many lines a core holds.

One run, same CTranslate2 folder, same audio, same cuts, one thread each: faster-whisper as shipped, with matched
settings (beam 1, no timestamps), its batched pipeline on whole files, ours live, ours audit. Rows without a slash are
of the embedded model; those with one are of that shape with random weights, which write 20 tokens a segment (their
texts say nothing, only their cost does).

`lines_per_core`: lines whose p95 from the end of speech to the final text, our 500 ms hangover included, stays within
1 s on one worker. The measured CPU times (ours in batches of equal length, faster-whisper one by one, as it comes) are
replayed through a queue fed by that many lines, each side of which speaks about 40 % of the time. `live_p95_ms` then
runs the real recogniser at half of that in real time, so it wants an idle machine. `--soak MINUTES` runs it at capacity
instead, and watches memory, queue and answers.
"""

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import os
import random
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.rows import Row, row, show
from bench.shapes import SHAPES, random_whisper
from bench.talk import Talk, said, talk
from monitor.core.types import CHANNELS, Segment
from monitor.resources import locate

BOUND_MS = 1000.0
HANGOVER_MS = 500.0
EMBEDDED = "demo-zh"
LENGTHS_S = {EMBEDDED: 240, "tiny": 90, "base": 60, "small": 40}
FILES = {EMBEDDED: 16, "tiny": 4, "base": 2, "small": 1}
FILE_S = 70
LIVE_S = 20


@dataclass
class Cost:
    """What one engine did with the segments: CPU seconds and text of each, the process's largest RSS.

    kinds: length class of each; only equal ones share a batch. batch[n - 1]: cost of n together over n single.
    """

    cpu_s: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    rss_mb: float = 0.0
    kinds: list[int] = field(default_factory=list)
    batch: list[float] = field(default_factory=lambda: [1.0])
    extra: dict[str, float] = field(default_factory=dict)

    def kind(self, number: int) -> int:
        return self.kinds[number] if self.kinds else 0


def run(shapes: Sequence[str] = tuple(LENGTHS_S), model: Path | None = None) -> list[Row]:
    """All rows of these shapes; model: the embedded model's folder."""
    embedded = model or locate(f"models/{EMBEDDED}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        for shape in shapes:
            rows += _shape_rows(shape, embedded, Path(scratch))
    return rows


def _shape_rows(shape: str, embedded: Path, scratch: Path) -> list[Row]:
    folder = whole = embedded
    call = talk(LENGTHS_S[shape])
    files = [talk(FILE_S, seed, segmented=False) for seed in range(FILES[shape])]
    if shape != EMBEDDED:
        folder = random_whisper(scratch / shape, SHAPES[shape], embedded)
        # a file's speech is one 30 s chunk for each side, and costs the tokens of all its utterances
        utterances = round(sum(file.turns for file in files) / len(files) / 2)
        whole = random_whisper(scratch / f"{shape}-long", SHAPES[shape], embedded, sentences=utterances)
    costs = {
        "faster_whisper": alone(shipped, folder, call),
        "faster_whisper_matched": alone(matched, folder, call),
        "faster_whisper_batched": alone(batched, whole, files),
        "ours": alone(ours, folder, call),
        "ours_audit": alone(audit, folder, files),
    }
    rows = _costs(call, files, costs)
    rows += _accuracy(call, files, costs) if shape == EMBEDDED else []
    return rows if shape == EMBEDDED else [{**each, "what": f"{each['what']}/{shape}"} for each in rows]


def alone(measure: Callable[[Path, Any], Cost], folder: Path, heard: Any) -> Cost:
    """Measure in a fresh process with one thread, so that memory and threads are its own."""
    os.environ["OMP_NUM_THREADS"] = "1"
    print(f"asr: {measure.__name__} on {folder.name}", file=sys.stderr, flush=True)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, measure, folder, heard).result()


def _measured(measure: Callable[[Path, Any], Cost], folder: Path, heard: Any) -> Cost:
    cost = measure(folder, heard)
    cost.rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return cost


def _each(segments: Sequence[Segment], decode: Callable[[Segment], str]) -> Cost:
    cost = Cost()
    decode(segments[0])
    for segment in segments:
        began = time.process_time()
        cost.texts.append(decode(segment))
        cost.cpu_s.append(time.process_time() - began)
    return cost


def shipped(folder: Path, call: Talk) -> Cost:
    """faster-whisper as it comes: beam 5, timestamps, temperatures to fall back to."""
    return _transcribed(folder, call, {})


def matched(folder: Path, call: Talk) -> Cost:
    """faster-whisper with our decoding settings, in its 30 s window."""
    return _transcribed(folder, call, {"beam_size": 1, "without_timestamps": True, "temperature": 0.0})


def _model(folder: Path) -> Any:
    from faster_whisper import WhisperModel

    return WhisperModel(str(folder), device="cpu", compute_type="int8", cpu_threads=1)


def _transcribed(folder: Path, call: Talk, options: dict[str, Any]) -> Cost:
    from monitor.asr.features import waveform

    model = _model(folder)

    def decode(segment: Segment) -> str:
        pieces, _ = model.transcribe(waveform(segment.samples, segment.rate_hz), language="zh", **options)
        return "".join(piece.text for piece in pieces)

    return _each(call.segments, decode)


def batched(folder: Path, files: Sequence[Talk]) -> Cost:
    """faster-whisper's file pipeline with its own VAD, batch 8, each side of a call as a file."""
    from faster_whisper import BatchedInferencePipeline

    from monitor.asr.features import waveform

    pipeline = BatchedInferencePipeline(_model(folder))
    cost = Cost()
    for side in (side for file in files for side in file.pcm):
        began = time.process_time()
        pieces, _ = pipeline.transcribe(waveform(side, 8000), language="zh", batch_size=8, without_timestamps=True)
        cost.texts.append("".join(piece.text for piece in pieces))
        cost.cpu_s.append(time.process_time() - began)
    return cost


def _engine(folder: Path, **settings: Any) -> Any:
    from monitor.asr.settings import AsrSettings
    from monitor.asr.whisper import WhisperEngine, place

    # random weights write twenty tokens into the shortest segment, which the guard would have decoded again
    random_weights = folder.name in SHAPES
    chosen = AsrSettings(device="cpu", workers=1, threads=1, retry_full=not random_weights, **settings)
    return WhisperEngine(folder, chosen, place(chosen, 1))


def _recogniser(engine: Any) -> Any:
    from monitor.asr.recogniser import Recogniser

    return Recogniser(engine, engine.settings, workers=1, batch=engine.placement.batch)


def ours(folder: Path, call: Talk) -> Cost:
    """Our engine and guard, one segment at a time; then the real recogniser in real time at half its capacity."""
    from monitor.asr.guard import guard

    engine = _engine(folder)
    cost = _each(call.segments, lambda segment: _heard(guard(segment, engine.decode([segment])[0])))
    full = _each(call.segments, lambda segment: _heard(engine.decode([segment], full=True)[0]))
    cost.extra["hypothesis_s"] = sum(_drafts(engine, segment) for segment in call.segments)
    cost.kinds = [engine.context_ms(segment) for segment in call.segments]
    cost.batch = [1.0, *(_batch_cost(engine, call.segments, size) / sum(cost.cpu_s) for size in (2, 3, 4))]
    lines = lines_held(call, cost)
    if lines >= 2:
        delays = live(engine, call, lines // 2)
        cost.extra |= {"live_lines": lines // 2, "live_n": len(delays)}
        cost.extra |= {f"live_p{share}_ms": _quantile(delays, share) for share in (50, 95, 99)}
    cost.extra["full_errors"], cost.extra["chars"] = _errors(call, full.texts)
    return cost


def _heard(answer: Any) -> str:
    return "" if answer.suppressed or answer.lost else str(answer.text)


def _batch_cost(engine: Any, segments: Sequence[Segment], size: int) -> float:
    """CPU seconds for all segments in batches of that size, as near in length as they come."""
    ordered = sorted(segments, key=engine.context_ms)
    began = time.process_time()
    for at in range(0, len(ordered), size):
        engine.decode(ordered[at : at + size])
    return time.process_time() - began


def _drafts(engine: Any, segment: Segment, every_ms: int = 1000) -> float:
    """CPU seconds of the previews that a segment gets while it is spoken, one for each second of it."""
    began = time.process_time()
    for upto in range(every_ms, segment.end_ms - segment.start_ms, every_ms):
        samples = segment.samples[: (upto + segment.start_ms - segment.audio_start_ms) * segment.rate_hz // 1000]
        engine.decode([replace(segment, samples=samples, end_ms=segment.start_ms + upto, final=False)])
    return time.process_time() - began


def audit(folder: Path, files: Sequence[Talk]) -> Cost:
    """`linewatch audit` on the calls as stereo WAV files, one worker: everything from file to report."""
    from monitor.asr.openai import wav
    from monitor.audit import run as run_audit
    from monitor.config import load

    recogniser = _recogniser(_engine(folder))
    with tempfile.TemporaryDirectory() as scratch:
        paths = []
        for number, file in enumerate(files):
            paths.append(Path(scratch) / f"{number:02}.wav")
            paths[-1].write_bytes(wav(file.pcm.T, 8000, channels=2))
        began = time.process_time()
        run_audit(paths, Path(scratch) / "out", load(), recogniser=recogniser)
        cost = Cost([time.process_time() - began])
        cost.texts = _written(Path(scratch) / "out" / "events.jsonl", [path.stem for path in paths])
    recogniser.close()
    return cost


def _written(events: Path, call_ids: Sequence[str]) -> list[str]:
    """The text of each side of each call, in the order of speech."""
    spoken: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for line in events.read_text("utf-8").splitlines():
        envelope = json.loads(line)
        body = envelope["body"]
        if envelope["type"] == "utterance" and not body["lost"] and not body["suppressed"]:
            key = envelope["call_id"], envelope["channel"]
            spoken.setdefault(key, []).append((body["start_ms"], body["text"]))
    sides = [(call_id, channel) for call_id in call_ids for channel in CHANNELS]
    return ["".join(text for _, text in sorted(spoken.get(side, []))) for side in sides]


def live(engine: Any, call: Talk, lines: int, seconds: float = LIVE_S) -> list[float]:
    """Real recogniser, real time: ms from the end of speech to the final text of every segment of that many lines."""
    recogniser = _recogniser(engine)
    done = threading.Semaphore(0)
    delays: list[float] = []
    plan = [(at, call.segments[number]) for at, number in arrivals(call, lines, seconds)]
    began = time.monotonic()
    for number, (at, segment) in enumerate(plan):
        time.sleep(max(0.0, began + at - time.monotonic()))
        due = began + at

        def on_answer(segment: Segment, answer: Any, due: float = due) -> None:
            delays.append((time.monotonic() - due) * 1000 + HANGOVER_MS)
            done.release()

        recogniser.submit(replace(segment, segment_id=f"{number}"), on_answer, 30.0)
    for _ in plan:
        done.acquire()
    recogniser.close()
    return delays


def arrivals(call: Talk, lines: int, seconds: float, seed: int = 3) -> list[tuple[float, int]]:
    """(when a segment closes, its index) for lines that all play the call, each from another place in it."""
    rng = random.Random(seed)
    out = []
    for _ in range(lines):
        shift = rng.uniform(0, call.length_s)
        for number, segment in enumerate(call.segments):
            at = ((segment.end_ms + HANGOVER_MS) / 1000 + shift) % call.length_s
            out += [(at + n * call.length_s, number) for n in range(math.ceil(seconds / call.length_s))]
    return sorted(each for each in out if each[0] < seconds)


def delays_ms(call: Talk, cost: Cost, lines: int) -> list[float]:
    """Of every segment, from one worker that takes the oldest, and with it what waits of its length class."""
    queues: dict[int, deque[tuple[float, int]]] = {}
    coming = deque(arrivals(call, lines, max(120.0, call.length_s)))
    free, delays = 0.0, []
    while coming or queues:
        if not queues:
            free = max(free, coming[0][0])
        while coming and coming[0][0] <= free:
            queues.setdefault(cost.kind(coming[0][1]), deque()).append(coming.popleft())
        kind = min(queues, key=lambda kind: queues[kind][0])
        batch = [queues[kind].popleft() for _ in range(min(len(cost.batch), len(queues[kind])))]
        if not queues[kind]:
            del queues[kind]
        free += sum(cost.cpu_s[number] for _, number in batch) * cost.batch[len(batch) - 1]
        delays += [(free - at) * 1000 + HANGOVER_MS for at, _ in batch]
    return delays


def lines_held(call: Talk, cost: Cost, bound_ms: float = BOUND_MS) -> int:
    """Most lines whose p95 delay stays within the bound on one worker."""

    def holds(lines: int) -> bool:
        return _quantile(delays_ms(call, cost, lines), 95) <= bound_ms

    if not holds(1):
        return 0
    low, high = 1, 2
    while holds(high):
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


def _costs(call: Talk, files: Sequence[Talk], costs: dict[str, Cost]) -> list[Row]:
    mine, n = costs["ours"], len(call.segments)
    names = ("ours", "faster_whisper", "faster_whisper_matched")
    held = {name: lines_held(call, costs[name]) for name in names}
    rows = [
        row("asr", "lines_per_core", held["ours"], "lines", n, name, held["ours"] / held[name] if held[name] else None)
        for name in names[1:]
    ]
    rows += [row("asr", f"{name}_lines_per_core", held[name], "lines", n) for name in names[1:]]
    for name in names:
        spent, median = sum(costs[name].cpu_s), statistics.median(costs[name].cpu_s) * 1000
        against, ratio = (None, None) if name == "ours" else ("ours", spent / sum(mine.cpu_s))
        rows.append(row("asr", f"{name}_cpu_s_per_speech_s", spent / call.speech_s, "s/s", n, against, ratio))
        rows.append(row("asr", f"{name}_cpu_ms_per_segment", median, "ms", n))
    busiest = call.speech_s / call.length_s
    for name in names:  # lines whose speech fills the core, however late
        share = min(costs[name].batch)
        rows.append(
            row(
                "asr",
                f"{name}_lines_that_fill_a_core",
                call.speech_s / sum(costs[name].cpu_s) / share / busiest,
                "lines",
                n,
            )
        )
    with_drafts = (sum(mine.cpu_s) + mine.extra["hypothesis_s"]) / sum(mine.cpu_s)
    drafted = lines_held(call, replace(mine, cpu_s=[cost * with_drafts for cost in mine.cpu_s]))
    rows.append(row("asr", "lines_per_core_with_hypotheses", drafted, "lines", n))
    rows.append(row("asr", "cost_in_a_batch_of_4", mine.batch[3], "of single", n))
    audio_s = 2 * sum(file.length_s for file in files)
    speeds = {name: audio_s / sum(costs[name].cpu_s) for name in ("ours_audit", "faster_whisper_batched")}
    ratio = speeds["ours_audit"] / speeds["faster_whisper_batched"]
    rows += [
        row("asr", "audio_s_per_cpu_s", speeds["ours_audit"], "s/s", len(files), "faster_whisper_batched", ratio),
        row("asr", "faster_whisper_batched_audio_s_per_cpu_s", speeds["faster_whisper_batched"], "s/s", len(files)),
    ]
    if "live_lines" in mine.extra:
        live_n = int(mine.extra["live_n"])
        rows.append(row("asr", "live_lines", mine.extra["live_lines"], "lines", live_n))
        rows += [
            row("asr", f"live_p{share}_ms", mine.extra[f"live_p{share}_ms"], "ms", live_n) for share in (50, 95, 99)
        ]
    return rows + [row("asr", f"{name}_rss", cost.rss_mb, "MB", n) for name, cost in costs.items()]


def _accuracy(call: Talk, files: Sequence[Talk], costs: dict[str, Cost]) -> list[Row]:
    """Character errors of the embedded model, the same references for all; whole files against their own."""
    found = {name: _errors(call, costs[name].texts) for name in ("ours", "faster_whisper", "faster_whisper_matched")}
    found["ours_full_context"] = (int(costs["ours"].extra["full_errors"]), int(costs["ours"].extra["chars"]))
    truths = [truth for file in files for truth in file.truth]
    for name in ("ours_audit", "faster_whisper_batched"):
        found[name] = _distance(list(zip(truths, costs[name].texts, strict=True)))
    return [row("asr", f"{name}_cer", 100 * errors / chars, "%", chars) for name, (errors, chars) in found.items()]


def soak(folder: Path, minutes: float) -> list[Row]:
    """The real recogniser at capacity, in real time: growth of memory, longest queue, answers against segments."""
    import psutil

    call, engine = talk(LENGTHS_S[EMBEDDED]), _engine(folder)
    lines = lines_held(call, _each(call.segments, lambda segment: str(engine.decode([segment])[0].text)))
    watch, stop = [], threading.Event()
    process = psutil.Process()

    def sample() -> None:
        while not stop.wait(2):
            watch.append((time.monotonic(), process.memory_info().rss / 2**20))

    threading.Thread(target=sample, daemon=True).start()
    delays = live(engine, call, lines, minutes * 60)
    stop.set()
    settled = np.array(watch[len(watch) // 5 :])
    slope = np.polyfit(settled[:, 0] / 3600, settled[:, 1], 1)[0] if len(settled) > 2 else float("nan")
    sent = len(arrivals(call, lines, minutes * 60))
    return [
        row("asr", "soak_lines", lines, "lines", sent),
        row("asr", "soak_rss_slope", float(slope), "MB/h", len(settled)),
        row("asr", "soak_rss", float(settled[-1, 1]) if len(settled) else None, "MB", len(settled)),
        row("asr", "soak_answers_per_segment", len(delays) / sent, "", sent),
        *(row("asr", f"soak_p{share}_ms", _quantile(delays, share), "ms", sent) for share in (50, 95, 99)),
    ]


def _errors(call: Talk, texts: Sequence[str]) -> tuple[int, int]:
    return _distance(said(call.truth, list(zip(call.segments, texts, strict=True))))


def _distance(pairs: Sequence[tuple[str, str]]) -> tuple[int, int]:
    from rapidfuzz.distance import Levenshtein

    from monitor.speech.normalise import fold, normalise

    folded = [(fold(normalise(truth)).text, fold(normalise(heard)).text) for truth, heard in pairs]
    return sum(Levenshtein.distance(*pair) for pair in folded), sum(len(truth) for truth, _ in folded)


def _quantile(values: Sequence[float], share: int) -> float:
    return float(np.percentile(values, share)) if len(values) else 0.0


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench asr", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, help="another folder than the shipped one")
    parser.add_argument("--shapes", default=",".join(LENGTHS_S))
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="run at capacity for so long instead")
    args = parser.parse_args(argv)
    if args.soak:
        rows = soak(args.model or locate(f"models/{EMBEDDED}"), args.soak)
    else:
        rows = run(args.shapes.split(","), args.model)
    show(rows, "asr: one worker, one thread, int8", args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
