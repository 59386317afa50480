"""Real sockets against a real server: snapshot, stream, resume, acknowledge, and every kind of bad client."""

import asyncio
import json
import socket
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from monitor.core.events import AlertPending, AlertWithdrawn
from tests.desk.stage import AGENT, BOSS, NORTH, Client, staged, until

pytestmark = pytest.mark.system


async def closing(client: Client) -> tuple[list[dict], int]:
    """What is still said, and the close code."""
    heard = []
    with suppress(ConnectionClosed):
        while True:
            heard.append(await client.hear())
    assert client.socket.close_code is not None
    return heard, client.socket.close_code


def seqs(heard: list[dict], call_id: str = "call-1") -> list[int]:
    return [each["seq"] for each in heard if each.get("call_id") == call_id and each.get("seq")]


async def test_a_snapshot_and_then_every_envelope_as_it_was_stored(stage):
    story = stage.story()
    await stage.play(story.started(), story.answered())
    async with stage.join() as client:
        hello, snapshot = client.first
        assert (hello["type"], hello["role"], hello["name"]) == ("hello", "supervisor", "王主管")
        assert hello["model"] == "demo-zh"
        assert [(call["call_id"], call["seq"]) for call in snapshot["calls"]] == [("call-1", 2)]
        await stage.play(story.said("customer", 0, 900, "你好"), story.alert(1000, "a"))
        heard = [await client.hear(), await client.hear()]
        assert heard == [each.wire() for each in stage.store.events("call-1", 2)]
        assert heard[0]["body"]["text"] == "你好"


async def test_a_token_in_the_address_will_do(stage):
    async with connect(f"{stage.ws}/ws/supervisor?token={BOSS}") as raw:
        client = Client(raw)
        assert [(await client.hear())["type"], (await client.hear())["type"]] == ["hello", "snapshot"]


@pytest.mark.parametrize(
    ("path", "first", "code"),
    [
        ("supervisor", {"type": "hello", "token": "wrong"}, 4401),
        ("supervisor", {"type": "hello"}, 4401),
        ("supervisor", {"type": "ping"}, 4401),
        ("supervisor", {"type": "hello", "token": AGENT}, 4403),
        ("agent", {"type": "hello", "token": BOSS}, 4403),
        ("supervisor", {"type": "dance"}, 1007),
        ("supervisor", {"type": "hello", "token": 7}, 1007),
        ("supervisor", ["hello"], 1007),
    ],
)
async def test_who_may_not_come_in_is_told_why(stage, path, first, code):
    async with connect(f"{stage.ws}/ws/{path}") as raw:
        client = Client(raw)
        await raw.send(json.dumps(first))
        heard, closed = await closing(client)
    assert closed == code
    assert [each["type"] for each in heard] == ["error"]
    assert heard[0]["message"]
    assert "wrong" not in heard[0]["message"]


async def test_who_says_nothing_is_let_go_and_who_is_quiet_after_hello_is_kept(tmp_path):
    async with (
        staged(tmp_path, hello_timeout_s=3, ping_interval_s=0.05, ping_timeout_s=60) as stage,
        stage.join() as quiet,
        connect(f"{stage.ws}/ws/supervisor") as raw,
    ):
        heard, closed = await closing(Client(raw))
        assert (heard[0]["code"], closed) == ("hello_timeout", 4408)
        await quiet.say(type="ping", id=7)
        assert await quiet.hear() == {"type": "pong", "id": 7}


@pytest.mark.parametrize("said", [b"", b"\x00\xff\x16\x03 no request of any kind\r\n\r\n"], ids=["nothing", "garbage"])
async def test_who_speaks_no_http_is_let_go_and_the_others_stay(tmp_path, said):
    async with staged(tmp_path, hello_timeout_s=3) as stage, stage.join() as good:
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.server.port)
        writer.write(said)
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 400") if said else answer == b""
        writer.close()
        await good.say(type="ping", id=7)
        assert await good.hear() == {"type": "pong", "id": 7}


@pytest.mark.parametrize(
    ("garbage", "code"),
    [("{", 1007), ("[]", 1007), (b"\x00\xff", 1003), ('{"type": "ping", "more": 1}', 1007), ("x" * 100_000, 1009)],
    ids=["cut", "no object", "bytes", "unknown key", "too long"],
)
async def test_garbage_closes_that_client_only(stage, garbage, code):
    story = stage.story()
    async with stage.join() as bad, stage.join() as good:
        await bad.socket.send(garbage)
        _, closed = await closing(bad)
        assert closed == code
        await stage.play(story.started())
        assert (await good.hear())["type"] == "call.started"


