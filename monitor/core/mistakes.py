"""What is wrong with a TOML document that a pydantic model refused, one line for each mistake.

Used for everything an operator writes. Values are shown as found, cut short; they are the operator's own words.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.core.toml import Document

UNITS = {"ms": "milliseconds", "s": "seconds", "hz": "hertz", "db": "decibels", "dbov": "dBov", "days": "days"}
_WANTED = {
    "int_type": "a whole number", "int_from_float": "a whole number", "float_type": "a number",
    "bool_type": "true or false", "string_type": "a text in quotes", "path_type": "a path in quotes",
    "tuple_type": "a list", "list_type": "a list", "dict_type": "a table", "model_type": "a table",
    "model_attributes_type": "a table",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: line (None: not in the file), dotted key, what is wrong, what was found, what to do."""

    line: int | None
    key: str
    what: str
    found: str = ""
    do: str = ""

    def where(self, file: str) -> str:
        return f"{file}:{self.line}" if self.line else file


def mistakes(
    error: ValidationError, model: type[BaseModel], document: Document, at: Sequence[str | int] = ()
) -> list[Mistake]:
    """Every mistake of a document that `model` refused, in the order of its lines. at: the table that it was given."""
    found = [_mistake(details, model, document, tuple(at)) for details in error.errors(include_url=False)]
    return sorted(dict.fromkeys(found), key=lambda mistake: mistake.line or 0)


def _mistake(details: ErrorDetails, model: type[BaseModel], document: Document, at: tuple[str | int, ...]) -> Mistake:
    path = _in_file((*at, *details["loc"]), document.data)
    line, key, kind = document.line(path), dotted(path), details["type"]
    if kind == "extra_forbidden":
        return _unknown(path, line, names_at(model, path[len(at) : -1]))
    if kind == "missing":
        return Mistake(line, key, f'"{key}" is missing')
    if kind == "value_error":
        what = str(details["ctx"]["error"]).rstrip(".")
        return Mistake(line, key, f'"{key}": {what}' if key else what)
    wanted = _WANTED.get(kind) or _plain(details["msg"])
    return Mistake(line, key, f'"{key}" must be {wanted}{_unit(path)}', _shown(details["input"]))


def dotted(path: Sequence[str | int]) -> str:
    """("sources", 0, "kind") -> sources[0].kind"""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def nearest(word: str, known: Sequence[str]) -> str | None:
    """The known name an operator most likely meant: the same one with another unit, else the closest spelling."""
    stem = word.rpartition("_")[0] if word.rpartition("_")[2] in UNITS else word
    same = [name for name in known if name.rpartition("_")[0] == stem and name.rpartition("_")[2] in UNITS]
    close = same or difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return close[0] if close else None


def _unknown(path: Sequence[str | int], line: int | None, known: Sequence[str]) -> Mistake:
    key = str(path[-1])
    meant = nearest(key, known)
    if meant:
        return Mistake(line, dotted(path), f'unknown key "{key}"; did you mean "{meant}"{_unit([meant])}')
    elsewhere = f"Known in [{dotted(path[:-1])}]" if path[:-1] else "Known"
    return Mistake(line, dotted(path), f'unknown key "{key}"', do=f"{elsewhere}: {', '.join(known)}" if known else "")


def names_at(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    """The names a table at this path may have."""
    here: Any = model
    for part in path:
        if isinstance(part, str) and (inner := _model(here)):
            field = inner.model_fields.get(part)
            here = field.annotation if field else None
    inner = _model(here)
    return [field.alias or name for name, field in inner.model_fields.items()] if inner else []


def _model(kind: Any) -> type[BaseModel] | None:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    if get_origin(kind) in (Union, UnionType, Annotated, tuple, list, dict) or get_args(kind):
        return next((found for arg in get_args(kind) if (found := _model(arg))), None)
    return None


def _in_file(loc: Sequence[str | int], data: Any) -> tuple[str | int, ...]:
    """The part of pydantic's location that exists in the file; a union's branch names do not."""
    path: list[str | int] = []
    for at, part in enumerate(loc):
        if _holds(data, part):
            path.append(part)
            data = data[part]
        elif at == len(loc) - 1 and isinstance(data, Mapping):
            path.append(part)
    return tuple(path)


def _holds(data: Any, part: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(part, int) and part < len(data)
    return isinstance(data, Mapping) and part in data


def _unit(path: Sequence[str | int]) -> str:
    unit = UNITS.get(str(path[-1]).rpartition("_")[2]) if path else None
    return f" ({unit})" if unit else ""


def _plain(message: str) -> str:
    message = re.sub(r"^(Input|String|Value|List|Tuple|Number) should (be )?", "", message)
    return re.sub(r"^(have|match|contain)", r"such as to \1", message)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."
