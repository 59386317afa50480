"""Lines per core of the signal stage, and how often the VAD is wrong.

One process, one thread, CPU time. The lines are two-channel calls in which each party speaks some 40 % of the time,
each line at another place of the call. Against: the bare WebRTC VAD calls for the same frames; the same features line
by line (a bank of one line each); Silero, one run for each channel and 32 ms. A figure of this stage only; `bench line`
has the whole path. How often the VAD is wrong: `bench/vad.py`; `--vad` shows nothing else.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import webrtcvad
from numpy.typing import NDArray

from bench import detection, vad
from bench.rows import Row, row, show
from monitor.signal.bank import Bank
from monitor.signal.settings import SignalSettings
from monitor.signal.silero import CHUNK, session
from tests import tapes
from tests.tapes import Tape

RATE = 8000
LINES = 800


def call(seconds: int = 60, seed: int = 1) -> Tape:
    """Two parties in turn over an idle line, each speaking about two fifths of the time."""
    random, at_ms, side = np.random.default_rng(seed), 500, 0
    legs = [tapes.white(seconds * 1000, -66, RATE, seed + k) for k in range(2)]
    while at_ms < seconds * 1000 - 5000:
        voice = tapes.speech(int(random.integers(60, 200)) * 20, -26, RATE, seed + at_ms, (120.0, 210.0)[side])
        start = at_ms * RATE // 1000
        legs[side][start : start + len(voice)] += voice
        at_ms += len(voice) * 1000 // RATE + int(random.integers(15, 50)) * 20
        side = 1 - side
    return tapes.line(legs[0], legs[1], RATE)


def cpu_s(work: Callable[[], None], rounds: int) -> float:
    """The quickest of some rounds: what disturbs a round only slows it."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def staggered(lines: int, frames: int, tape: Tape) -> list[tuple[NDArray[np.int16], NDArray[np.uint8]]]:
    pcm, absent = tape.columns()
    places = np.arange(lines) * 37 % len(pcm)
    return [(pcm[(places + k) % len(pcm)], absent[(places + k) % len(pcm)]) for k in range(frames)]


def ours_s(lines: int, frames: int, tape: Tape, rounds: int) -> float:
    """CPU seconds per step of a bank with so many lines."""
    bank = Bank(RATE, SignalSettings())
    numbers = np.array([bank.open() for _ in range(lines)])
    feed = staggered(lines, frames, tape)

    def work() -> None:
        for pcm, absent in feed:
            bank.step(numbers, pcm, absent)

    work()
    return cpu_s(work, rounds) / frames


def blocks_s(lines: int, frames: int, tape: Tape, rounds: int) -> float:
    """The same with a second at a time, as an audit hands it over."""
    bank = Bank(RATE, SignalSettings())
    numbers = np.array([bank.open() for _ in range(lines)])
    pcm, absent = (np.stack(part) for part in zip(*staggered(lines, frames, tape), strict=True))

    def work() -> None:
        for at in range(0, frames, 50):
            bank.steps(numbers, pcm[at : at + 50], absent[at : at + 50])

    work()
    return cpu_s(work, rounds) / frames


def loop_s(lines: int, frames: int, tape: Tape, rounds: int) -> float:
    banks = [Bank(RATE, SignalSettings()) for _ in range(lines)]
    numbers = np.array([[bank.open()] for bank in banks])
    feed = staggered(lines, frames, tape)

    def work() -> None:
        for pcm, absent in feed:
            for k, bank in enumerate(banks):
                bank.step(numbers[k], pcm[k : k + 1], absent[k : k + 1])

    work()
    return cpu_s(work, rounds) / frames


def webrtc_s(lines: int, frames: int, tape: Tape, rounds: int) -> float:
    detectors = [webrtcvad.Vad(1) for _ in range(2 * lines)]
    feed = [[leg.tobytes() for leg in pcm.reshape(-1, RATE // 50)] for pcm, _ in staggered(lines, frames, tape)]

    def work() -> None:
        for legs in feed:
            for detector, leg in zip(detectors, legs, strict=True):
                detector.is_speech(leg, RATE)

    work()
    return cpu_s(work, rounds) / frames


def silero_s(chunks: int, rounds: int) -> float:
    """CPU seconds that one line of two channels costs in 20 ms; resampling is not counted."""
    model, h = session(), np.zeros((1, 1, 128), np.float32)
    told = {"input": (np.random.default_rng(1).normal(size=(1, CHUNK + 64)) * 0.05).astype(np.float32), "h": h, "c": h}

    def work() -> None:
        for _ in range(chunks):
            model.run(None, told)

    work()
    return cpu_s(work, rounds) / chunks * 2 * 20 / 32


def speed(lines: int, frames: int, rounds: int) -> list[Row]:
    tape = call()
    per_step = ours_s(lines, frames, tape, rounds)
    ours = 0.02 / per_step * lines
    few = min(lines, 40)
    others = {
        "webrtcvad_only": 0.02 / webrtc_s(lines, frames, tape, rounds) * lines,
        "per_line_loop": 0.02 / loop_s(few, max(frames // 2, 1), tape, max(rounds - 1, 1)) * few,
        "silero": 0.02 / silero_s(500, rounds),
    }
    rows = [
        row("signal", "lines_per_core", ours, "lines", lines * frames, name, ours / v) for name, v in others.items()
    ]
    rows += [row("signal", f"{name}_lines_per_core", value, "lines", lines * frames) for name, value in others.items()]
    for few, name in ((1, "one_line"), (10, "ten_lines")):
        rows.append(row("signal", f"step_of_{name}", ours_s(few, 500, tape, rounds) * 1e6, "µs", 500))
        rows.append(row("signal", f"step_of_{name}_in_blocks", blocks_s(few, 500, tape, rounds) * 1e6, "µs", 500))
    return rows


def memory() -> list[Row]:
    """State that the columns keep for one line; each of its two WebRTC detectors adds less than a KiB of its own."""
    return [row("signal", "state_per_line", Bank(RATE, SignalSettings()).line_bytes() / 1024, "KiB", 1)]


def run(lines: int = LINES, frames: int = 100, rounds: int = 3, with_accuracy: bool = True) -> list[Row]:
    return speed(lines, frames, rounds) + memory() + (vad.accuracy() if with_accuracy else [])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench signal", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--frames", type=int, default=100, help="20 ms steps in a round")
    parser.add_argument("--rounds", type=int, default=3, help="the quickest counts")
    parser.add_argument("--no-accuracy", action="store_true", help="speed and memory only")
    parser.add_argument("--vad", action="store_true", help="how often the VAD is wrong, only this")
    parser.add_argument("--detection", action="store_true", help="recall and precision of every condition, only these")
    parser.add_argument("--sets", nargs="*", choices=detection.SETS, default=detection.SETS, help="of --detection")
    parser.add_argument("--scenes", type=int, default=20, metavar="N", help="40 calls N times over, for --detection")
    parser.add_argument("--rooms", type=int, default=0, metavar="N", help="and N pairs of voices in rooms")
    args = parser.parse_args(argv)
    if args.detection:
        found = detection.detection(args.sets, args.scenes, args.rooms)
        show(found, "signal: how often the conditions are right", args.json)
        return 0
    if args.vad:
        show(vad.accuracy(), "signal: how often the VAD is wrong", args.json)
        return 0
    show(
        run(args.lines, args.frames, args.rounds, not args.no_accuracy),
        "signal: the stage of readings and conditions",
        args.json,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
