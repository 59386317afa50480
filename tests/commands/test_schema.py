"""`linewatch schema` is true of every envelope."""

from __future__ import annotations

import json
import re

import jsonschema

from monitor.core.events import BODIES
from tests.commands.shell import run
from tests.sinks.report.story import story


def test_schema_describes_every_envelope() -> None:
    schema = json.loads(run("schema").stdout)
    check = jsonschema.Draft202012Validator(schema)
    for envelope in story():
        check.validate(envelope.wire())
    wrong = story()[0].wire() | {"seq": 0}
    assert not check.is_valid(wrong)
    assert set(BODIES) <= set(re.findall(r"[\w.]+", json.dumps(schema)))
