"""Our engine on the same segments, with every further decode it makes, and our audit on the same files."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from bench.asr.cost import Cost, each, errors, quantile
from bench.asr.lines import lines_held, live
from bench.asr.others import WARM_UP
from bench.shapes import SHAPES
from bench.talk import Talk
from monitor.core.types import CHANNELS, Segment

SIZES = (1, 2, 4, 8)
STRIDE = 4


def engine_of(folder: Path, **settings: Any) -> Any:
    """One worker, one thread where nothing else is set."""
    from monitor.asr.settings import AsrSettings
    from monitor.asr.whisper import WhisperEngine, place

    # random weights write twenty tokens into the shortest segment, which the guard would have decoded again
    random_weights = folder.name in SHAPES
    fixed = {"device": "cpu", "workers": 1, "threads": 1, "retry_full": not random_weights}
    chosen = AsrSettings(**fixed | settings)
    return WhisperEngine(folder, chosen, place(chosen, 1))


def recogniser_of(engine: Any) -> Any:
    from monitor.asr.recogniser import Recogniser

    return Recogniser(engine, engine.settings, workers=1, batch=engine.placement.batch)


def ours(folder: Path, call: Talk) -> Cost:
    """One segment at a time; then the real recogniser in real time at half its capacity."""
    engine = engine_of(folder)
    cost = each(call.segments, lambda segment: final(engine, segment))
    cost.drafts = [_drafts(engine, segment) for segment in call.segments]
    cost.kinds = [engine.context_ms(segment) for segment in call.segments]
    cost.batch = batches(engine, call, cost)
    lines = lines_held(call, replace(cost, drafts=[]))
    if lines >= 2:
        recogniser = recogniser_of(engine)
        delays = live(recogniser, call, lines // 2).delays_ms
        recogniser.close()
        cost.extra |= {"live_lines": lines // 2, "live_n": len(delays)}
        cost.extra |= {f"live_p{share}_ms": quantile(delays, share) for share in (50, 95, 99)}
    if folder.name not in SHAPES:
        full = each(call.segments, lambda segment: guarded(engine, segment, full=True)[0])
        cost.extra["full_errors"], cost.extra["chars"] = errors(call, full.texts)
    return cost


def ours_alone(folder: Path, call: Talk) -> Cost:
    """One segment at a time, and nothing else."""
    engine = engine_of(folder)
    return each(call.segments, lambda segment: final(engine, segment))


def final(engine: Any, segment: Segment) -> str:
    """As the recogniser settles one segment: guard, second decode at full context, times of words to be quoted."""
    text, failed = guarded(engine, segment)
    if failed and engine.settings.retry_full:
        text, _ = guarded(engine, segment, full=True)
    if text and quoted(segment, text):
        engine.words(segment, text)
    return text


def guarded(engine: Any, segment: Segment, full: bool = False) -> tuple[str, bool]:
    """(the text that is believed, whether the decode went astray)."""
    from monitor.asr.guard import FAILED_DECODE, guard

    answer = guard(segment, engine.decode([segment], full)[0], engine.settings.guard)
    text = "" if answer.suppressed or answer.lost else str(answer.text)
    return text, not FAILED_DECODE.isdisjoint(answer.suppressed)


def quoted(segment: Segment, text: str) -> bool:
    """Whether the shipped rules may quote it, so that its words are aligned."""
    return bool(_call().quotes(segment.channel, text))


@lru_cache(maxsize=1)
def _call() -> Any:
    from monitor.call import Call
    from monitor.config import load
    from monitor.core.types import CallInfo

    return Call(CallInfo("bench", "bench"), load().rulebook())


def batches(engine: Any, call: Talk, cost: Cost) -> list[float]:
    """Of n segments of one length in a decode over n single, for each n up to the engine's batch.

    Second decodes and alignments are made one by one and gain nothing. Sizes between SIZES are interpolated.
    """
    some = range(0, len(call.segments), STRIDE)
    whole = sum(cost.cpu_s[number] for number in some)
    spent = [sum(_decode_cost(engine, call.segments[number], size) for number in some) for size in SIZES]
    shares = [1 - (spent[0] - each) / whole for each in spent]
    return [float(np.interp(size, SIZES, shares)) for size in range(1, engine.placement.batch + 1)]


def _decode_cost(engine: Any, segment: Segment, size: int) -> float:
    """CPU seconds for each of so many segments like this one, decoded together."""
    began = time.process_time()
    engine.decode([segment] * size)
    return (time.process_time() - began) / size


def _drafts(engine: Any, segment: Segment, every_ms: int = 1000) -> list[tuple[float, float]]:
    """The previews that a segment gets while it is spoken, one for each second of it; see `Cost.drafts`."""
    out, length_ms = [], segment.end_ms - segment.start_ms
    for upto in range(every_ms, length_ms, every_ms):
        samples = segment.samples[: (upto + segment.start_ms - segment.audio_start_ms) * segment.rate_hz // 1000]
        began = time.process_time()
        engine.decode([replace(segment, samples=samples, end_ms=segment.start_ms + upto, final=False)])
        out.append(((length_ms - upto) / 1000, time.process_time() - began))
    return out


def audit(folder: Path, files: Sequence[Talk]) -> Cost:
    """`linewatch audit` on the calls as stereo WAV files, one worker: everything from file to report.

    Loading the model and the rules, and a first audit of one short file, are not counted.
    """
    from monitor.asr.openai import wav
    from monitor.audit import run as run_audit
    from monitor.config import load

    recogniser, settings = recogniser_of(engine_of(folder)), load()
    with rules_read(settings), tempfile.TemporaryDirectory() as scratch:
        short = Path(scratch) / "short.wav"
        short.write_bytes(wav(files[0].pcm[:, :WARM_UP].T, 8000, channels=2))
        run_audit([short], Path(scratch) / "warm-up", settings, recogniser=recogniser)
        paths = []
        for number, file in enumerate(files):
            paths.append(Path(scratch) / f"{number:02}.wav")
            paths[-1].write_bytes(wav(file.pcm.T, 8000, channels=2))
        began = time.process_time()
        run_audit(paths, Path(scratch) / "out", settings, recogniser=recogniser)
        cost = Cost([time.process_time() - began])
        cost.texts = _written(Path(scratch) / "out" / "events.jsonl", [path.stem for path in paths])
    recogniser.close()
    return cost


def rules_read(settings: Any) -> AbstractContextManager[Any]:
    """The rules stay read while it lasts, as the model stays loaded."""
    book = settings.rulebook()
    return mock.patch.object(type(settings), "rulebook", return_value=book)


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
