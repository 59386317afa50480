"""A folder of recordings audited: how much audio a second of CPU takes, reports and all.

Against `faster_whisper_batched`, measured in the same run: faster-whisper's file pipeline with its own VAD in batches
of 8, each channel as a file, the same model and one thread; it writes text only, no conditions, rules or reports.
Loading the model and the rules, and a first run of 5 s on either side, are not counted.
`resume` is a second run into the same folder.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import tempfile
import time
import wave
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from bench.asr import Cost, alone, batched
from bench.rows import Row, row, show
from bench.talk import RATE_HZ, Talk, talk
from monitor.resources import locate


def run(model: Path | None = None, files: int = 16, seconds: int = 60) -> list[Row]:
    folder = model or locate("models/demo-zh")
    call = talk(seconds)
    other: Cost = alone(batched, folder, [call])
    os.environ["OMP_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(files):
            _write(Path(scratch) / "in" / f"{number:04d}.wav", call)
        _write(Path(scratch) / "short" / "short.wav", talk(5, segmented=False))
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            cpu_s, wall_s, rss_mb, resumed_s = pool.submit(_audited, folder, Path(scratch)).result()
    audio_s = files * 2 * call.length_s
    theirs = 2 * call.length_s / sum(other.cpu_s)
    return [
        row(
            "audit",
            "audio_s_per_cpu_s",
            audio_s / cpu_s,
            "s/s",
            files,
            "faster_whisper_batched",
            audio_s / cpu_s / theirs,
        ),
        row("audit", "faster_whisper_batched_audio_s_per_cpu_s", theirs, "s/s", 1),
        row("audit", "call_s_per_wall_s", files * call.length_s / wall_s, "s/s", files),
        row("audit", "resume_s_per_call", resumed_s / files, "s", files),
        row("audit", "rss", rss_mb, "MB", files, "faster_whisper_batched", other.rss_mb / rss_mb),
    ]


def _write(path: Path, call: Talk) -> None:
    path.parent.mkdir(exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes(call.pcm.T.astype("<i2").tobytes())


def _audited(folder: Path, scratch: Path) -> tuple[float, float, float, float]:
    """CPU and wall seconds of an audit, the process's largest RSS, and wall seconds of the same again."""
    from bench.asr.ours import engine_of, recogniser_of, rules_read
    from monitor import audit
    from monitor.config import load

    settings, recogniser = load(), recogniser_of(engine_of(folder))
    with rules_read(settings):
        audit.run([scratch / "short"], scratch / "warm-up", settings, recogniser=recogniser)
        began, wall = time.process_time(), time.monotonic()
        audit.run([scratch / "in"], scratch / "out", settings, recogniser=recogniser)
        cpu_s, wall_s = time.process_time() - began, time.monotonic() - wall
        rss_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        again = time.monotonic()
        audit.run([scratch / "in"], scratch / "out", settings, recogniser=recogniser)
        again_s = time.monotonic() - again
    recogniser.close()
    return cpu_s, wall_s, rss_mb, again_s


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench audit", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, help="another folder than the shipped one")
    parser.add_argument("--files", type=int, default=16)
    parser.add_argument("--seconds", type=int, default=60, help="length of each recording")
    args = parser.parse_args(argv)
    rows = run(args.model, args.files, args.seconds)
    show(rows, f"audit: {args.files} recordings, one decode at a time, int8", args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
