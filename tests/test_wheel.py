"""The wheel alone, in an empty environment away from the checkout: what an editable install would hide."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from monitor import __version__, resources
from monitor.core.events import Envelope
from tests.goldens import golden, projection

pytestmark = [pytest.mark.system, pytest.mark.timeout(1800)]


def call(*command: object, cwd: Path, expect: int = 0) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "LINEWATCH"))}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean, capture_output=True, text=True, check=False, timeout=1200
    )
    assert done.returncode == expect, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with nothing in it but an environment, `bin`, that the wheel was installed into."""
    work = tmp_path_factory.mktemp("wheel")
    (work / "empty").mkdir()
    call(
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        work / "dist",
        resources.CHECKOUT,
        cwd=work,
    )
    venv.create(work / "empty" / "env", with_pip=True)
    wheel = next((work / "dist").glob("*.whl"))
    call(work / "empty" / "env" / "bin" / "python", "-m", "pip", "install", "--quiet", wheel, cwd=work / "empty")
    return work / "empty"


def linewatch(home: Path, *arguments: object, expect: int = 0) -> subprocess.CompletedProcess[str]:
    return call(home / "env" / "bin" / "linewatch", *arguments, cwd=home, expect=expect)


def test_it_is_the_wheel_that_runs(home: Path) -> None:
    assert linewatch(home, "--version").stdout.split() == ["linewatch", __version__]
    where = call(home / "env" / "bin" / "python", "-c", "import monitor; print(monitor.__file__)", cwd=home).stdout
    assert Path(where.strip()).is_relative_to(home)


def test_the_demo_finds_what_it_must(home: Path) -> None:
    done = linewatch(home, "demo", "--speed", "max", "--out", home / "out", "--set", "desk.port=0")
    assert "Traceback" not in done.stderr
    calls: dict[str, list[Envelope]] = {}
    for line in (home / "out" / "events.jsonl").read_text("utf-8").splitlines():
        envelope = Envelope.model_validate(json.loads(line))
        calls.setdefault(envelope.call_id or "", []).append(envelope)
    assert set(calls) == {"broadband", "silent"}
    for name, envelopes in calls.items():
        assert projection(envelopes) == golden(name)
        alert = next(one.body["rule_id"] for one in envelopes if one.type == "alert.raised")
        assert alert in done.stdout + done.stderr
    assert (home / "out" / "report.html").is_file()


def test_rules_work_folder_and_doctor_know_what_is_shipped(home: Path) -> None:
    linewatch(home, "rules", "check")
    linewatch(home, "init", home / "desk")
    config = home / "desk" / "config.toml"
    doctor = linewatch(home, "doctor", "-c", config, "--set", "asr.model=demo-zh", "--set", "desk.port=0")
    assert "synthetic speech only" in " ".join(doctor.stdout.split())
    missing = linewatch(home, "serve", "-c", config, "--set", "asr.models_dir=none", expect=2)
    assert "linewatch models fetch" in missing.stderr
    assert len(missing.stderr.strip().splitlines()) == 1
