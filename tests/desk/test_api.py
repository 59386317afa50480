"""`/api`, health, metrics and schema over real HTTP."""

import pytest

from monitor.desk.state import Status
from tests.desk.stage import AGENT, BOSS, NORTH, bearer
from tests.measured import call, calls_of_a_bad_seat

pytestmark = pytest.mark.system


async def test_health_and_readiness_are_two_questions(stage, http):
    assert (await http.get("/healthz")).status_code == 200
    assert (await http.get("/readyz")).json() == {
        "ready": True, "why": "", "lines": 1, "capacity": 10, "model": "demo-zh",
    }  # fmt: skip
    stage.status = Status(ready=False, why="the model is being loaded")
    answer = await http.get("/readyz")
    assert (answer.status_code, answer.json()["why"]) == (503, "the model is being loaded")
    assert (await http.get("/healthz")).status_code == 200


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


async def test_lines_say_whose_fault_it_is_in_both_languages(stage, http):
    for told in calls_of_a_bad_seat():
        await stage.play(*told)
    answer = (await http.get("/api/lines", headers=bearer(BOSS))).json()
    assert answer["calls"] == 24
    (seat,) = [row for row in answer["figures"]["seat"] if row["name"] == "s9" and row["channel"] == "agent"]
    assert (seat["calls"], seat["speech_level_dbov"], seat["bad"]["low_volume"]) == (6, -41.0, 6)
    (found,) = answer["findings"]
    assert (found["verdict"], found["subject"], found["across"]) == ("seat", "s9", {"agent_id": 3})
    assert found["words"]["zh"]["verdict"] == "座席 s9 的耳麦或话机"
    assert "headset" in found["words"]["en"]["verdict"]


async def test_lines_show_the_teams_a_token_may_see_and_nothing_to_agents(stage, http):
    await stage.play(*call("south", -50.0, team="south", seat="s1"))
    assert (await http.get("/api/lines", headers=bearer(NORTH))).json()["calls"] == 0
    assert (await http.get("/api/lines?team=south", headers=bearer(NORTH))).json()["calls"] == 0
    assert (await http.get("/api/lines?team=south", headers=bearer(BOSS))).json()["calls"] == 1
    assert (await http.get("/api/lines", headers=bearer(AGENT))).status_code == 403
