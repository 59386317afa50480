"""The live shell with real sockets, store and signal path; only the engine is a stand-in that has read on."""

from __future__ import annotations

import asyncio
import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.asyncio.client import connect

from monitor import call as call_room
from monitor import service as service_room
from monitor.asr.admission import Admission
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AdmissionSettings
from monitor.compliance.engine import Engine
from monitor.config import Settings, load
from monitor.core.events import CallData, Envelope, Event
from monitor.core.types import CHANNELS, Answer, CallInfo, MediaChunk, Segment, WordTime
from monitor.errors import LinewatchError, RuleError
from monitor.resources import locate
from monitor.service import Service
from monitor.signal.bank import Bank
from monitor.sources.files import FilesSettings, FilesSource
from monitor.store.store import Store
from tests import tapes
from tests.standin import answer, playbook

BOSS = "boss-token-0001"


class Reader:
    """Decodes by looking the segment up in the playbook. fails: raises for segments it is told to."""

    name = "stand-in"

    def __init__(self, fails: frozenset[str] = frozenset()) -> None:
        self.fails = fails

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        return 6000

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        for segment in segments:
            if segment.segment_id in self.fails:
                raise RuntimeError("the engine broke")
        return [answer(s, playbook(s.call_id) if s.call_id in ("broadband", "silent") else []) for s in segments]

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        return []


def settings_in(folder: Path, **server: Any) -> Settings:
    settings = load(None, [f'store.url="sqlite:///{folder / "live.db"}"', "desk.port=0", "store.stall_ms=60000"])
    tokens = load(None, [f'desk.tokens=[{{token="{BOSS}", role="supervisor"}}]']).desk.tokens
    desk = settings.desk.model_copy(update={"tokens": tokens})
    return settings.model_copy(update={"desk": desk, "server": settings.server.model_copy(update=server)})


@asynccontextmanager
async def running(
    folder: Path, monkeypatch: pytest.MonkeyPatch, engine: Reader | None = None, **server: Any
) -> AsyncIterator[Service]:
    monkeypatch.setattr(service_room, "load", lambda asr: Recogniser(engine or Reader(), asr, workers=2))
    async with Service(settings_in(folder, **server)) as service:
        yield service


@asynccontextmanager
async def supervisor(service: Service) -> AsyncIterator[Any]:
    async with connect(service.server.url.replace("http", "ws") + "/ws/supervisor", max_size=None) as socket:
        await socket.send(json.dumps({"type": "hello", "token": BOSS}))
        assert json.loads(await socket.recv())["type"] == "hello"
        yield socket


