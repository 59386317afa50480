"""The whole program: started in order, stopped in order and by signals; what cannot start leaves nothing behind."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from monitor import service as room
from monitor.asr.recogniser import Recogniser
from monitor.config import load
from monitor.core.types import CallInfo
from monitor.errors import ConfigError
from monitor.fault import Finding
from monitor.resources import locate
from monitor.run import Forever
from monitor.service import Service
from monitor.store.store import Store
from tests.asr.segments import Inbox, segment
from tests.measured import calls_of_a_bad_seat
from tests.test_live import Reader, running, settings_in


@pytest.fixture(autouse=True)
def _reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "load", lambda asr: Recogniser(Reader(), asr))


async def test_what_cannot_start_takes_down_what_has(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = settings_in(tmp_path)
        desk = settings.desk.model_copy(update={"port": taken.getsockname()[1]})
        service, inbox = Service(settings, desk=desk), Inbox()
        with pytest.raises(ConfigError, match="cannot be listened on"):
            async with service:
                pass
    service.recogniser.submit(segment("a1"), inbox, None)
    assert inbox.wait(1)["a1"].lost == "stopped"


async def test_a_call_that_still_runs_at_the_end_is_closed_and_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        service.live.open(CallInfo("one", "test"))
    store = Store(f"sqlite:///{tmp_path / 'live.db'}")
    told = store.events("one")
    store.close()
    assert [(e.body["reason"], e.body["ended_by"]) for e in told if e.type == "call.ended"] == [("shutdown", "system")]
    assert told[-1].type == "call.closed"


async def test_what_the_recogniser_lost_and_decoded_is_counted_for_the_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch, Reader(fails=frozenset({"bad"}))) as service:
        inbox = Inbox()
        for name in ("good", "bad"):
            service.recogniser.submit(segment(name), inbox, None)
        await asyncio.to_thread(inbox.wait, 2)
        async with httpx.AsyncClient(trust_env=False) as http:
            told = (await http.get(f"{service.server.url}/metrics")).text
    model = f'{{model="{service.recogniser.name}"}}'
    assert f"linewatch_asr_decodes_final{model} 2.0" in told
    assert f"linewatch_asr_decodes_retry_full{model} 0.0" in told
    assert f"linewatch_asr_lost_engine_error{model} 1.0" in told
    assert f"linewatch_asr_lost_not_admitted{model} 0.0" in told
    assert "linewatch_asr_wait_p95_ms" in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_sources_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    class Telling(Forever):
        async def run(self, host: Any) -> None:
            os.kill(os.getpid(), number)
            await super().run(host)

    async with running(tmp_path, monkeypatch) as service:
        await service.run([Telling(), Forever()])


async def test_a_hang_up_signal_reads_the_rules_again_and_keeps_the_last_good_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packs = tmp_path / "rules"
    shutil.copytree(locate("rules"), packs)
    settings = settings_in(tmp_path)
    settings = settings.model_copy(update={"rules": settings.rules.model_copy(update={"packs": (packs,)})})
    versions = []

    class Editor(Forever):
        async def run(self, host: Any) -> None:
            edits: tuple[Callable[[], object], ...] = (
                lambda: None,
                lambda: add("\n# edited\n"),
                lambda: add("\n[[rule]]\nid = 7\n"),
                lambda: add(None),
                lambda: [pack.unlink() for pack in packs.glob("*.toml")],
            )
            for edit in edits:
                edit()
                os.kill(os.getpid(), signal.SIGHUP)
                await reloaded.wait()
                reloaded.clear()
                versions.append(service.live.lines.rulebook.version)

    def add(text: str | None) -> None:
        with (packs / "line.toml").open("a" if text else "w", encoding="utf-8") as file:
            file.write(text or "")

    reloaded, reload = asyncio.Event(), Service.reload

    async def told(self: Service) -> None:
        await reload(self)
        reloaded.set()

    monkeypatch.setattr(Service, "reload", told)
    async with Service(settings) as service:
        await service.run([Editor()])
    first, edited, broken, emptied, gone = versions
    assert first == load(None).rulebook().version
    assert edited != first
    assert broken == emptied == gone == edited


async def test_its_figures_are_there_to_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(tmp_path, monkeypatch) as service, httpx.AsyncClient(trust_env=False) as http:
        service.live.open(CallInfo("one", "test"))
        assert (await http.get(f"{service.server.url}/healthz")).status_code == 200
        ready = await http.get(f"{service.server.url}/readyz")
        assert ready.status_code == 200
        metrics = (await http.get(f"{service.server.url}/metrics")).text
    assert "linewatch_lines 1.0" in metrics
    assert f'linewatch_asr_waiting{{model="{service.recogniser.name}"}} 0.0' in metrics


async def test_whose_fault_it_is_is_looked_for_and_new_calls_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(tmp_path, monkeypatch) as service:
        before = service.live.open(CallInfo("before", "test", seat="s9"))
        for told in calls_of_a_bad_seat():
            service.store.append(told)
        await looked(service, monkeypatch, service._faults)
        after = [service.live.open(CallInfo(name, "test", seat=seat)) for name, seat in (("bad", "s9"), ("good", "s1"))]
        for line in (before, *after):
            await line.end("hangup", "agent")
        faults = {name: service.store.events(name)[0].body.get("faults") for name in ("before", "bad", "good")}
    assert faults == {"before": [], "bad": ["seat:low_volume:agent"], "good": []}


async def test_a_store_that_cannot_be_asked_is_no_end_of_looking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> list[Finding]:
        raise ConfigError("store", "is away")

    async with running(tmp_path, monkeypatch) as service:
        await looked(service, monkeypatch, refuse)
        assert service.live.faults == ()


async def looked(service: Service, monkeypatch: pytest.MonkeyPatch, faults: Callable[[], list[Finding]]) -> None:
    """Looks for faults until it has done so three times."""
    loop, thrice, asked = asyncio.get_running_loop(), asyncio.Event(), []

    def asks() -> list[Finding]:
        asked.append(None)
        if len(asked) == 4:
            loop.call_soon_threadsafe(thrice.set)
        return faults()

    monkeypatch.setattr(room, "FAULTS_EVERY_S", 0.0)
    monkeypatch.setattr(service, "_faults", asks)
    looking = asyncio.create_task(service._look_for_faults())
    async with asyncio.timeout(60):
        await thrice.wait()
    assert not looking.done()
    looking.cancel()
