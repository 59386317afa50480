"""`python -m bench NAME [--json FILE]`: one table on the terminal, the same rows as JSON.

Every figure is measured in this run, against the named alternative in this run.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

# as the command has it (`monitor/__main__.py`)
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

NAMES = ("signal", "model", "asr", "latency", "line", "rules", "ingest", "screens", "audit", "mono", "confidence")


def main(argv: list[str]) -> int:
    name, rest = (argv[0], argv[1:]) if argv else ("", [])
    if name in ("", "-h", "--help"):
        print(f"{__doc__}\nNames: {', '.join(NAMES)}. Each takes --help.")
        return 0 if name else 2
    if name not in NAMES:
        print(f"bench: there is no {name}. One of {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    if importlib.util.find_spec(f"bench.{name}") is None:
        print(f"bench {name}: not there yet.", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"bench.{name}").main(rest) or 0)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
