"""A folder of recordings audited: how much audio a second of CPU takes, reports and all.

Against `faster_whisper_batched`: faster-whisper's file pipeline with its own VAD in batches of 8, each channel as a
file, the same recordings, model and one thread; it writes text only, no conditions, rules or reports. The two take
turns, each in a process of its own, for some rounds; CPU time is compared within a round and the median of the rounds
is shown, so that a machine shared with others changes little. Loading the model and the rules, and a first run of 5 s
on either side, are not counted. `resume` is a second run into the same folder.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import resource
import sys
import tempfile
import time
import wave
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.rows import Row, row, show
from bench.talk import RATE_HZ, Talk, talk
from monitor.resources import locate

OTHER = "faster_whisper_batched"


@dataclass(frozen=True)
class Spent:
    """One round over all recordings: seconds of CPU and of the clock, the process's largest RSS, seconds to resume."""

    cpu_s: float
    wall_s: float
    rss_mb: float
    resume_s: float = 0.0


def run(model: Path | None = None, files: int = 10, seconds: int = 60, rounds: int = 3) -> list[Row]:
    folder = model or locate("models/demo-zh")
    calls = [talk(seconds, seed, segmented=False) for seed in range(1, files + 1)]
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as scratch:
        for number, call in enumerate(calls):
            _write(Path(scratch) / "in" / f"{number:04d}.wav", call)
        _write(Path(scratch) / "short" / "short.wav", talk(5, segmented=False))
        both = in_turn((Ours, folder, Path(scratch)), (Theirs, folder, calls), rounds)
    return rows(both, sum(call.length_s for call in calls), files)


def rows(both: Sequence[tuple[Spent, Spent]], length_s: float, files: int) -> list[Row]:
    """(ours, theirs) of each round; length_s: of all recordings together, which have two channels each."""
    ratios = sorted(theirs.cpu_s / ours.cpu_s for ours, theirs in both)
    ours, theirs = ([pair[side] for pair in both] for side in (0, 1))
    audio_s, rss_mb = 2 * length_s, max(one.rss_mb for one in ours)
    speed, other = (audio_s / median(one.cpu_s for one in side) for side in (ours, theirs))
    return [
        row("audit", "audio_s_per_cpu_s", speed, "s/s", files, OTHER, median(ratios)),
        row("audit", "ratio_least", ratios[0], "x", len(both), OTHER),
        row("audit", "ratio_most", ratios[-1], "x", len(both), OTHER),
        row("audit", f"{OTHER}_audio_s_per_cpu_s", other, "s/s", files),
        row("audit", "call_s_per_wall_s", length_s / median(one.wall_s for one in ours), "s/s", files),
        row("audit", "resume_s_per_call", median(one.resume_s for one in ours) / files, "s", files),
        row("audit", "rss", rss_mb, "MB", files, OTHER, max(one.rss_mb for one in theirs) / rss_mb),
    ]


class Ours:
    """`linewatch audit` on a folder."""

    def __init__(self, folder: Path, scratch: Path) -> None:
        from bench.asr.ours import engine_of, recogniser_of, rules_read
        from monitor.config import load

        self._scratch, self._settings, self._numbers = scratch, load(), itertools.count()
        self._recogniser = recogniser_of(engine_of(folder))
        rules_read(self._settings).__enter__()
        self._audit("short", "warm-up")

    def round(self) -> Spent:
        out = f"out-{next(self._numbers)}"
        cpu_s, wall_s = _timed(lambda: self._audit("in", out))
        rss_mb = _rss_mb()
        return Spent(cpu_s, wall_s, rss_mb, _timed(lambda: self._audit("in", out))[1])

    def _audit(self, recordings: str, out: str) -> None:
        from monitor import audit

        audit.run([self._scratch / recordings], self._scratch / out, self._settings, recogniser=self._recogniser)


class Theirs:
    """faster-whisper's file pipeline on each channel."""

    def __init__(self, folder: Path, calls: Sequence[Talk]) -> None:
        from bench.asr.others import Pipeline

        self._pipeline, self._calls = Pipeline(folder, calls[0]), calls

    def round(self) -> Spent:
        cpu_s, wall_s = _timed(lambda: [self._pipeline.text(side) for call in self._calls for side in call.pcm])
        return Spent(cpu_s, wall_s, _rss_mb())


_made: Any = None


def in_turn(one: tuple[Any, ...], other: tuple[Any, ...], rounds: int) -> list[tuple[Spent, Spent]]:
    """A round of each at a time. one, other: a class with `round`, and what it is made of, in a process of its own."""
    spawn, both = multiprocessing.get_context("spawn"), []
    with ProcessPoolExecutor(1, spawn, _make, one) as here, ProcessPoolExecutor(1, spawn, _make, other) as there:
        for number in range(rounds):
            print(f"audit: round {number + 1} of {rounds}", file=sys.stderr, flush=True)
            both.append((here.submit(_round).result(), there.submit(_round).result()))
    return both


def _make(kind: Callable[..., Any], *parts: Any) -> None:
    global _made
    _made = kind(*parts)


def _round() -> Spent:
    spent: Spent = _made.round()
    return spent


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of CPU and of the clock."""
    cpu, wall = time.process_time(), time.monotonic()
    work()
    return time.process_time() - cpu, time.monotonic() - wall


def _rss_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _write(path: Path, call: Talk) -> None:
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(call.pcm.T.astype("<i2").tobytes())


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench audit", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, help="another folder than the shipped one")
    parser.add_argument("--files", type=int, default=10)
    parser.add_argument("--seconds", type=int, default=60, help="length of each recording")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    args = parser.parse_args(argv)
    found = run(args.model, args.files, args.seconds, args.rounds)
    show(found, f"audit: {args.files} recordings, one decode at a time, int8", args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
