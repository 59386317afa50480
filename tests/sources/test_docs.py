"""docs/sources.md shows every setting and every sidecar key, with the defaults that hold."""

from __future__ import annotations

import re
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from monitor.sources import SOURCES
from monitor.sources.sidecar import Sidecar, SidecarEvent, load

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
TABLES = [table for block in BLOCKS for table in tomllib.loads(block).get("sources", [])]


def settings_of(kind: str) -> type[BaseModel]:
    module, _, name = SOURCES[kind].partition(":")
    settings: type[BaseModel] = getattr(import_module(module), name).Settings
    return settings


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_is_there_with_every_setting(kind: str) -> None:
    settings = settings_of(kind)
    (table,) = [dict(table) for table in TABLES if table["kind"] == kind]
    del table["kind"]
    assert set(table) == set(settings.model_fields)
    made = settings.model_validate(table)
    if kind == "files":
        for name, field in settings.model_fields.items():
            assert field.default in (getattr(made, name), PydanticUndefined), name


@pytest.mark.parametrize("kind", SOURCES)
def test_every_setting_says_what_it_is(kind: str) -> None:
    fields: dict[str, Any] = settings_of(kind).model_fields
    assert all(field.description for field in fields.values())


def test_every_key_of_a_sidecar_is_there(tmp_path: Path) -> None:
    text = BLOCKS[-1]
    (tmp_path / "call.toml").write_text(text, "utf-8")
    table = tomllib.loads(text)
    assert set(table) == set(Sidecar.model_fields)
    assert set(table["events"][0]) == set(SidecarEvent.model_fields)
    assert load(tmp_path / "call.toml").called_number == "138******00"
