"""`python -m models.recipes.demo_zh texts|speech|train|export|evaluate|all`: the embedded model, step by step."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

STEPS = ("texts", "speech", "train", "export", "evaluate")


def main() -> None:
    parser = argparse.ArgumentParser(prog="models.recipes.demo_zh", description=__doc__)
    parser.add_argument("step", choices=[*STEPS, "all"])
    parser.add_argument("--work", type=Path, default=Path("build/demo_zh"), help="texts, speech and checkpoints")
    parser.add_argument("--out", type=Path, default=Path("models/demo-zh"), help="the exported folder")
    parser.add_argument("--sentences", type=int, default=140_000)
    parser.add_argument("--steps", type=int, default=12_200, help="of the training; 0.7 s each on 2 idle cores")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    args = parser.parse_args()
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # threads that spin would starve the process that feeds
    for step in STEPS if args.step == "all" else (args.step,):
        run(step, args)


def run(step: str, args: argparse.Namespace) -> None:
    """One step; torch is imported only by the steps that need it."""
    if step == "texts":
        from models.recipes.demo_zh import texts

        texts.run(args.work, args.sentences)
    elif step == "speech":
        from models.recipes.demo_zh import speech

        speech.run(args.work, args.workers)
    elif step == "train":
        from models.recipes.demo_zh import train

        train.run(args.work, args.steps)
    elif step == "export":
        from models.recipes.demo_zh import export

        export.run(args.work, args.out)
    else:
        from models.recipes.demo_zh import evaluate

        evaluate.run(args.out)


if __name__ == "__main__":
    main()
