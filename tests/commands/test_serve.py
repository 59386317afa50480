"""`linewatch serve` as a process: ready, told to stop, stopped in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from monitor import resources
from monitor.sinks.report.words import DEMO_MODEL
from tests.demo_runs import test_model as model_for_tests


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
        stderr=subprocess.PIPE, text=True, cwd=resources.CHECKOUT, env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    try:
        assert process.stderr is not None
        line = process.stderr.readline()
        if model_for_tests() == DEMO_MODEL:
            assert "understands synthetic speech only" in process.stderr.readline()
        nobody, nothing = process.stderr.readline(), process.stderr.readline()
        assert "[[desk.tokens]]" in nobody
        assert "[[sources]]" in nothing
        url = line.split("serves ")[1].split()[0]
        assert httpx.get(f"{url}/readyz", timeout=240, trust_env=False).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(240) == 0
    finally:
        process.kill()
        process.wait()
