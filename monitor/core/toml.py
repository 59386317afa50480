"""TOML that remembers its lines, so that a mistake in a file can be named where it stands.

Pure: takes text, touches no file. tomllib decides what is valid; the scan after it only finds lines.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=(.*)$""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'')
_AT = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)$")


class TomlError(ValueError):
    """Text that is not TOML. line: where, 1 for the first."""

    def __init__(self, line: int, what: str) -> None:
        self.line, self.what = line, what
        super().__init__(f"line {line}: {what}")


@dataclass(frozen=True)
class Document:
    """data: the parsed text. lines: the line of each table and key, by path; tables of an array have int parts."""

    data: dict[str, Any]
    lines: dict[Path, int]

    def line(self, path: Sequence[str | int]) -> int | None:
        """The line of this path, else of the nearest thing above it that has one."""
        for end in range(len(path), 0, -1):
            found = self.lines.get(tuple(path[:end]))
            if found is not None:
                return found
        return None


def parse(text: str) -> Document:
    """Raises TomlError."""
    try:
        return Document(tomllib.loads(text), _lines(text))
    except RecursionError:
        raise TomlError(1, "brackets lie too deep inside each other") from None
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = int(at[1]) if at and at[1] else text.count("\n") + 1
        raise TomlError(line, _AT.sub("", str(error)).lower()) from None


def _lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    arrays: dict[Path, int] = {}
    table: Path = ()
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        inside = bool(depth or quote)
        if not inside and (header := _HEADER.match(line)):
            table = _table(_parts(header[2]), header[1] == "[[", arrays)
            lines.setdefault(table, number)
            continue
        if not inside and (pair := _KEY.match(line)):
            lines.setdefault(table + _parts(pair[1]), number)
            line = pair[2]
        depth, quote = _rest(line, depth, quote)
    return lines


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip("\"'") for part in _PART.findall(dotted))


def _table(parts: tuple[str, ...], in_array: bool, arrays: dict[Path, int]) -> Path:
    """The header's path with the index of each array of tables it lies in."""
    path: Path = ()
    for at, part in enumerate(parts):
        path += (part,)
        if in_array and at == len(parts) - 1:
            arrays[path] = arrays.get(path, -1) + 1
        if path in arrays:
            path += (arrays[path],)
    return path


def _rest(line: str, depth: int, quote: str) -> tuple[int, str]:
    """Bracket depth and open multi-line string after this line."""
    while True:
        if quote:
            end = line.find(quote)
            if end < 0:
                return depth, quote
            line, quote = line[end + 3 :], ""
        start = min((at for mark in ('"""', "'''") if (at := line.find(mark)) >= 0), default=-1)
        head = _STRING.sub("", line if start < 0 else line[:start]).split("#", 1)[0]
        depth += sum(head.count(mark) for mark in "[{") - sum(head.count(mark) for mark in "]}")
        if start < 0:
            return max(depth, 0), ""
        quote, line = line[start : start + 3], line[start + 3 :]
