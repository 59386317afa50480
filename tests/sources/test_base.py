"""Every source of the table is one, and every host takes what a source may ask."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import pytest
from pydantic import BaseModel

from monitor.live import Live, LiveLine
from monitor.sources import SOURCES, base
from tests.sources import standin


def source(name: str) -> Any:
    module, _, attribute = SOURCES[name].partition(":")
    return getattr(import_module(module), attribute)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_of_the_table_is_one(name: str) -> None:
    kind = source(name)
    assert kind.name == name
    assert inspect.iscoroutinefunction(kind.run)
    assert list(inspect.signature(kind.run).parameters) == ["self", "host"]
    assert issubclass(kind.Settings, BaseModel)
    assert kind.Settings.model_config["extra"] == "forbid"
    assert kind.Settings.model_config["frozen"]
    assert list(inspect.signature(kind).parameters) == ["settings"]


@pytest.mark.parametrize(
    ("door", "made"),
    [(base.Line, LiveLine), (base.Line, standin.Line), (base.Host, Live), (base.Host, standin.Host)],
)
def test_hosts_and_lines_have_the_doors_that_sources_know(door: type, made: type) -> None:
    for name, method in inspect.getmembers(door, inspect.isfunction):
        if name.startswith("_"):
            continue
        wanted, there = inspect.signature(method), inspect.signature(getattr(made, name))
        assert list(there.parameters) == list(wanted.parameters), name
        assert [each.default for each in there.parameters.values()] == [
            each.default for each in wanted.parameters.values()
        ], name
        assert inspect.iscoroutinefunction(getattr(made, name)) == inspect.iscoroutinefunction(method), name