async def test_a_hundred_megabytes_are_not_swallowed(stage):
    async with stage.join() as bad:
        with suppress(ConnectionClosed):
            await bad.socket.send("x" * 100_000_000)
        await bad.socket.wait_closed()
        async with stage.join() as good:
            await good.say(type="ping")
            assert (await good.hear())["type"] == "pong"


async def test_a_team_hears_nothing_of_other_teams(stage):
    north, south = stage.story("n", team="north"), stage.story("s", team="south")
    await stage.play(north.started(), south.started())
    async with stage.join(NORTH) as client:
        assert [call["call_id"] for call in client.first[1]["calls"]] == ["n"]
        await stage.play(south.alert(1000, "s-a"), north.alert(1000, "n-a"))
        assert (await client.hear())["body"]["alert_id"] == "n-a"
        await client.say(type="acknowledge", alert_id="s-a")
        assert (await client.hear())["code"] == "no_alert"


@pytest.mark.parametrize(
    "message",
    [
        {"type": "subscribe", "teams": ["south"]},
        {"type": "subscribe", "calls": ["s"]},
        {"resume": {"s": 0}},
        {"resume": {"old": 0}},
    ],
)
async def test_asking_for_another_team_ends_the_conversation(stage, message):
    old, south = stage.story("old", team="south"), stage.story("s", team="south")
    stage.store.append([old.started()])
    await stage.play(south.started())
    async with stage.join(NORTH) as client:
        await client.say(**message)
        heard, closed = await closing(client)
        assert closed == 4403
        assert [each["type"] for each in heard] == ["error"]


async def test_an_agent_gets_own_prompts_and_nobody_elses(stage):
    mine, other = stage.story("mine", agent_id="1024"), stage.story("other", agent_id="7")
    await stage.play(mine.started(), other.started(), mine.prompt(5000, "p", "您好!"), other.prompt(5000, "q", "别人"))
    async with stage.join(AGENT, "agent") as client:
        (call,) = client.first[1]["calls"]
        assert [prompt["prompt_id"] for prompt in call["prompts"]] == ["p"]
        await stage.play(other.alert(6000, "x"), mine.said("customer", 0, 900, "我"), mine.prompt_over(7000, "p"))
        heard = await client.hear()
        assert (heard["type"], heard["seq"], heard["prev_seq"]) == ("prompt.cleared", 4, 2)
        await client.say(type="acknowledge", alert_id="x")
        assert (await client.hear())["code"] == "role"


async def test_resuming_loses_nothing_and_repeats_nothing(stage):
    """The client comes back while envelopes keep flowing."""
    story = stage.story()
    await stage.play(story.started())
    for index in range(40):
        await stage.play(story.said("agent", index * 1000, index * 1000 + 900, f"{index}"))

    async def keep_talking() -> None:
        for index in range(40, 80):
            await stage.play(story.said("agent", index * 1000, index * 1000 + 900, f"{index}"))
        await stage.play(story.closed(99_000))

    talking = asyncio.create_task(keep_talking())
    async with stage.join(resume={"call-1": 10}) as client:
        heard = await client.until("call.closed")
        await talking
    assert seqs(heard) == list(range(11, 83))


async def test_resume_may_also_be_said_later(stage):
    story = stage.story()
    await stage.play(story.started(), story.answered(), story.alert(1000, "a"))
    async with stage.join() as client:
        await stage.play(story.alert(2000, "b"))
        await client.say(resume={"call-1": 1})
        heard = await client.until("resumed")
        assert sorted(seqs(heard)) == [2, 3, 4]
        assert heard[-1] == {"type": "resumed", "call_id": "call-1", "after_seq": 1, "to_seq": 3}


async def test_a_hello_after_a_token_in_the_address_only_resumes(stage):
    story = stage.story()
    await stage.play(story.started(), story.answered())
    async with connect(f"{stage.ws}/ws/supervisor?token={BOSS}") as raw:
        client = Client(raw)
        await client.say(type="hello", token="anything", resume={"call-1": 0})
        assert seqs(await client.until("resumed")) == [1, 2]


async def test_what_was_shown_but_is_not_stored_yet_is_said(stage):
    story = stage.story()
    await stage.play(story.started())
    stage.bus.publish([story.alert(1000, "a").model_copy(update={"stored": False})])
    async with stage.join(resume={"call-1": 0}) as client:
        heard = await client.until("resumed")
        assert seqs(heard) == [1]
        assert (heard[-2]["code"], heard[-2]["call_id"]) == ("not_stored_yet", "call-1")


