"""The published JSON Schema."""

import jsonschema
import pytest

from monitor.core.events import BODIES
from monitor.desk import schema as published


def test_it_is_a_schema_and_names_every_type():
    document = published.document()
    jsonschema.Draft202012Validator.check_schema(document)
    assert document["$defs"]["Envelope"]["properties"]["type"]["enum"] == sorted(BODIES)


@pytest.mark.system
async def test_the_schema_fits_what_is_sent(stage, http):
    story = stage.story()
    await stage.play(story.started(), story.said("agent", 0, 900, "好"), story.alert(1000, "a"))
    schema = (await http.get("/schema")).json()
    check = jsonschema.Draft202012Validator(schema)
    for envelope in (*stage.store.events("call-1"), story.meter(1000, "agent")):
        check.validate(envelope.wire())
    wire = stage.store.events("call-1")[1].wire()
    for wrong in ({"seq": None}, {"type": "nothing"}, {"body": {"text": 1}}, {"more": 1}):
        assert not check.is_valid(wire | wrong)
    async with stage.join() as client:
        reply = jsonschema.Draft202012Validator(schema | {"$ref": "#/$defs/ServerMessage"})
        for message in client.first:
            reply.validate(message)
