"""The projection screens show."""

from monitor.core.events import BODIES
from monitor.core.types import CHANNELS
from monitor.view import LAST_UTTERANCES, CallView
from tests.story import Story


def shown(story: Story, *overlay) -> dict:
    view = CallView(story.call_id)
    for envelope in (*story.told, *overlay):
        view.apply(envelope)
    return view.wire()


def test_a_running_call_shows_who_what_and_what_is_open():
    story = Story()
    story.started()
    story.answered()
    story.said("agent", 0, 2000, "您好")
    story.condition(4000, "silence", "customer", 2000)
    story.condition(4000, "noise", "agent", 1000)
    story.condition_over(5000, "noise", "agent", 1000)
    story.alert(6000, "a1")
    story.prompt(7000, "p1", "请稍等")
    story.step(7000, "greeting")
    out = shown(story, story.meter(7100, "agent"))

    assert out["seq"] == 9
    assert out["heard_ms"] == 7100
    assert (out["agent_id"], out["team"], out["info"]["model"]) == ("1024", "north", "demo-zh")
    assert [(each["condition"], each["channel"], each["since_ms"]) for each in out["conditions"]] == [
        ("silence", "customer", 2000)
    ]
    assert [each["alert_id"] for each in out["alerts"]] == ["a1"]
    assert (out["prompts"][0]["at_ms"], out["prompts"][0]["countdown_ms"]) == (7000, 5000)
    assert out["utterances"][0]["text"] == "您好"
    assert out["meters"]["agent"]["level_dbov"] == -22.0


def test_the_same_condition_on_both_sides_is_two_conditions():
    story = Story()
    story.started()
    for channel in CHANNELS:
        story.condition(2000, "silence", channel, 0)
    story.condition_over(3000, "silence", "agent", 0)
    assert [each["channel"] for each in shown(story)["conditions"]] == ["customer"]


def test_an_acknowledged_alert_stays_and_so_does_one_that_is_over():
    story = Story()
    story.started()
    raised = story.alert(6000, "a1")
    story.alert(7000, "a2")
    story.tell(8000, BODIES["alert.cleared"](**raised.body), "agent")
    story.tell(9000, BODIES["alert.acknowledged"](alert_id="a2", actor="Li", acted_at_utc="2026-11-22T03:00:00Z"))
    over, seen = shown(story)["alerts"]
    assert (over["alert_id"], over["state"], over["at_ms"], over["acknowledged"]) == ("a1", "cleared", 6000, None)
    assert (seen["alert_id"], seen["state"], seen["acknowledged"]["actor"]) == ("a2", "raised", "Li")


def test_a_transfer_changes_the_agent_and_hold_is_a_flag():
    story = Story()
    story.started()
    story.data(1000, "hold", on=True)
    story.data(2000, "transfer", agent_id="2048")
    out = shown(story)
    assert out["agent_id"] == "2048"
    assert out["flags"] == {"hold": True}


def test_nothing_runs_on_after_the_call_is_closed():
    story = Story()
    story.started()
    story.condition(2000, "silence", "customer", 0)
    story.prompt(5000, "p1", "您好")
    story.ended(6000)
    story.closed(6000)
    out = shown(story)
    assert out["closed"]
    assert (out["conditions"], out["prompts"], out["meters"]) == ([], [], {})


def test_a_long_call_keeps_only_its_last_words():
    story = Story()
    story.started()
    for index in range(LAST_UTTERANCES + 10):
        story.said("agent", index * 1000, index * 1000 + 900, f"第{index}句")
    texts = [each["text"] for each in shown(story)["utterances"]]
    assert len(texts) == LAST_UTTERANCES
    assert texts[-1] == f"第{LAST_UTTERANCES + 9}句"


def test_a_copy_is_left_alone_by_what_comes_later():
    story = Story()
    story.started()
    view = CallView(story.call_id)
    view.apply(story.told[0])
    copy = view.copy()
    for envelope in (story.alert(1000, "a1"), story.meter(1000, "agent"), story.said("agent", 0, 900, "喂")):
        view.apply(envelope)
    assert copy.seq == 1
    assert not (copy.alerts)
    assert not (copy.meters)
    assert not (copy.utterances)
