"""config.toml as text, written from the settings models: every setting, its meaning, its bounds and its default."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from monitor.config import Settings, source_class
from monitor.sources import SOURCES

HEAD = """\
# linewatch: every setting with its default. A line left out means the same.
# Paths are relative to the folder of this file; what is not there is taken from what linewatch ships.
# `linewatch doctor` says what of this works on this machine.
"""


def render() -> str:
    """The whole file. What is not set by default, and lists of tables, stand as comments."""
    return HEAD + "".join(_section(Settings, ()))


def _section(model: type[BaseModel], path: tuple[str, ...]) -> Iterator[str]:
    later: list[tuple[str, FieldInfo]] = []
    for name, field in model.model_fields.items():
        if _table(field) or _tables(field) or name == "sources":
            later.append((name, field))
        elif path:
            yield _setting(name, field)
    for name, field in later:
        inner = (*path, name)
        if table := _table(field):
            yield f"\n[{'.'.join(inner)}]\n{_comment(_summary(table))}"
            yield from _section(table, inner)
        elif _named(field):
            yield from _named_example(inner, field.description, _tables(field))
        elif path or name != "sources":
            yield from _example(inner, field.description, _tables(field), "")
        else:
            yield f"\n{_comment(field.description or '')}"
            for kind in SOURCES:
                model = source_class(kind).Settings
                yield from _example(inner, _summary(model), model, f'# kind = "{kind}"\n')


def _example(path: tuple[str, ...], text: str | None, model: type[BaseModel] | None, first: str) -> Iterator[str]:
    """A list of tables: none by default, so each of its settings is a comment."""
    assert model is not None
    yield f"\n{_comment(text or _summary(model))}# [[{'.'.join(path)}]]\n{first}"
    for name, inner in model.model_fields.items():
        lines = _setting(name, inner).lstrip("\n").splitlines()
        yield "".join(line if line.startswith("#") else f"# {line}" for line in (f"{line}\n" for line in lines))


def _named_example(path: tuple[str, ...], text: str | None, model: type[BaseModel] | None) -> Iterator[str]:
    """Tables by a name that the operator chooses: none by default. What they hold are settings told of above."""
    assert model is not None
    table = f"{'.'.join(path)}.NAME"
    yield f"\n{_comment(text or _summary(model))}# [{table}]\n"
    for name, inner in model.model_fields.items():
        if (section := _tables(inner)) is None:
            yield "".join(f"# {line}\n".replace("# # ", "# ") for line in _setting(name, inner).strip().splitlines())
    for name, inner in model.model_fields.items():
        if section := _tables(inner):
            yield f"# [{table}.{name}]\n" + _comment(f"any of {', '.join(section.model_fields)}")


def _setting(name: str, field: FieldInfo) -> str:
    note = _comment((field.description or "").rstrip(".") + _bounds(field))
    default = field.get_default(call_default_factory=True)
    if default is None or default is PydanticUndefined:
        return f"\n{note}# {name} =\n"
    return f"\n{note}{name} = {toml(default)}\n"


def _bounds(field: FieldInfo) -> str:
    found: dict[str, Any] = {}
    for rule in field.metadata:
        found |= {name: getattr(rule, name) for name in ("ge", "gt", "le", "lt") if hasattr(rule, name)}
    low = next((f"from {found[name]}" for name in ("ge", "gt") if name in found), "")
    high = next((f"to {found[name]}" for name in ("le", "lt") if name in found), "")
    choices = [] if low or high else [json.dumps(arg) for arg in get_args(field.annotation) if isinstance(arg, str)]
    said = " ".join(filter(None, (low, high))) or ("one of " + ", ".join(choices) if choices else "")
    return f" ({said})" if said else ""


def toml(value: Any) -> str:
    """One value as TOML, on one line."""
    if isinstance(value, BaseModel):
        value = value.model_dump()
    if isinstance(value, Mapping):
        return (
            "{ " + ", ".join(f"{toml(str(key))} = {toml(item)}" for key, item in value.items()) + " }"
            if value
            else "{}"
        )
    if isinstance(value, (list, tuple, set, frozenset)):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(value.as_posix() if isinstance(value, Path) else str(value), ensure_ascii=False)


def _summary(model: type[BaseModel]) -> str:
    doc = model.__doc__ if model.__doc__ and model.__doc__ != BaseModel.__doc__ else ""
    return " ".join(doc.split("\n\n")[0].split())


def _comment(text: str) -> str:
    return "".join(f"# {line}\n" for line in textwrap.wrap(text, 116))


def _table(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _named(field: FieldInfo) -> bool:
    origin = get_origin(field.annotation)
    return isinstance(origin, type) and issubclass(origin, Mapping) and _tables(field) is not None


def _tables(field: FieldInfo) -> type[BaseModel] | None:
    return next(
        (arg for arg in get_args(field.annotation) if isinstance(arg, type) and issubclass(arg, BaseModel)), None
    )


if __name__ == "__main__":
    print(render(), end="")
