"""The one form of every benchmark's result: rows {bench, what, value, unit, against, ratio, n}; a table and JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

Row = dict[str, Any]


def row(
    bench: str,
    what: str,
    value: float | None,
    unit: str,
    n: int,
    against: str | None = None,
    ratio: float | None = None,
) -> Row:
    """value and ratio are rounded to four significant digits; against names what was measured in the same run."""
    return {
        "bench": bench, "what": what, "value": _round(value), "unit": unit, "against": against, "ratio": _round(ratio),
        "n": n,
    }  # fmt: skip


def show(rows: Iterable[Row], title: str, to: Path | None = None) -> None:
    """Print one table; `to` gets the rows as a JSON list."""
    rows = list(rows)
    table = Table(title=f"{title} ({os.cpu_count()} cores)")
    for name in ("what", "value", "unit", "against", "ratio", "n"):
        table.add_column(name, justify="left" if name in ("what", "unit", "against") else "right")
    for each in rows:
        table.add_row(*("" if each[name] is None else str(each[name]) for name in
                        ("what", "value", "unit", "against", "ratio", "n")))  # fmt: skip
    console = Console()
    Console(width=max(console.width, 120)).print(table)
    if to is not None:
        to.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _round(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
