"""Batches of equal context, made by one process beside the training and handed over in a queue."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path
from queue import Full
from typing import Any

import numpy as np

from models.recipes.demo_zh import tokens
from models.recipes.demo_zh.clips import Clips
from models.recipes.demo_zh.examples import Example, Maker

FRAMES = (3072, 4096)  # encoder frames in a batch, in the first and the second half: about 13 and 18 examples
TEXT_FRAMES = 3328
IGNORE = -100
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
Batch = dict[str, np.ndarray]


def compact() -> np.ndarray:
    """Vocabulary id -> row of the compact table; ids not in use get the last row."""
    used = tokens.used_ids()
    rows = np.full(tokens.VOCABULARY, len(used), np.int64)
    rows[used] = np.arange(len(used))
    return rows


def collate(examples: list[Example], rng: np.random.Generator, rows: np.ndarray) -> Batch:
    """Pad to the longest text; put 5-12 % wrong tokens into the input so that the decoder must listen."""
    longest = max(len(e.ids) for e in examples) - 1
    shape = (len(examples), longest)
    ids, targets = np.full(shape, rows[tokens.EOT]), np.full(shape, IGNORE)
    now, soon = np.full((*shape, 2), -1), np.full((*shape, 2), -1)
    wrong = rng.uniform(0.05, 0.12)
    for i, e in enumerate(examples):
        n = len(e.ids) - 1
        given, asked = rows[e.ids[:-1]], rows[e.ids[1:]].copy()
        spoken = np.asarray([w[0] >= 0 for w in e.windows[:-1]])
        spoil = spoken & (rng.random(n) < wrong)
        given = np.where(spoil, rng.integers(0, int(rows[tokens.EOT]), n), given)
        asked[1 : e.prompt - 1] = IGNORE  # the task tokens are given, never guessed
        if not e.speech:
            asked[0] = rows[tokens.NO_SPEECH]
        ids[i, :n], targets[i, :n] = given, asked
        now[i, :n], soon[i, :n] = e.windows[:-1], e.windows[1:]
    sound = (
        {"mel": np.stack([e.mel for e in examples if e.mel is not None]).astype(np.float16)}
        if examples[0].mel is not None
        else {}
    )
    return {
        **sound, "ids": ids, "targets": targets,
        "now": now, "soon": soon,
        "labels": np.stack([e.labels for e in examples]),
        "weight": np.asarray([1.0 if e.speech else 3.0 for e in examples], np.float32),
    }  # fmt: skip


def text_batch(reader: Any, read: dict[int, list[Example]], rng: np.random.Generator, rows: np.ndarray) -> Batch:
    """The next full batch of sentences without sound."""
    while True:
        example = reader.example()
        group = read.setdefault(example.frames, [])
        group.append(example)
        if len(group) * example.frames >= TEXT_FRAMES:
            return collate(read.pop(example.frames), rng, rows)


def feed(folder: Path, seed: int, progress: Any, queue: Any) -> None:
    """The process: draw, sort by context, send full batches, one of speech and one of text in turn.

    `progress` (0..1) is read for the mix of contexts.
    """
    from models.recipes.demo_zh.reading import Reader

    os.nice(2)
    maker, rows, rng = Maker(Clips(folder), seed), compact(), np.random.default_rng(seed + 1)
    reader, read = Reader(seed + 2), {}
    waiting: dict[int, list[Example]] = {}
    parent = os.getppid()
    queue.cancel_join_thread()  # unread batches must not keep this process
    while os.getppid() == parent:
        maker.progress = progress.value
        example = maker.draw()
        group = waiting.setdefault(example.frames, [])
        group.append(example)
        if len(group) >= min(32, max(2, FRAMES[maker.progress > 0.5] // example.frames)):
            batch = {
                "speech": collate(waiting.pop(example.frames), rng, rows),
                "text": text_batch(reader, read, rng, rows),
            }
            while os.getppid() == parent:
                try:
                    queue.put(batch, timeout=5)
                    break
                except Full:
                    continue


def start(folder: Path, seed: int, feeders: int = 1) -> tuple[list[Any], Any, Any]:
    """(processes, progress, queue)."""
    context = multiprocessing.get_context("spawn")
    progress, queue = context.Value("d", 0.0), context.Queue(24)
    processes = [
        context.Process(target=feed, args=(folder, seed + 1_000_003 * i, progress, queue), daemon=True)
        for i in range(feeders)
    ]
    before = {name: os.environ.pop(name, None) for name in ONE_THREAD}
    os.environ.update(dict.fromkeys(ONE_THREAD, "1"))  # spinning BLAS threads would take the trainer's cores
    for process in processes:
        process.start()
    for name in ONE_THREAD:
        os.environ.pop(name)
    os.environ.update({name: value for name, value in before.items() if value is not None})
    return processes, progress, queue
