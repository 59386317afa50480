"""What an engine spends on segments, measured in a process of its own, and what it got wrong."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.asr.memory import peak_mb
from bench.talk import Talk, said
from monitor.core.types import Segment


@dataclass
class Cost:
    """What one engine did with the segments: CPU seconds and text of each, the process's largest RSS.

    kinds: length class of each; only equal ones share a batch. batch[n - 1]: cost of n together over n single. drafts:
    of each, its previews: (seconds before the end of its speech, CPU seconds).
    """

    cpu_s: list[float] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    rss_mb: float = 0.0
    kinds: list[int] = field(default_factory=list)
    batch: list[float] = field(default_factory=lambda: [1.0])
    drafts: list[list[tuple[float, float]]] = field(default_factory=list)
    extra: dict[str, float] = field(default_factory=dict)

    def kind(self, number: int) -> int:
        return self.kinds[number] if self.kinds else 0


def alone(measure: Callable[[Path, Any], Cost], folder: Path, heard: Any) -> Cost:
    """Measure in a fresh process with one thread, so that memory and threads are its own."""
    os.environ["OMP_NUM_THREADS"] = "1"
    print(f"asr: {measure.__name__} on {folder.name}", end="", file=sys.stderr, flush=True)
    began = time.monotonic()
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        cost = pool.submit(_measured, measure, folder, heard).result()
    print(f", {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return cost


def _measured(measure: Callable[[Path, Any], Cost], folder: Path, heard: Any) -> Cost:
    cost = measure(folder, heard)
    cost.rss_mb = peak_mb()
    return cost


def each(segments: Sequence[Segment], decode: Callable[[Segment], str]) -> Cost:
    """One segment at a time, after one to warm up."""
    cost = Cost()
    decode(segments[0])
    for segment in segments:
        began = time.process_time()
        cost.texts.append(decode(segment))
        cost.cpu_s.append(time.process_time() - began)
    return cost


def errors(call: Talk, texts: Sequence[str]) -> tuple[int, int]:
    """(character errors, characters said) of a call's segments."""
    return distance(said(call.truth, list(zip(call.segments, texts, strict=True))))


def distance(pairs: Sequence[tuple[str, str]]) -> tuple[int, int]:
    """(character errors, characters said) of (said, heard) pairs, both folded."""
    from rapidfuzz.distance import Levenshtein

    from monitor.speech.normalise import fold, normalise

    folded = [(fold(normalise(truth)).text, fold(normalise(heard)).text) for truth, heard in pairs]
    return sum(Levenshtein.distance(*pair) for pair in folded), sum(len(truth) for truth, _ in folded)


def quantile(values: Sequence[float], share: int) -> float:
    return float(np.percentile(values, share)) if len(values) else 0.0
