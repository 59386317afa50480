"""`/api`, health, metrics and schema over real HTTP."""

import httpx
import jsonschema
import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.desk.state import Status
from tests.desk.stage import AGENT, BOSS, NORTH

pytestmark = pytest.mark.system


@pytest.fixture(name="http")
async def _http(stage):
    async with httpx.AsyncClient(base_url=stage.server.url, trust_env=False) as http:
        yield http


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_health_and_readiness_are_two_questions(stage, http):
    assert (await http.get("/healthz")).status_code == 200
    assert (await http.get("/readyz")).json() == {
        "ready": True, "why": "", "lines": 1, "capacity": 10, "model": "demo-zh",
    }  # fmt: skip
    stage.status = Status(ready=False, why="the model is being loaded")
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["why"]) == (503, "the model is being loaded")
    assert (await http.get("/healthz")).status_code == 200


async def test_metrics_are_what_prometheus_reads(stage, http):
    story = stage.story()
    await stage.play(story.started(), story.alert(1000, "a"), story.alert(2000, "b"))
    text = (await http.get("/metrics")).text
    found = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["linewatch_lines",] == 1
    assert found["linewatch_asr_queue",] == 3
    assert found["linewatch_envelopes_total", "alert.raised"] == 2
    assert found["linewatch_alerts_total", "B1", "major"] == 2


async def test_calls_and_their_events(stage, http):
    story = stage.story()
    await stage.play(story.started(), story.alert(1000, "a"), story.ended(2000), story.closed(2000))
    (call,) = (await http.get("/api/calls", headers=bearer(BOSS), params={"agent": "1024"})).json()["calls"]
    assert (call["call_id"], call["duration_ms"], call["alerts"]) == ("call-1", 2000, 1)
    assert (await http.get("/api/calls/call-1", headers=bearer(BOSS))).json() == call
    events = (await http.get("/api/calls/call-1/events?after_seq=1", headers=bearer(BOSS))).json()["events"]
    assert events == [each.wire() for each in stage.store.events("call-1", 1)]


async def test_another_teams_calls_are_not_there(stage, http):
    south = stage.story("s", team="south")
    await stage.play(south.started())
    assert (await http.get("/api/calls", headers=bearer(NORTH))).json() == {"calls": []}
    assert (await http.get("/api/calls?team=south", headers=bearer(NORTH))).json() == {"calls": []}
    for path in ("/api/calls/s", "/api/calls/s/events", "/api/calls/never"):
        assert (await http.get(path, headers=bearer(NORTH))).status_code == 404


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/api/calls", {}, 401),
        ("/api/calls", bearer("wrong"), 401),
        ("/api/calls", {"Authorization": f"Basic {BOSS}"}, 401),
        ("/api/calls/x/events", {}, 401),
        ("/api/calls", bearer(AGENT), 403),
        ("/api/calls?limit=many", bearer(BOSS), 400),
        ("/api/calls?colour=red", bearer(BOSS), 400),
    ],
)
async def test_a_bad_question_gets_one_line(http, path, headers, status):
    answer = await http.get(path, headers=headers)
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert "\n" not in answer.json()["error"]


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


async def test_openapi_names_every_path_there_is(stage, http):
    document = (await http.get("/api/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    for path in document["paths"]:
        answer = await http.get(path.replace("{call_id}", "x"), headers=bearer(BOSS))
        assert answer.status_code in (200, 404)
        assert answer.headers["x-content-type-options"] == "nosniff"