async def until(socket: Any, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(120):
        while True:
            message = json.loads(await socket.recv())
            if message["type"] == kind:
                return dict(message)


def hiss(ms: int, level: int = 3) -> np.ndarray:
    return np.random.default_rng(1).integers(-level, level + 1, 8 * ms).astype(np.int16)


async def test_a_recording_reaches_a_supervisors_socket_as_stored_alerts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service, supervisor(service) as socket:
        source = FilesSource(FilesSettings(paths=(locate("demo/calls/broadband.wav"),), speed="max"))
        playing = asyncio.create_task(service.run([source]))
        alert = await until(socket, "alert.raised")
        assert alert["call_id"] == "broadband"
        stored = [e.seq for e in service.store.events("broadband")]
        assert alert["seq"] in stored, "an alert is stored before it is pushed"
        await until(socket, "call.closed")
        await playing
        seqs = [e.seq for e in service.store.events("broadband")]
        assert seqs == list(range(1, len(seqs) + 1))


async def test_a_line_that_never_sends_media_still_prompts_the_agent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service, supervisor(service) as socket:
        line = service.live.open(CallInfo("dead", "test", agent_id="7", answered_ms=0), clock="arrival")
        started = {}
        while "silence" not in started:
            body = (await until(socket, "condition.started"))["body"]
            started[body["condition"]] = body["cause"]
        assert started["silence"] == "no_media"
        first = await until(socket, "prompt.shown")
        assert first["at_ms"] == 5000
        await line.end("hangup", "agent")
        assert service.store.events("dead")[-1].type == "call.closed"


async def test_an_alert_is_raised_acknowledged_cleared_or_confirmed_on_the_socket_and_in_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = np.concatenate((tapes.pcm(tapes.speech(2000)), hiss(24_000)))
    customer = np.concatenate((hiss(12_000), tapes.pcm(tapes.speech(2000)), hiss(12_000)))
    async with running(tmp_path, monkeypatch) as service, supervisor(service) as socket:
        line = service.live.open(CallInfo("life", "test", answered_ms=0))
        for at in range(0, agent.size, 8000):
            for channel, samples in (("agent", agent), ("customer", customer)):
                line.media(MediaChunk(channel, samples[at : at + 8000]))
            await line.room()
        raised = await until(socket, "alert.raised")
        while raised["body"]["rule_id"] != "D1.silent-call":
            raised = await until(socket, "alert.raised")
        await socket.send(json.dumps({"type": "acknowledge", "alert_id": raised["body"]["alert_id"], "note": "seen"}))
        assert (await until(socket, "alert.acknowledged"))["body"]["note"] == "seen"
        await line.end("hangup", "customer")
        await until(socket, "call.closed")
        stored = [e for e in service.store.events("life") if e.type.startswith("alert.")]
    rules = {e.body["alert_id"]: e.body["rule_id"] for e in stored if e.type == "alert.raised"}
    life = {rule: [e.type[6:] for e in stored if e.body["alert_id"] == known] for known, rule in rules.items()}
    assert sorted(life["D1.silent-call"]) == ["acknowledged", "cleared", "raised"]
    assert life["D1.dead-air"] == ["raised", "confirmed"]


async def test_a_call_opened_gets_a_name_of_its_own_and_no_line_more_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch, max_lines=3) as service:
        live = service.live
        first = live.open(CallInfo("desk-7", "test"))
        await first.end("hangup", "agent")
        names = [live.open(CallInfo(name, "test")).call_id for name in ("desk-7", "desk-7", "")]
        assert names[:2] == ["desk-7-2", "desk-7-3"], "one is stored, one runs"
        assert len(names[2]) > len("2026-11-22-")
        with pytest.raises(LinewatchError, match="no room for another line; 3 are running"):
            live.open(CallInfo("desk-8", "test"))
        (started,) = [e for e in service.store.events("desk-7") if e.type == "call.started"]
        assert started.body["rules_version"] == live.lines.rulebook.version
        assert started.body["model"] == "stand-in"


async def test_the_last_words_before_the_hang_up_are_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, monkeypatch) as service:
        source = FilesSource(FilesSettings(paths=(locate("demo/calls/broadband.wav"),), speed="max"))
        await service.run([source])
        texts = [e.body["text"] for e in service.store.events("broadband") if e.type == "utterance"]
        assert any("再见" in text for text in texts[-2:])


async def test_a_recording_that_waits_for_its_words_has_them_where_no_live_line_has_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        service.live.hearing.admission = Admission(AdmissionSettings(lines=0), 1, 0.01)
        service.live.open(CallInfo("live", "test"))
        source = FilesSource(FilesSettings(paths=(locate("demo/calls/broadband.wav"),), speed="max"))
        await service.run([source])
        told = service.store.events("broadband")
        models = [
            next(e.body["model"] for e in service.store.events(name) if e.type == "call.started")
            for name in ("live", "broadband")
        ]
    assert models == [None, "stand-in"]
    said = [e.body for e in told if e.type == "utterance"]
    assert said
    assert not any(body["lost"] for body in said)


async def test_a_broken_decode_costs_one_segment_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch, Reader(frozenset({"a2"}))) as service:
        source = FilesSource(FilesSettings(paths=(locate("demo/calls"),), speed="max", lines=2))
        await service.run([source])
        for call_id in ("broadband", "silent"):
            utterances = [e.body for e in service.store.events(call_id) if e.type == "utterance"]
            said = {body["segment_id"]: body["lost"] for body in utterances}
            assert {name for name, lost in said.items() if lost} == {"a2"}
            assert said["a2"] == "engine_error"


