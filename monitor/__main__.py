"""`linewatch` and `python -m monitor`."""

from __future__ import annotations

from monitor.cli import app


def main() -> None:
    app(prog_name="linewatch")


if __name__ == "__main__":
    main()
