from __future__ import annotations

import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import BaseModel

from monitor.config import Settings, load, source_class
from monitor.sources import SOURCES
from monitor.template import render, toml


def test_it_is_toml_and_holds_only_defaults(tmp_path: Path) -> None:
    tomllib.loads(render())
    path = tmp_path / "config.toml"
    path.write_text(render(), encoding="utf-8")
    before, after = load().model_dump(), load(path).model_dump()
    before["store"].pop("url"), after["store"].pop("url")  # lies beside the file
    assert before == after


def test_it_names_every_setting() -> None:
    text = render()

    def walk(model: type[BaseModel]) -> None:
        for name, field in model.model_fields.items():
            inner = field.annotation
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                walk(inner)
            elif name != "sources":
                shown = (f"\n{name} = ", f"\n# {name} =", f"[[desk.{name}]]", f"# [signal.{name}.")
                assert any(each in text for each in shown)

    walk(Settings)
    for kind in SOURCES:
        assert f'# kind = "{kind}"' in text
        walk(source_class(kind).Settings)


def test_every_setting_has_a_comment_of_its_own() -> None:
    lines = render().splitlines()
    for before, line in pairwise(lines):
        if line and line[0].isalpha():
            assert before.startswith("# "), line


@pytest.mark.parametrize(
    "value", [1, 1.5, True, 'a "b" \\ 语', [], [1, 2], ["x", "y"], {}, {"a-b": 1, "语": "x"}, [{"a": 1}], Path("a/b")]
)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    expected = str(value) if isinstance(value, Path) else value
    assert tomllib.loads(f"x = {toml(value)}")["x"] == expected