async def test_a_stop_in_mid_call_closes_the_call_and_judges_what_was_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        line = service.live.open(CallInfo("cut", "test", answered_ms=0))
        for channel in ("agent", "customer"):
            line.media(MediaChunk(channel, hiss(3000)))
        await line.room()
        while service.live.lines.call("cut").heard_ms < 3000:  # noqa: ASYNC110 (nothing tells when)
            await asyncio.sleep(0.01)
        line.data(CallData(kind="hold", on=True))
    store = Store(f"sqlite:///{tmp_path / 'live.db'}")
    events = store.events("cut")
    ended = next(e for e in events if e.type == "call.ended")
    assert (ended.body["ended_by"], events[-1].type, events[-1].at_ms) == ("system", "call.closed", 3000)
    store.close()


async def test_lines_beyond_the_limit_are_refused_with_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch, max_lines=1) as service:
        service.live.open(CallInfo("one", "test"))
        with pytest.raises(LinewatchError, match="no room for another line; 1 are running"):
            service.live.open(CallInfo("two", "test"))


async def test_two_calls_of_the_same_name_get_ids_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, monkeypatch) as service:
        first, second = (service.live.open(CallInfo("same", "test")) for _ in range(2))
        assert (first.call_id, second.call_id) == ("same", "same-2")
        await asyncio.gather(first.end("hangup"), second.end("hangup"))
        assert service.live.open(CallInfo("same", "test")).call_id == "same-3"


async def test_a_bad_rule_pack_leaves_the_last_good_one_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        before = service.live.lines.rulebook

        def broken(self: Settings) -> None:
            raise RuleError("rules/x.toml:3", "this rule has no kind")

        monkeypatch.setattr(Settings, "rulebook", broken)
        told: list[Any] = []
        monkeypatch.setattr(service.bus, "publish", told.extend)
        await service.reload()
        assert service.live.lines.rulebook is before
        assert [one.body["kind"] for one in told] == ["rules_kept"]
        assert "rules/x.toml:3: this rule has no kind" in told[0].body["message"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"[[rule]\n", "bad.toml:1: expected"),
        (b'[[rule]]\nid = "x"\nkind = "forbiden"\n', 'bad.toml:1: rule "x": unknown kind'),
        (b"title = \xff\n", "is not UTF-8 text"),
        (b"x = " + b"[" * 5000, "lie too deep"),
        (b"", "bad.toml: the pack holds no rule"),
    ],
)
async def test_a_pack_broken_on_disk_is_told_to_supervisors_and_calls_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, said: str
) -> None:
    async with running(tmp_path, monkeypatch) as service, supervisor(service) as socket:
        await until(socket, "snapshot")
        before = service.live.lines.rulebook
        bad = tmp_path / "bad.toml"
        rules = service.settings.rules.model_copy(update={"packs": (*service.settings.rules.packs, bad)})
        service.settings = service.settings.model_copy(update={"rules": rules})
        bad.write_bytes(text)
        await service.reload()
        notice = (await until(socket, "system.notice"))["body"]
        assert notice["kind"] == "rules_kept"
        assert said in notice["message"]
        assert service.live.lines.rulebook is before
        line = service.live.open(CallInfo("after", "test"))
        await line.end("hangup")
        bad.write_text('pack = "good"\n[sets]\n"再见" = ["再见", "拜拜"]\n', "utf-8")
        await service.reload()
        assert service.live.lines.rulebook.version != before.version


async def test_a_source_that_fails_leaves_the_others_running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        name = "broken"
        Settings = FilesSettings

        async def run(self, host: Any) -> None:
            host.open(CallInfo("left", "broken"))
            raise OSError("the cable is out")

    async with running(tmp_path, monkeypatch) as service, supervisor(service) as socket:
        source = FilesSource(FilesSettings(paths=(locate("demo/calls/silent.wav"),), speed="max"))
        await service.live.run_sources([Broken(), source])
        assert service.store.events("silent")[-1].type == "call.closed"
        ended = {e.type: e.body for e in service.store.events("left")}["call.ended"]
        assert (ended["reason"], ended["ended_by"]) == ("source failed", "system"), "nobody else would end it"
        async with supervisor(service) as later:
            for each in (socket, later):
                body = (await until(each, "system.notice"))["body"]
                assert (body["kind"], body["code"]) == ("no_lines", "source_stopped")
                assert body["params"] == {"source": "broken", "why": "OSError: the cable is out"}


