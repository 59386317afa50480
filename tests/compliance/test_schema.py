from __future__ import annotations

import json
import tomllib

import jsonschema
import pytest

from monitor.compliance import KINDS
from monitor.compliance.schema import schema
from tests.playbook import RULES


def test_the_shipped_schema_is_the_present_one() -> None:
    assert json.loads((RULES / "pack.schema.json").read_text("utf-8")) == schema()


@pytest.mark.parametrize("path", sorted(RULES.glob("*.toml")), ids=lambda path: path.stem)
def test_the_shipped_packs_agree_with_it(path: object) -> None:
    jsonschema.validate(tomllib.loads(path.read_text("utf-8")), schema())  # type: ignore[attr-defined]


def test_it_knows_every_kind_and_refuses_unknown_keys() -> None:
    assert {f"rule.{kind}" for kind in KINDS} <= set(schema()["$defs"])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"rule": [{"id": "x", "kind": "forbidden", "titel": "X"}]}, schema())
