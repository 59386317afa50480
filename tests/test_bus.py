"""The bus: who gets what, in what order, and what a slow subscriber loses."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from monitor.bus import Bus, Snapshot, Subscription, Want
from monitor.core.events import Envelope, Event
from monitor.core.events import notice as told_by_the_machine
from monitor.view import CallView
from tests.story import Story, notice


async def drain(subscription: Subscription) -> list:
    """Everything queued so far."""
    items = []
    try:
        async with asyncio.timeout(0.05):
            async for item in subscription:
                items.append(item)  # noqa: PERF401
    except TimeoutError:
        pass
    return items


def test_a_subscriber_gets_what_comes_after_its_snapshot():
    async def main():
        bus, story = Bus(), Story()
        bus.publish([story.started(), story.answered()])
        subscription = bus.subscribe(Want(), 100)
        said = story.said("agent", 0, 1000, "您好")
        bus.publish([said])
        assert [view.seq for view in subscription.snapshot.calls] == [2]
        assert await drain(subscription) == [said]

    asyncio.run(main())


@given(cut=st.integers(0, 30), queue=st.integers(40, 60))
def test_wherever_one_joins_snapshot_and_stream_make_the_same_view(cut, queue):
    async def main():
        bus, envelopes = Bus(), told()
        bus.publish(envelopes[:cut])
        subscription = bus.subscribe(Want(), queue)
        bus.publish(envelopes[cut:])
        views = {view.call_id: view for view in subscription.snapshot.calls}
        subscription.close("left")
        async for item in subscription:
            assert isinstance(item, Envelope)
            view = views.setdefault(item.call_id, CallView(item.call_id))
            assert item.seq == view.seq + 1
            view.apply(item)
        assert [views[view.call_id].wire() for view in bus.wall()] == [view.wire() for view in bus.wall()]

    asyncio.run(main())


def told() -> list[Envelope]:
    """Two calls, interleaved."""
    stories = [Story("one"), Story("two", agent_id="7", team="south")]
    out = []
    for story in stories:
        out += [story.started(), story.answered()]
    for index in range(10):
        story = stories[index % 2]
        out.append(story.said("agent", index * 1000, index * 1000 + 800, f"{index}"))
        out.append(story.alert(index * 1000 + 900, f"{story.call_id}-{index}"))
    for story in stories:
        out += [story.ended(20_000), story.closed(20_000)]
    return out


async def test_a_team_sees_its_own_calls_only():
    bus = Bus()
    north, south = Story("one", team="north"), Story("two", team="south")
    subscription = bus.subscribe(Want(allowed_teams=frozenset({"north"})), 100)
    bus.publish([north.started(), south.started(), south.alert(1000, "s"), north.alert(1000, "n"), notice()])
    assert [(item.call_id, item.type) for item in await drain(subscription)] == [
        ("one", "call.started"),
        ("one", "alert.raised"),
        (None, "system.notice"),
    ]


async def test_a_source_that_stopped_is_told_to_who_comes_later_and_to_no_agent():
    bus = Bus()
    body = told_by_the_machine("source_stopped", source="device", why="gone")
    stopped = Envelope.of(Event(0, None, body), None, None)
    bus.publish([stopped, notice()])
    assert await drain(bus.subscribe(Want(allowed_teams=frozenset({"north"})), 100)) == [stopped]
    assert await drain(bus.subscribe(Want(allowed_agent="1"), 100)) == []


async def test_an_agent_sees_own_prompts_and_alerts_and_no_words_of_anybody():
    bus = Bus()
    mine, other = Story("one", agent_id="1"), Story("two", agent_id="2")
    subscription = bus.subscribe(Want(allowed_agent="1"), 100)
    bus.publish([mine.started(), other.started(), other.prompt(1000, "x", "别人的")])
    bus.publish([mine.said("customer", 0, 900, "我的电话"), mine.prompt(5000, "p", "您好"), mine.alert(6000, "a")])
    bus.publish([mine.meter(6000, "agent"), mine.meter(6000, "customer"), notice()])
    assert [(item.call_id, item.type, item.channel) for item in await drain(subscription)] == [
        ("one", "call.started", None),
        ("one", "prompt.shown", "agent"),
        ("one", "alert.raised", "agent"),
        ("one", "meter", "agent"),
    ]
    shown = Want(allowed_agent="1").show(bus.wall()[0])
    assert shown["utterances"] == []
    assert set(shown["meters"]) == {"agent"}


def test_what_is_seen_of_a_call_before_it_is_final():
    bus, story = Bus(), Story()
    bus.publish([story.started()])
    call_id = story.started().call_id
    seen = [bus.watched(call_id)]
    for want in (Want(allowed_agent="a-none"), Want(types=frozenset({"alert.*"})), Want()):
        bus.subscribe(want, 100)
        seen.append(bus.watched(call_id))
    assert seen == ["nothing", "nothing", "alerts", "words"]
    assert bus.watched("another call") == "nothing"


async def test_a_filtered_client_can_tell_left_out_from_lost():
    bus, story = Bus(), Story()
    subscription = bus.subscribe(Want(types=frozenset({"alert.*", "call.started"})), 100)
    bus.publish([story.started(), story.said("agent", 0, 900, "好"), story.alert(1000, "a"), story.alert(2000, "b")])
    assert [(item.seq, item.prev_seq) for item in await drain(subscription)] == [(1, 0), (3, 1), (4, 3)]


async def test_a_slow_client_loses_meters_and_keeps_every_alert():
    bus, story = Bus(), Story()
    subscription = bus.subscribe(Want(), 16)
    bus.publish([story.started()])
    bus.publish([story.meter(index * 250, "agent") for index in range(100)])
    bus.publish([story.alert(30_000 + index, f"a{index}") for index in range(15)])
    kinds = [item.type for item in await drain(subscription)]
    assert kinds.count("alert.raised") == 15
    assert kinds.count("meter") + subscription.dropped == 100
    assert subscription.closed is None


async def test_a_client_too_slow_for_alerts_is_closed_and_the_others_go_on():
    bus, story = Bus(), Story()
    slow, quick = bus.subscribe(Want(), 16), bus.subscribe(Want(), 1000)
    bus.publish([story.started()])
    bus.publish([story.alert(1000 + index, f"a{index}") for index in range(20)])
    assert await slow.wait_closed() == "slow"
    assert await drain(slow) == []
    assert len(await drain(quick)) == 21
    bus.publish([story.alert(2000, "late")])
    assert bus.slow == 1  # it is gone, not slow again
    assert len(await drain(quick)) == 1


async def test_closing_the_bus_still_delivers_what_was_queued():
    bus, story = Bus(), Story()
    subscription = bus.subscribe(Want(), 100)
    bus.publish([story.started()])
    bus.close()
    assert len([item async for item in subscription]) == 1
    assert subscription.closed == "stopping"


async def test_the_wall_keeps_the_last_closed_calls_only():
    bus = Bus(keep_closed=2)
    running = Story("running")
    bus.publish([running.started()])
    for index in range(5):
        story = Story(f"call-{index}")
        bus.publish([story.started(), story.ended(1000), story.closed(1000)])
    assert [view.call_id for view in bus.wall()] == ["running", "call-3", "call-4"]


async def test_a_transfer_takes_the_call_from_one_agent_and_shows_it_to_the_other():
    bus, story = Bus(), Story(agent_id="1")
    first, second = bus.subscribe(Want(allowed_agent="1"), 100), bus.subscribe(Want(allowed_agent="2"), 100)
    bus.publish([story.started(), story.data(1000, "transfer", agent_id="2"), story.prompt(2000, "p", "您好")])
    assert [item.type for item in await drain(first)] == ["call.started", "call.data"]
    snapshot, prompt = await drain(second)
    assert isinstance(snapshot, Snapshot)
    assert not snapshot.whole
    assert (snapshot.calls[0].seq, prompt.seq) == (2, 3)


async def test_another_filter_brings_a_snapshot_in_its_place_of_the_stream():
    bus = Bus()
    one, two = Story("one"), Story("two")
    subscription = bus.subscribe(Want(calls=frozenset({"one"})), 100)
    bus.publish([one.started(), two.started()])
    bus.refilter(subscription, calls=frozenset({"two"}), teams=None, types=None)
    bus.publish([one.answered(), two.answered()])
    first, snapshot, last = await drain(subscription)
    assert (first.call_id, last.call_id) == ("one", "two")
    assert [view.call_id for view in snapshot.calls] == ["two"]


async def test_words_about_a_call_long_gone_reach_those_who_may_see_everything():
    bus, story = Bus(), Story()
    story.started()
    everything, team = bus.subscribe(Want(), 10), bus.subscribe(Want(allowed_teams=frozenset({"north"})), 10)
    late = story.alert(1000, "a")
    bus.publish([late])
    assert await drain(everything) == [late]
    assert await drain(team) == []
