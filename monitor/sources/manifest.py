"""One table instead of many sidecars: a row for each recording, as a platform exports it.

CSV or tab-separated, with a header line. `file` is relative to the table's folder; the other columns are a sidecar's
keys, except `events`; an empty cell is not known. `channels` holds two words, such as "customer agent".
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monitor.core.mistakes import mistakes, nearest
from monitor.core.toml import Document
from monitor.errors import ConfigError
from monitor.sources.sidecar import Sidecar

FILE = "file"
COLUMNS = (FILE, *(name for name in Sidecar.model_fields if name != "events"))


def load(path: Path) -> dict[Path, Sidecar]:
    """Recording (absolute) -> what the table says of it, in its order. Raises ConfigError: table, line and column."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(str(path), "cannot be read", error.strerror or type(error).__name__) from None
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), "is not UTF-8 text", f"byte {error.object[error.start]:#04x}") from None
    lines = text.splitlines()
    reader = csv.DictReader(lines, delimiter="\t" if lines and "\t" in lines[0] else ",", restkey="")
    _check_header(path, [name.strip() for name in reader.fieldnames or ()])
    found: dict[Path, Sidecar] = {}
    for row in reader:
        where = f"{path}:{reader.line_num}"
        if "" in row:
            raise ConfigError(where, "has more cells than the header has columns")
        cells = {name.strip(): value.strip() for name, value in row.items() if value and value.strip()}
        if not cells:
            continue
        if FILE not in cells:
            raise ConfigError(where, f'"{FILE}" is empty')
        recording = (path.parent / cells.pop(FILE)).resolve()
        if recording in found:
            raise ConfigError(where, "names a recording for the second time", recording.name)
        found[recording] = _sidecar(where, cells)
    return found


def _check_header(path: Path, names: list[str]) -> None:
    if FILE not in names:
        raise ConfigError(f"{path}:1", f'has no column "{FILE}"', ", ".join(names), f"Columns: {', '.join(COLUMNS)}")
    for name in names:
        if name not in COLUMNS:
            meant = nearest(name, COLUMNS)
            do = "" if meant else f"Columns: {', '.join(COLUMNS)}"
            raise ConfigError(
                f"{path}:1", f'unknown column "{name}"' + (f'; did you mean "{meant}"' if meant else ""), do=do
            )


def _sidecar(where: str, cells: dict[str, str]) -> Sidecar:
    values: dict[str, Any] = {**cells}
    if "channels" in cells:
        values["channels"] = cells["channels"].split()
    try:
        return Sidecar.model_validate(values)
    except ValidationError as error:
        first = mistakes(error, Sidecar, Document(values, {}))[0]
        raise ConfigError(where, first.what, first.found, first.do) from None
