"""Step 2, speech: every sentence by a random voice, in shards `speech/NNNN.npy` (int16, 16 kHz) with `NNNN.json`.

A shard's JSON rows are [kind, text, first sample, samples, syllable starts]. Finished shards are kept: resumable.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
from pathlib import Path

import numpy as np

from models.recipes.demo_zh.espeak import Espeak, any_voice, to_pinyin
from models.recipes.demo_zh.texts import edition

SHARD = 2000


def make_shard(job: tuple[Path, int, list[tuple[str, str]], int]) -> str:
    folder, index, rows, seed = job
    target = folder / f"{index:04d}.json"
    if target.exists():
        return target.name
    engine, rng = Espeak(), random.Random(f"{seed}/{index}")
    audio, table, at = [], [], 0
    for kind, text in rows:
        sound, starts = engine.say(to_pinyin(text, rng), any_voice(rng))
        if len(starts) != len(text):  # a syllable espeak cut in two: no alignment, no use
            continue
        audio.append(sound)
        table.append([kind, text, at, len(sound), starts])
        at += len(sound)
    np.save(folder / f"{index:04d}.npy", np.concatenate(audio))
    part = target.with_suffix(".part")
    part.write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")
    part.rename(target)
    return target.name


def run(work: Path, workers: int, limit: int | None = None, seed: int = 2) -> None:
    """Speak `texts.tsv` into `work/speech`; `limit` = number of shards wanted (None: all)."""
    lines = (work / "texts.tsv").read_text(encoding="utf-8").splitlines()
    rows = [(kind, text) for kind, text in (line.split("\t") for line in lines)]
    folder = edition(work) / "speech"
    folder.mkdir(exist_ok=True)
    jobs = [(folder, i // SHARD, rows[i : i + SHARD], seed) for i in range(0, len(rows), SHARD)][:limit]
    context = multiprocessing.get_context("spawn")
    # a process a shard: what espeak-ng keeps from the voices before it colours what it says next
    with context.Pool(workers, initializer=os.nice, initargs=(5,), maxtasksperchild=1) as pool:
        for done, name in enumerate(pool.imap(make_shard, jobs), 1):
            print(f"speech: {done} of {len(jobs)} shards ({name})", flush=True)