def once(what: Callable[..., Any]) -> Callable[..., Any]:
    """The same, but its first call raises."""
    first = [True]

    def call(*args: Any) -> Any:
        if first:
            first.pop()
            raise RuntimeError("once")
        return what(*args)

    return call


def whole(service: Service, call_id: str) -> list[Envelope]:
    """What is stored of a call that was closed, without a hole."""
    told = service.store.events(call_id)
    assert [e.seq for e in told] == list(range(1, len(told) + 1))
    assert told[-1].type == "call.closed"
    return told


async def heard(line: Any, ms: int) -> None:
    """The line is silent for a while, and the monitor has heard it."""
    for _ in range(ms // 100):
        for channel in CHANNELS:
            line.media(MediaChunk(channel, hiss(100)))
        await line.room()
    while line.live.lines.frames(line.call_id):  # noqa: ASYNC110
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("part", ["_look", "_step", "_advance_silent_lines"])
async def test_a_turn_that_fails_is_told_and_the_next_one_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    def fails() -> None:
        raise RuntimeError("again and again")

    async with (
        running(tmp_path, monkeypatch) as service,
        supervisor(service) as socket,
        httpx.AsyncClient(base_url=service.server.url, trust_env=False) as http,
    ):
        live = service.live
        line = live.open(CallInfo("one", "test"))
        await heard(line, 500)
        assert (await http.get("/readyz")).status_code == 200
        with monkeypatch.context() as broken:
            broken.setattr(live, part, fails)
            told = await until(socket, "system.notice")
            ready = await http.get("/readyz")
            while live.mishaps.turns < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert (told["body"]["code"], told["body"]["params"]["why"]) == ("turns_fail", "RuntimeError")
        assert (ready.status_code, ready.json()["why"]) == (503, "the live loop fails: RuntimeError")
        monkeypatch.setattr(live.mishaps, "_now_s", lambda: math.inf)
        assert (await http.get("/readyz")).status_code == 200
        assert f"linewatch_errors_turns {live.mishaps.turns}.0" in (await http.get("/metrics")).text
        await heard(line, 500)
        await line.end("hangup", "agent")
        assert whole(service, "one")[-1].body["duration_ms"] == 1000


async def test_a_step_that_fails_loses_a_moment_of_the_lines_and_no_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        lines = [service.live.open(CallInfo(name, "test")) for name in ("one", "two")]
        await asyncio.gather(*(heard(line, 500) for line in lines))
        monkeypatch.setattr(Bank, "steps", once(Bank.steps))
        await asyncio.gather(*(heard(line, 3000) for line in lines))
        assert service.live.mishaps.turns == 1
        for line in lines:
            await line.end("hangup", "agent")
            assert [e.body["condition"] for e in whole(service, line.call_id) if e.type == "condition.started"]


async def test_rules_that_fail_on_a_call_cost_it_what_they_would_have_found_and_the_others_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Engine.push

    def push(engine: Engine, event: Event) -> list[Event]:
        if engine._memory.info.call_id == "silent":
            raise KeyError("a word")
        return real(engine, event)

    monkeypatch.setattr(Engine, "push", push)
    async with running(tmp_path, monkeypatch) as service, supervisor(service) as socket:
        source = FilesSource(FilesSettings(paths=(locate("demo/calls"),), speed="max", lines=2))
        await service.run([source])
        body = (await until(socket, "system.notice"))["body"]
        assert body["params"] == {"count": 1, "calls": ["silent"], "why": "KeyError"}
        assert service.live.why_not() == ""
        kinds = {name: {e.type for e in whole(service, name)} for name in ("silent", "broadband")}
        assert "alert.raised" in kinds["broadband"]
        assert "alert.raised" not in kinds["silent"]
        assert {"speech.started", "utterance", "coverage", "condition.started"} <= kinds["silent"]


async def test_a_hang_up_that_fails_closes_the_call_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        line = service.live.open(CallInfo("one", "test"))
        await heard(line, 500)
        monkeypatch.setattr(Bank, "finish", once(Bank.finish))
        await line.end("hangup", "agent")
        ended = {e.type: e.body for e in whole(service, "one")}["call.ended"]
        assert (ended["reason"], ended["ended_by"], service.live.mishaps.calls) == ("hangup", "unknown", 1)
        assert service.live.running() == 0


async def test_a_segment_that_cannot_be_sent_is_lost_and_the_call_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        monkeypatch.setattr(service.live.hearing, "submit", once(service.live.hearing.submit))
        await service.run([FilesSource(FilesSettings(paths=(locate("demo/calls/broadband.wav"),), speed="max"))])
        lost = [e.body["lost"] for e in whole(service, "broadband") if e.type == "utterance"]
        assert [reason for reason in lost if reason] == ["engine_error"]


async def test_an_answer_that_cannot_be_read_is_lost_and_what_is_shown_fails_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        monkeypatch.setattr(call_room, "_timed", once(call_room._timed))
        monkeypatch.setattr(service.live.hearing, "answered", once(service.live.hearing.answered))
        monkeypatch.setattr(service.bus, "publish", once(service.bus.publish))
        await service.run([FilesSource(FilesSettings(paths=(locate("demo/calls/broadband.wav"),), speed="max"))])
        lost = [e.body["lost"] for e in whole(service, "broadband") if e.type == "utterance"]
        assert [reason for reason in lost if reason] == ["engine_error"]
        assert (service.live.mishaps.calls, service.live.mishaps.turns) == (1, 2)


async def test_who_has_not_begun_or_is_over_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, monkeypatch) as service:
        assert service.live.why_not() == ""
        await service.live.stop()
        assert service.live.why_not() == "the live loop does not run"


