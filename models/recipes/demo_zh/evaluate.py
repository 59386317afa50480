"""Step 5, evaluation: the table of `python -m bench model` on the exported folder."""

from __future__ import annotations

from pathlib import Path


def run(out: Path) -> None:
    from bench.model import main

    main(["--model", str(out)])
