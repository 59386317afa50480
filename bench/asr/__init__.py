"""Many lines on one recogniser: what a segment costs, and how many lines a core holds.

One run, same CTranslate2 folder, same audio, same cuts, one thread each: faster-whisper as shipped, with matched
settings (beam 1, no timestamps), its batched pipeline on whole files, ours live, ours audit; with --peers also two
live servers, in an environment of their own. Rows without a slash are of the embedded model; those with one are of
that shape with random weights, which write 20 tokens a segment (their texts say nothing, only their cost does).

`lines_per_core`: lines whose p95 from the end of speech to the final text, our 500 ms hangover included, stays within
1 s on one worker. The measured CPU times (ours in batches of equal length and with every further decode it makes,
faster-whisper one by one, as it comes) are replayed through a queue fed by that many lines, each side of which speaks
about 40 % of the time: a simulation, without line processing, rules, store and pages. `lines_that_fill_a_core` is
arithmetic: it divides by the cost in batches that are always full. `live_p95_ms` then runs the real recogniser at half
of the lines held in real time, so it wants an idle machine. Latency against lines (`*_p95_ms_at_*_lines`) comes from
the same simulation; at more lines than fill a core there is none, since what waits only grows.

An audio second is one of one channel, a line has two of them a second. `rss` is the most each process held; its slope
is measured by `--soak MINUTES`, which runs the real recogniser at capacity instead, and watches memory, queue and
answers. `--threads 1,2` measures only how long a segment takes where so many threads share a decode,
`--stages` only what encoder and decoder spend on segments that share one.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.asr.classes import class_rows, classes
from bench.asr.contexts import COUNT, context_rows, contexts
from bench.asr.cost import Cost, alone
from bench.asr.others import batched, matched, shipped
from bench.asr.ours import audit, ours
from bench.asr.peers import peer_rows
from bench.asr.soak import soak
from bench.asr.stages import stage_rows, stages
from bench.asr.table import accuracy_rows, cost_rows
from bench.asr.threads import thread_rows, threaded
from bench.rows import Row, show
from bench.shapes import SHAPES, random_whisper
from bench.talk import talk
from monitor.resources import locate

EMBEDDED = "demo-zh"
LENGTHS_S = {EMBEDDED: 240, "tiny": 90, "base": 60, "small": 40}
FILES = {EMBEDDED: 16, "tiny": 8, "base": 8, "small": 3}
FILE_S = 70
CLASSED = (EMBEDDED, "tiny")

__all__ = ["Cost", "alone", "batched", "main", "run", "shipped"]


def run(shapes: Sequence[str] = tuple(LENGTHS_S), model: Path | None = None, sentences: int = COUNT) -> list[Row]:
    """All rows of these shapes; model: the embedded model's folder; sentences: of each set, for the error rates."""
    embedded = model or locate(f"models/{EMBEDDED}")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        for shape in shapes:
            rows += _shape_rows(shape, embedded, Path(scratch))
    if EMBEDDED in shapes and sentences:
        rows += context_rows(alone(contexts, embedded, sentences))
    return rows


def _shape_rows(shape: str, embedded: Path, scratch: Path) -> list[Row]:
    call, folder = talk(LENGTHS_S[shape]), _folder(shape, embedded, scratch)
    whole = folder
    files = [talk(FILE_S, seed, segmented=False) for seed in range(FILES[shape])]
    if shape != EMBEDDED:
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
    rows = cost_rows(call, files, costs)
    rows += class_rows(call, alone(classes, folder, call)) if shape in CLASSED else []
    rows += accuracy_rows(call, files, costs) if shape == EMBEDDED else []
    return _named(rows, shape)


def decodes(shapes: Sequence[str], counts: Sequence[int], embedded: Path) -> list[Row]:
    """How long a segment takes where so many threads share a decode; of none: what its two stages spend."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as scratch:
        for shape in shapes:
            call, folder = talk(LENGTHS_S[shape]), _folder(shape, embedded, Path(scratch))
            found = {count: alone(threaded, folder, (call, count)) for count in counts}
            rows += _named(thread_rows(call, found) if counts else stage_rows(alone(stages, folder, call)), shape)
    return rows


def _folder(shape: str, embedded: Path, scratch: Path) -> Path:
    return embedded if shape == EMBEDDED else random_whisper(scratch / shape, SHAPES[shape], embedded)


def _named(rows: list[Row], shape: str) -> list[Row]:
    return rows if shape == EMBEDDED else [{**each, "what": f"{each['what']}/{shape}"} for each in rows]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="bench asr", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, help="another folder than the shipped one")
    parser.add_argument("--shapes", default=",".join(LENGTHS_S), help="comma separated; empty: none")
    parser.add_argument("--sentences", type=int, default=COUNT, help="of each set, for what short contexts cost in CER")
    parser.add_argument(
        "--peers",
        nargs="?",
        type=Path,
        const=Path(),
        metavar="DIR",
        help="also measure other live servers, installed into DIR (kept) or a folder that is removed",
    )
    parser.add_argument("--soak", type=float, metavar="MINUTES", help="run at capacity for so long instead")
    parser.add_argument(
        "--lines", type=int, default=0, help="of --soak, instead of what one worker is measured to hold"
    )
    parser.add_argument("--threads", metavar="1,2", help="only how long a segment takes with so many to a decode")
    parser.add_argument("--stages", action="store_true", help="only what encoder and decoder spend, alone and together")
    args = parser.parse_args(argv)
    folder = args.model or locate(f"models/{EMBEDDED}")
    shapes = [shape for shape in args.shapes.split(",") if shape]
    if args.soak:
        rows = soak(folder, args.soak, args.lines)
    elif args.threads or args.stages:
        rows = decodes(shapes, [int(count) for count in (args.threads or "").split(",") if count], folder)
    else:
        rows = run(shapes, folder, args.sentences)
        rows += peer_rows(folder, args.peers) if args.peers is not None else []
    show(rows, "asr: one worker, one thread, int8", args.json)
    return 0
