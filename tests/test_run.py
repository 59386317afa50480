"""The live commands: what demo leaves behind, and how serve starts and stops."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from monitor import run
from monitor import service as service_room
from monitor.asr.recogniser import Recogniser
from monitor.config import load
from monitor.errors import ConfigError
from tests.demo_runs import test_model as model_for_tests
from tests.test_live import Reader


async def test_a_demo_writes_what_an_audit_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(service_room, "load", lambda asr: Recogniser(Reader(), asr, workers=2))
    await run.demo(load(None), "max", False, tmp_path / "out", "en")
    shown = capsys.readouterr().out
    assert "/supervisor#token=" in shown
    assert shown.count("/agent#token=") == 2, "each agent of the calls has a page"
    assert "end of speech to text" in shown
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


@pytest.mark.system
def test_serve_is_ready_and_stops_in_order_when_told(tmp_path: Path) -> None:
    sets = {
        "asr.model": f'"{model_for_tests()}"',
        "desk.port": "0",
        "store.url": f'"sqlite:///{tmp_path / "serve.db"}"',
    }
    args = [piece for key, value in sets.items() for piece in ("--set", f"{key}={value}")]
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "serve", *args],
        stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1], env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "linewatch serves" in line)
        url = line.split("serves ")[1].split()[0]
        with urllib.request.urlopen(f"{url}/readyz", timeout=240) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(240) == 0
    finally:
        process.kill()
        process.wait()
