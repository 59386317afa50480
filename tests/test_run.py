"""The live commands: what demo leaves behind, and how serve starts and stops."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor import run
from monitor import service as service_room
from monitor.asr.recogniser import Recogniser
from monitor.config import load
from monitor.errors import ConfigError
from tests.test_live import Reader


async def test_a_demo_writes_what_an_audit_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(service_room, "load", lambda asr: Recogniser(Reader(), asr, workers=2))
    await run.demo(load(None), "max", False, tmp_path / "out", "en")
    shown = capsys.readouterr().out
    assert "/supervisor#token=" in shown
    assert shown.count("/agent#token=") == 2, "each agent of the calls has a page"
    assert "end of speech to text" not in shown, "at this speed call audio tells no delay"
    assert "A4.silent-call 1/4" in shown
    assert "Dead air in mid-call" in shown
    lines = [json.loads(line) for line in (tmp_path / "out/events.jsonl").read_text("utf-8").splitlines()]
    assert {line["call_id"] for line in lines} == {"broadband", "silent"}
    for name in ("calls.csv", "report.html", "report.xlsx", "calls/broadband.html", "calls/silent.html"):
        assert (tmp_path / "out" / name).stat().st_size > 500, name


async def test_replay_to_a_server_says_that_it_cannot_yet(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="telephony source"):
        await run.replay(load(None), tmp_path / "x.wav", 1.0, "ws://127.0.0.1:1")


def test_a_demo_takes_another_port_where_its_own_is_taken() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        desk = load(None, [f"desk.port={taken.getsockname()[1]}"]).desk
        assert run._free_port(desk) == 0