async def test_a_call_that_is_over_and_gone_is_resumed_from_the_store(stage):
    story = stage.story()
    stage.store.append([story.started(), story.alert(1000, "a"), story.ended(2000), story.closed(2000)])
    async with stage.join(resume={"call-1": 0, "never": 3}) as client:
        heard = [*await client.until("resumed"), await client.hear()]
        assert seqs(heard) == [1, 2, 3, 4]
        assert (heard[-1]["code"], heard[-1]["call_id"]) == ("no_call", "never")
        await client.say(type="acknowledge", alert_id="a")
        heard = await client.until("acknowledged")
        assert seqs(heard)[0] == 5


async def test_a_filter_on_types_says_what_it_left_out(stage):
    story = stage.story()
    await stage.play(story.started(), story.answered())
    async with stage.join() as client:
        await client.say(type="subscribe", types=["alert.*"])
        assert (await client.hear())["type"] == "snapshot"
        await stage.play(story.said("agent", 0, 900, "好"), story.alert(1000, "a"))
        heard = await client.hear()
        assert (heard["type"], heard["seq"], heard["prev_seq"]) == ("alert.raised", 4, 2)


async def test_an_acknowledgement_reaches_everybody_and_the_store(stage):
    story = stage.story()
    await stage.play(story.started(), story.alert(1000, "a"))
    async with stage.join() as one, stage.join(NORTH) as two:
        await one.say(type="acknowledge", alert_id="a", note="谈过了")
        answer = (await one.until("acknowledged"))[-1]
        heard = await two.hear()
        assert (heard["type"], heard["body"]["actor"], heard["body"]["note"]) == (
            "alert.acknowledged", "王主管", "谈过了",
        )  # fmt: skip
        assert answer["seq"] == heard["seq"] == 3
        assert stage.store.events("call-1")[-1].wire() == heard
        await one.say(type="acknowledge", alert_id="never")
        assert (await one.hear())["code"] == "no_alert"


async def test_what_is_pending_and_withdrawn_reaches_supervisors_and_never_the_store(stage):
    story = stage.story()
    await stage.play(story.started())
    body = {"alert_id": "p", "rule_id": "B1", "severity": "major", "start_ms": 0, "end_ms": 900, "message": "x"}
    async with stage.join() as client:
        for kind in (AlertPending, AlertWithdrawn):
            stage.bus.publish([story.tell(900, kind(**body), "agent")])
            heard = await client.hear()
            assert (heard["type"], heard["seq"], heard["body"]["alert_id"]) == (kind.type, None, "p")
        await stage.play(story.closed(1000))
        await client.until("call.closed")
    assert [each.type for each in stage.store.events("call-1")] == ["call.started", "call.closed"]


async def test_a_client_that_never_reads_is_given_up_and_the_others_hear_everything(tmp_path):
    async with staged(tmp_path, max_queue=64, close_timeout_s=0.2) as stage:
        story = stage.story()
        await stage.play(story.started())
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        await asyncio.to_thread(deaf.connect, ("127.0.0.1", stage.server.port))
        deaf.sendall(
            f"GET /ws/supervisor?token={BOSS} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        async with stage.join() as good:
            await until(lambda: stage.desk.sockets == 2)
            sent = 0
            while stage.bus.slow == 0:
                sent += 1
                await stage.play(story.said("agent", sent, sent + 1, "很长的一句话" * 2000))
                assert (await good.hear())["seq"] == sent + 1
            await until(lambda: stage.desk.sockets == 1)
            await stage.play(story.alert(1000, "a"))
            assert (await good.hear())["type"] == "alert.raised"
        deaf.close()


async def test_more_clients_than_it_takes(tmp_path):
    async with staged(tmp_path, max_clients=1) as stage, stage.join(), connect(f"{stage.ws}/ws/supervisor") as raw:
        heard, closed = await closing(Client(raw))
        assert (heard[0]["code"], closed) == ("too_many_clients", 1013)


async def test_who_is_connected_when_the_server_stops_is_told(stage):
    story = stage.story()
    async with stage.join() as client:
        await stage.play(story.started())
        stage.bus.close("stopping")
        heard, closed = await closing(client)
        assert [each["type"] for each in heard] == ["call.started", "error"]
        assert closed == 1001
