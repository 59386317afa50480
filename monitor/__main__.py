"""`linewatch` and `python -m monitor`."""

from __future__ import annotations

import os

# read where numpy is first imported: its products over some hundred rows are done before several cores have shared one
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from monitor.cli import app


def main() -> None:
    app(prog_name="linewatch")


if __name__ == "__main__":
    main()