async def test_a_source_without_input_tells_supervisors_why_in_its_own_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    async with running(tmp_path, monkeypatch) as service, supervisor(service) as socket:
        await service.live.run_sources([FilesSource(FilesSettings(paths=(tmp_path / "empty",)))])
        body = (await until(socket, "system.notice"))["body"]
        assert "source files: finds no recordings; found" in body["params"]["why"]


async def test_of_a_group_of_failures_the_first_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(self: FilesSource, path: Path, host: Any) -> None:
        raise OSError("the disk is gone\nand more of it")

    async with running(tmp_path, monkeypatch) as service, supervisor(service) as socket:
        monkeypatch.setattr(FilesSource, "play", broken)
        await service.live.run_sources([FilesSource(FilesSettings(paths=(locate("demo/calls"),), lines=2))])
        body = (await until(socket, "system.notice"))["body"]
        assert body["params"]["why"] == "OSError: the disk is gone"


SERVER = """
import asyncio, sys
from pathlib import Path
from tests.test_live import Reader, settings_in
from monitor import service as room
from monitor.asr.admission import Admission
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AdmissionSettings
from monitor.resources import locate
from monitor.sources.files import FilesSettings, FilesSource

room.load = lambda asr: Recogniser(Reader(), asr, workers=1)

async def main():
    async with room.Service(settings_in(Path(sys.argv[1]))) as service:
        print(service.server.url, flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await service.run([FilesSource(FilesSettings(paths=(locate("demo/calls/broadband.wav"),), speed=20))])

asyncio.run(main())
"""


@pytest.mark.system
async def test_kill_9_loses_nothing_that_was_pushed(tmp_path: Path) -> None:
    process = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, "-c", SERVER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[1],
    )  # fmt: skip
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        url = (await asyncio.to_thread(process.stdout.readline)).strip()
        pushed: list[Envelope] = []
        async with connect(url.replace("http", "ws") + "/ws/supervisor", max_size=None) as socket:
            await socket.send(json.dumps({"type": "hello", "token": BOSS}))
            assert [json.loads(await socket.recv())["type"] for _ in range(2)] == ["hello", "snapshot"]
            print(file=process.stdin, flush=True)
            while len(pushed) < 40:
                message = json.loads(await socket.recv())
                if message.get("seq") and message.get("stored") is not False:
                    pushed.append(Envelope.model_validate(message))
            os.kill(process.pid, signal.SIGKILL)
    finally:
        process.kill()
        process.wait()
    store = Store(f"sqlite:///{tmp_path / 'live.db'}")
    kept = {e.seq: e.body for e in store.events("broadband")}
    store.close()
    assert all(kept[e.seq] == e.body for e in pushed if e.seq)
