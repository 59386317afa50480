"""The command line: exit codes, what goes to stdout and what to stderr. The work itself is tested in the rooms."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import wave
from collections.abc import Sequence
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from monitor import resources
from monitor.cli import app
from monitor.config import load
from monitor.core.events import BODIES, Envelope
from monitor.store.store import Store
from tests.demo_runs import test_model as model_for_tests
from tests.sinks.report.story import story
from tests.test_audit import short

COMMANDS = [
    "demo", "init", "serve", "listen", "devices", "replay", "audit", "rules check", "rules try", "rules test",
    "models list", "models fetch", "models verify", "calls list", "calls export", "calls erase", "schema", "doctor",
]  # fmt: skip


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Away from the checkout's own config.toml."""
    (tmp_path / "cwd").mkdir()
    monkeypatch.chdir(tmp_path / "cwd")


def run(*arguments: str | Path, answer: str | None = None) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], input=answer)


@pytest.fixture
def stocked(tmp_path: Path) -> Path:
    """A configuration whose store holds three calls of two agents."""
    path = tmp_path / "config.toml"
    path.write_text("", encoding="utf-8")
    store = Store(load(path).store.url)
    for call_id, agent_id in (("call-1", "1042"), ("call-2", "1042"), ("call-3", "2000")):
        store.append(story(call_id, agent_id))
    store.close()
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_contract_is_there_and_helps(command: str) -> None:
    result = run(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_the_reference_names_every_command_and_option() -> None:
    """An undocumented command is a failing test."""
    text = (resources.CHECKOUT / "docs" / "commands.md").read_text("utf-8")
    for command in COMMANDS:
        assert f"linewatch {command}" in text, command
        options = re.findall(r"--[a-z][a-z-]+", run(*command.split(), "--help").output)
        for option in set(options) - {"--help"}:
            assert option in text, f"{command} {option}"


def test_version() -> None:
    assert run("--version").stdout.startswith("linewatch ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["serve", "-c", "none.toml"], "none.toml: is not there"),
        (["audit", "x.wav"], "wants --out"),
        (["audit", "--out", "o"], "wants recordings"),
        (["audit", "x.wav", "--from-store", "--out", "o"], "wants recordings"),
        (["audit", "none.wav", "--out", "o"], "none.wav: is not there"),
        (["demo", "--speed", "fast"], "--speed: wants a number"),
        (["demo", "--speed", "-1"], "--speed: wants a number"),
        (["replay", "x.wav", "--set", "desk.prot=1"], '--set: unknown key "prot"; did you mean "port"'),
        (["rules", "try"], "wants one line of text"),
        (["rules", "try", "--tsv", "none.tsv"], "none.tsv: is not there"),
        (["rules", "test", "call-9", "--set", "store.url=sqlite://"], "is not in the store"),
        (["calls", "export", "call-9", "--set", "store.url=sqlite://"], "is not in the store"),
        (["calls", "erase"], "wants --call"),
        (["doctor", "--call", "call-9", "--set", "store.url=sqlite://"], "is not in the store"),
    ],
)
def test_a_mistake_is_one_line_on_stderr_and_exit_2(arguments: Sequence[str], said: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Traceback" not in result.output


def test_an_unknown_command_or_option_is_exit_2() -> None:
    assert run("sevre").exit_code == 2
    assert run("audit", "--owt", "x").exit_code == 2
    assert run("audit", "x.wav", "--out", "o", "--fail-on", "terrible").exit_code == 2


def test_init_makes_a_folder_that_works(tmp_path: Path) -> None:
    result = run("init", tmp_path / "desk")
    assert result.exit_code == 0
    token = result.stdout.strip()
    settings = load(tmp_path / "desk" / "config.toml")
    assert settings.desk.tokens[0].role == "admin"
    assert token not in (tmp_path / "desk" / "config.toml").read_text("utf-8")
    assert settings.rules.packs == (tmp_path / "desk" / "rules",)
    assert settings.rulebook().version == load().rulebook().version


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    run("init", tmp_path / "desk")
    before = {path: path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file()}
    result = run("init", tmp_path / "desk")
    assert result.exit_code == 2
    assert "already there" in result.stderr
    assert {path: path.read_bytes() for path in (tmp_path / "desk").rglob("*") if path.is_file()} == before
    (tmp_path / "file").touch()
    assert run("init", tmp_path / "file" / "x").exit_code == 2


def test_two_inits_make_different_tokens(tmp_path: Path) -> None:
    assert run("init", tmp_path / "a").stdout != run("init", tmp_path / "b").stdout


def test_rules_check_passes_the_shipped_packs() -> None:
    result = run("rules", "check")
    assert result.exit_code == 0, result.stderr
    assert "0 mistakes" in result.stderr


def test_rules_check_names_every_mistake(tmp_path: Path) -> None:
    pack = tmp_path / "mine.toml"
    text = (resources.locate("rules") / "complaints.toml").read_text("utf-8")
    pack.write_text(text.replace("severity =", "severety =", 2), encoding="utf-8")
    result = run("rules", "check", "--set", f'rules.packs=["{pack}"]')
    assert result.exit_code == 2
    assert len(re.findall(r"mine\.toml:\d+: .*did you mean", result.stderr)) == 2


def test_rules_try_prints_hits_as_json_lines() -> None:
    result = run("rules", "try", "这不关我的事")
    hits = [json.loads(line) for line in result.stdout.splitlines()]
    assert "B1.not-my-business" in [hit["rule_id"] for hit in hits]
    assert set(hits[0]) == {"dialog", "turn", "rule_id", "kind", "severity", "quote", "certainty"}
    assert "A4" in result.stderr
    assert "B1." not in run("rules", "try", "好的,我马上为您查询").stdout


def test_rules_try_reads_dialogues(tmp_path: Path) -> None:
    table = tmp_path / "turns.tsv"
    table.write_text(
        "dialog\tturn\trole\ttext\nd1\t1\tcustomer\t不关我的事\nd1\t2\tagent\t不关我的事\n", encoding="utf-8"
    )
    hits = [json.loads(line) for line in run("rules", "try", "--tsv", table).stdout.splitlines()]
    found = [(hit["dialog"], hit["turn"]) for hit in hits if hit["rule_id"] == "B1.not-my-business"]
    assert found == [("d1", "2")]


def test_schema_describes_every_envelope() -> None:
    schema = json.loads(run("schema").stdout)
    check = jsonschema.Draft202012Validator(schema)
    for envelope in story():
        check.validate(envelope.wire())
    wrong = story()[0].wire() | {"seq": 0}
    assert not check.is_valid(wrong)
    assert set(BODIES) <= set(re.findall(r"[\w.]+", json.dumps(schema)))


def test_calls_are_found_and_listed(stocked: Path) -> None:
    rows = [json.loads(line) for line in run("calls", "list", "--json", "-c", stocked).stdout.splitlines()]
    assert sorted(row["call_id"] for row in rows) == ["call-1", "call-2", "call-3"]
    one = [
        json.loads(line)
        for line in run("calls", "list", "--json", "--agent", "2000", "-c", stocked).stdout.splitlines()
    ]
    assert [row["call_id"] for row in one] == ["call-3"]
    assert "call-2" in run("calls", "list", "-c", stocked).stdout
    assert run("calls", "list", "--json", "--since", "2999-01-01", "-c", stocked).stdout == ""


def test_calls_are_exported(stocked: Path, tmp_path: Path) -> None:
    result = run("calls", "export", "call-1", "-c", stocked)
    told = [Envelope.model_validate_json(line) for line in result.stdout.splitlines()]
    assert [envelope.body for envelope in told] == [envelope.body for envelope in story()]
    out = tmp_path / "calls.csv"
    assert run("calls", "export", "--format", "csv", "--out", out, "-c", stocked).exit_code == 0
    assert len(out.read_text("utf-8").splitlines()) == 4


def test_calls_are_erased_only_when_that_is_meant(stocked: Path) -> None:
    def left() -> int:
        return len(run("calls", "list", "--json", "-c", stocked).stdout.splitlines())

    assert "Nothing was erased" in run("calls", "erase", "--agent", "1042", "-c", stocked, answer="n\n").stderr
    assert left() == 3
    assert "2 calls erased" in run("calls", "erase", "--agent", "1042", "-c", stocked, answer="y\n").stderr
    assert left() == 1
    assert "0 calls erased" in run("calls", "erase", "--older-than-days", "1", "--yes", "-c", stocked).stderr
    assert "1 calls erased" in run("calls", "erase", "--call", "call-3", "-y", "-c", stocked).stderr
    assert left() == 0


def test_rules_test_says_what_the_present_rules_would_find(stocked: Path) -> None:
    result = run("rules", "test", "call-1", "-c", stocked)
    assert result.exit_code == 0
    assert "1 calls judged again" in result.stderr
    for line in result.stdout.splitlines():
        assert set(json.loads(line)) == {"call_id", "new", "gone"}


def test_audit_tells_how_it_went_by_its_exit_code(tmp_path: Path) -> None:
    good, bad = tmp_path / "nobody-speaks.wav", tmp_path / "bad.wav"
    bad.touch()
    with wave.open(str(good), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(4 * 8000 * 20))
    judge = ("audit", good, "--out", tmp_path / "out", "--model", model_for_tests())
    done = run(*judge, "--lang", "en")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "1 calls judged" in done.stderr
    assert "Made by linewatch" in (tmp_path / "out" / "report.html").read_text("utf-8")
    assert run(*judge, "--fail-on", "critical").exit_code == 0
    assert run(*judge, "--fail-on", "major").exit_code == 1
    partly = run(*judge, bad)
    assert partly.exit_code == 3
    assert f"{bad}: is empty" in partly.stderr
    assert run(*judge, bad, "--fail-on", "major").exit_code == 1


def test_audit_of_what_is_stored_needs_no_model(stocked: Path, tmp_path: Path) -> None:
    done = run("audit", "--from-store", "--out", tmp_path / "out", "-c", stocked)
    assert done.exit_code == 0, done.stderr
    assert "3 calls judged" in done.stderr
    assert run("audit", "--out", tmp_path / "out2", "--manifest", tmp_path / "none.csv").exit_code == 2


def test_models_are_listed_and_an_unknown_one_is_a_mistake() -> None:
    listed = run("models", "list").stdout
    assert "demo-zh" in listed
    assert "large-v3-turbo" in listed
    wrong = run("models", "fetch", "nobody")
    assert wrong.exit_code == 2
    assert "is not known" in wrong.stderr


def test_models_verify_says_what_to_set(tmp_path: Path) -> None:
    done = run("models", "verify", model_for_tests(), "--wav", short(tmp_path / "a.wav", 4))
    assert done.exit_code == 0, done.stderr
    assert set(json.loads(done.stdout)) == {"file", "short", "full"}
    assert "[asr] context" in done.stderr


def test_doctor_of_a_call_tells_both_legs(stocked: Path) -> None:
    result = run("doctor", "--call", "call-1", "-c", stocked)
    assert result.exit_code == 0
    assert "18.0 s of media" in result.stdout
    assert "1.0 s lost" in result.stdout


def test_the_project_names_the_command() -> None:
    scripts = tomllib.loads((resources.CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["scripts"]
    assert scripts == {"linewatch": "monitor.__main__:main"}


@pytest.mark.system
def test_as_a_process(tmp_path: Path) -> None:
    def process(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "monitor", *arguments]
        return subprocess.run(command, capture_output=True, text=True, cwd=resources.CHECKOUT, timeout=120, check=False)

    done = process("--version")
    assert (done.returncode, done.stderr) == (0, "")
    wrong = process("serve", "--config", str(tmp_path / "none.toml"))
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert len(wrong.stderr.splitlines()) == 1
