"""How often one supervisor is alerted: by itself, and over real sockets."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.events import AlertPending, Folded
from monitor.desk.folding import Folding
from monitor.desk.settings import AlertSettings
from tests.desk.stage import AGENT, NORTH, staged

BEGIN = datetime(2026, 11, 22, 3, tzinfo=UTC)
FREE = AlertSettings(cool_down_ms=0, major_a_minute=10_000, minor_a_minute=10_000, info_a_minute=10_000)


def alert(alert_id: str, at_ms: int, rule_id: str = "B1", severity: str = "major", published_s: float | None = None):
    moment = BEGIN + timedelta(seconds=at_ms / 1000 if published_s is None else published_s)
    published = moment.isoformat(timespec="milliseconds")
    return {
        "alert_id": alert_id, "at_ms": at_ms, "rule_id": rule_id, "severity": severity, "published_at_utc": published
    }  # fmt: skip


def test_the_same_rule_of_the_same_call_is_folded_until_the_cool_down_is_over():
    folding = Folding(FREE.model_copy(update={"cool_down_ms": 30_000}))
    assert folding.take("c", alert("a", 1000)) is None
    assert folding.take("c", alert("b", 5000)) == Folded(why="cool_down", into="a", count=1)
    assert folding.take("c", alert("c", 30_999)) == Folded(why="cool_down", into="a", count=2)
    assert folding.take("c", alert("other rule", 6000, "B2")) is None
    assert folding.take("other call", alert("other call", 6000)) is None
    assert folding.take("c", alert("d", 31_000)) is None
    assert folding.take("c", alert("e", 32_000)) == Folded(why="cool_down", into="d", count=1)


def test_a_minute_has_room_for_so_many_of_a_severity_and_then_for_more():
    folding = Folding(FREE.model_copy(update={"minor_a_minute": 2}))
    verdicts = [folding.take(f"c{n}", alert(f"m{n}", 0, severity="minor", published_s=n * 10)) for n in range(8)]
    assert [verdict and (verdict.why, verdict.into, verdict.count) for verdict in verdicts] == [
        None, None, ("budget", None, 1), ("budget", None, 2), ("budget", None, 3), ("budget", None, 4), None, None,
    ]  # fmt: skip
    assert folding.take("x", alert("major", 0, severity="major", published_s=30)) is None


@pytest.mark.parametrize("urgent", [{"severity": "critical"}, {"severity": "minor", "fatal": True}])
def test_critical_and_fatal_alerts_always_pass(urgent):
    folding = Folding(AlertSettings(cool_down_ms=600_000, major_a_minute=0, minor_a_minute=0, info_a_minute=0))
    assert [folding.take("c", alert(f"a{n}", n) | urgent) for n in range(50)] == [None] * 50
    assert folding.take("c", alert("plain", 60, severity="minor")) == Folded(why="budget", into=None, count=1)


def test_a_clock_that_is_set_back_does_not_hold_alerts_back_for_long():
    folding = Folding(FREE.model_copy(update={"info_a_minute": 1}))
    assert folding.take("a", alert("1", 0, severity="info", published_s=3600)) is None
    assert folding.take("b", alert("2", 0, severity="info", published_s=0)) is None


ALERTS = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.sampled_from(("B1", "B2")), st.sampled_from(("info", "minor", "major", "critical")),
        st.integers(0, 200_000),
    ),
    max_size=60,
)  # fmt: skip


@given(ALERTS)
def test_in_any_minute_no_more_than_the_budget_stands_alone_and_every_other_is_counted(drawn):
    settings = AlertSettings(cool_down_ms=20_000, major_a_minute=3, minor_a_minute=2, info_a_minute=1)
    folding, shown = Folding(settings), []
    told = [(call, alert(str(n), at_ms, rule, severity)) for n, (call, rule, severity, at_ms) in enumerate(drawn)]
    told.sort(key=lambda one: one[1]["published_at_utc"])
    for call, one in told:
        folded = folding.take(call, one)
        assert folding.take(call, one) == folded
        if folded is None:
            shown.append(one)
        else:
            assert one["severity"] != "critical"
            assert folded.into is None or folded.into in {each["alert_id"] for each in shown}
    assert len(shown) + folding.count == len(told)
    for one in shown:
        limit = settings.a_minute(one["severity"])
        near = [
            each for each in shown
            if each["severity"] == one["severity"] and 0 <= each["at_ms"] - one["at_ms"] < 60_000
        ]  # fmt: skip
        assert limit is None or len(near) <= limit


@given(ALERTS)
def test_who_comes_back_finds_the_same_alerts_folded(drawn):
    settings = AlertSettings(cool_down_ms=20_000, major_a_minute=3, minor_a_minute=2, info_a_minute=1)
    told = [(call, alert(str(n), at_ms, rule, severity)) for n, (call, rule, severity, at_ms) in enumerate(drawn)]
    told.sort(key=lambda one: (one[1]["published_at_utc"], one[1]["at_ms"]))
    first, again = Folding(settings), Folding(settings)
    verdicts = [first.take(call, one) for call, one in told]
    again.all(told)
    assert [again.known(one["alert_id"]) for _, one in told] == verdicts


@pytest.mark.system
async def test_every_alert_arrives_and_what_is_too_much_says_so(tmp_path):
    limits = AlertSettings(cool_down_ms=30_000, minor_a_minute=1)
    async with staged(tmp_path, alerts=limits) as stage:
        one, two = stage.story("one"), stage.story("two")
        await stage.play(one.started(), two.started(), one.alert(1000, "a"))
        async with stage.join() as boss, stage.join(NORTH) as north, stage.join(AGENT, "agent") as agent:
            told = (
                one.alert(2000, "b"), one.alert(3000, "c", "critical"), two.alert(2000, "d", "minor"),
                one.alert(4000, "e", "minor", rule_id="B2"),
            )  # fmt: skip
            await stage.play(*told)
            for client in (boss, north):
                heard = [await client.hear() for _ in told]
                assert [each["body"]["alert_id"] for each in heard] == ["b", "c", "d", "e"]
                assert [each.get("folded") for each in heard] == [
                    {"why": "cool_down", "into": "a", "count": 1}, None, None,
                    {"why": "budget", "into": None, "count": 1},
                ]  # fmt: skip
            own = [await agent.hear() for _ in told]
            assert not any("folded" in each for each in own)
        stored = [
            each.body["alert_id"]
            for call in ("one", "two")
            for each in stage.store.events(call)
            if "alert" in each.type
        ]
        assert stored == ["a", "b", "c", "e", "d"]
        async with stage.join(resume={"one": 1}) as later:
            calls = {call["call_id"]: call["alerts"] for call in later.first[1]["calls"]}
            marks = {
                each["alert_id"]: each.get("folded", {}).get("why") for alerts in calls.values() for each in alerts
            }
            assert marks == {"a": None, "b": "cool_down", "c": None, "d": None, "e": "budget"}
            resumed = await later.until("resumed")
            again = {each["body"]["alert_id"]: each.get("folded", {}).get("why") for each in resumed[:-1]}
            assert again == {"a": None, "b": "cool_down", "c": None, "e": "budget"}


@pytest.mark.system
async def test_what_is_only_pending_is_folded_as_a_repetition_too(stage):
    story = stage.story()
    await stage.play(story.started(), story.alert(1000, "a"))
    body = {"rule_id": "B1", "severity": "major", "start_ms": 1500, "end_ms": 2000, "message": "x"}
    async with stage.join() as boss:
        stage.bus.publish([story.tell(2000, AlertPending(alert_id="p", **body), "agent")])
        assert (await boss.hear())["folded"] == {"why": "cool_down", "into": "a", "count": 0}
        await stage.play(story.alert(3000, "b"))
        assert (await boss.hear())["folded"]["count"] == 1
