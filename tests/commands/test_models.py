"""`linewatch models`: listed, verified; an unknown one is a mistake."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.asr import checksums
from monitor.resources import locate
from tests.asr.folders import ENTRY, model_files, write
from tests.asr.hub import COMMIT, REPOSITORY, Hub
from tests.audit.material import short
from tests.commands.shell import run
from tests.demo_runs import test_model as model_for_tests


def test_models_are_listed_and_an_unknown_one_is_a_mistake() -> None:
    listed = run("models", "list").stdout
    assert "demo-zh" in listed
    assert "large-v3-turbo" in listed
    wrong = run("models", "fetch", "nobody")
    assert wrong.exit_code == 2
    assert "is not known" in wrong.stderr


def test_a_damaged_model_is_listed_as_such_and_notes_are_shown(tmp_path: Path) -> None:
    write(tmp_path / "tiny", model_files())
    write(tmp_path / "small", {"model.bin": b"cut"})
    lines = run("models", "list", "--set", f"asr.models_dir={tmp_path}").stdout.splitlines()
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in lines if line.startswith("│")]
    here = {row[0]: row[-1] for row in cells if row[0]}
    assert here["small"] == "damaged: config.json is missing"
    assert here["base"] == ""
    assert here["acft-small"] == "convert first"
    assert here["tiny"]
    assert "Understands no human speech" in " ".join(row[4] for row in cells)


def test_fetching_a_model_that_must_be_converted_says_how(tmp_path: Path) -> None:
    told = run("models", "fetch", "acft-small", "--set", f"asr.models_dir={tmp_path}")
    assert told.exit_code == 2
    assert "pip install" in flat(told.stderr, " ")
    assert "openai/whisper-small" in told.stderr


def test_fetching_shows_how_far_it_is_in_a_log_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = [replace(ENTRY, name="some")]
    monkeypatch.setattr("monitor.asr.registry.load_registry", lambda: registry)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Hub(model_files()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        done = run("models", "fetch", "some", "--revision", COMMIT[:9], "--set", f"asr.models_dir={tmp_path}")
    assert done.exit_code == 0, done.stderr
    assert hub.asked == [COMMIT[:9]]
    checked = flat(run("models", "verify", "some", "--set", f"asr.models_dir={tmp_path}").stderr, " ")
    for told in (flat(done.stderr, " "), checked):
        assert f"{REPOSITORY} at {COMMIT} ({COMMIT[:9]})" in told
    percents = [int(line.split()[0]) for line in done.stderr.splitlines() if " % of " in line]
    assert percents == sorted(set(percents))
    assert percents[-1] == 100
    assert (tmp_path / "some" / "SHA256SUMS").is_file()


def test_models_verify_compares_checksums_where_there_are_some(tmp_path: Path) -> None:
    done = run("models", "verify", "demo-zh")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "5 files are as their checksums say" in flat(done.stderr, " ")
    copy = shutil.copytree(locate("models/demo-zh"), tmp_path / "copy")
    with (copy / "model.bin").open("r+b") as f:
        f.seek(6_000_000)
        f.write(bytes(20_000))
    assert run("models", "verify", copy).exit_code == 2
    (copy / "SHA256SUMS").unlink()
    assert "no checksums to compare" in flat(run("models", "verify", copy).stderr, " ")


def test_damage_in_the_middle_names_the_command_that_mends_it(tmp_path: Path) -> None:
    folder = write(tmp_path / "small", model_files())
    checksums.write(folder)
    (folder / "tokenizer.json").write_bytes(model_files()["tokenizer.json"] + b" ")
    wrong = run("models", "verify", "small", "--set", f"asr.models_dir={tmp_path}")
    assert wrong.exit_code == 2
    assert "Fetch it again: linewatch models fetch small" in flat(wrong.stderr, " ")


def test_an_endpoint_has_no_folder_to_verify() -> None:
    wrong = run("models", "verify", "--set", "asr.engine=openai", "--set", "asr.openai.url=http://127.0.0.1:9")
    assert wrong.exit_code == 2
    assert "is an endpoint" in flat(wrong.stderr, " ")


def test_models_verify_says_what_to_set(tmp_path: Path) -> None:
    done = run("models", "verify", model_for_tests(), "--wav", short(tmp_path / "a.wav", 4))
    assert done.exit_code == 0, done.stderr
    assert set(json.loads(done.stdout)) == {"file", "short", "full"}
    assert "[asr] context" in done.stderr
    assert "times the CPU time of short" in flat(done.stderr, " ")
    assert "segments 0 were decoded again at 30 s" in flat(done.stderr, " ")


def test_a_recording_that_cannot_be_heard_costs_no_other(tmp_path: Path) -> None:
    bad = tmp_path / "bad.wav"
    bad.write_bytes(b"RIFF garbage")
    done = run("models", "verify", model_for_tests(), "--wav", bad, "--wav", short(tmp_path / "a.wav", 4))
    assert done.exit_code == 3
    assert json.loads(done.stdout)["file"] == str(tmp_path / "a.wav")
    assert "bad.wav: cannot be read as audio" in done.stderr
    assert "[asr] context" in done.stderr


def test_what_was_said_without_the_recordings_is_a_mistake(tmp_path: Path) -> None:
    wrong = run("models", "verify", "demo-zh", "--tsv", tmp_path / "said.tsv")
    assert wrong.exit_code == 2
    assert "--wav" in flat(wrong.stderr, " ")


def test_the_shipped_one_is_not_fetched_from_nowhere() -> None:
    wrong = run("models", "fetch", "demo-zh")
    assert wrong.exit_code == 2
    assert "from @" not in wrong.stderr


def test_models_verify_measures_with_the_users_settings(tmp_path: Path) -> None:
    mine = ("--set", "asr.device=cpu", "--set", "asr.margin_ms=3000", "--set", "asr.compute_type=float32")
    done = run("models", "verify", "demo-zh", "--wav", short(tmp_path / "a.wav", 4), *mine)
    assert "cpu, 1 thread, float32, language zh, margin 3000 ms" in flat(done.stderr, " ")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("b.wav\t您好\nc.wav\t再见\n", "names none of the recordings; found b.wav. There are: a.wav"),
        ("a.wav\t您好\n\na.wav 您好\n", "said.tsv:3: has no tab between file name and text"),
        ("\n", "names none of the recordings; found no line"),
    ],
)
def test_what_was_said_must_be_of_the_recordings(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "said.tsv").write_text(text, "utf-8")
    wav = short(tmp_path / "a.wav", 4)
    wrong = run("models", "verify", model_for_tests(), "--wav", wav, "--tsv", tmp_path / "said.tsv")
    assert wrong.exit_code == 2
    assert told in flat(wrong.stderr, " ")
    assert "Set [asr] context" not in wrong.stderr


def test_errors_of_a_part_of_the_recordings_say_so(tmp_path: Path) -> None:
    (tmp_path / "said.tsv").write_text("there/a.wav\t您好\nelsewhere.wav\t再见\n", "utf-8")
    wavs = [arg for name in "ab" for arg in ("--wav", short(tmp_path / f"{name}.wav", 4))]
    done = run("models", "verify", model_for_tests(), *wavs, "--tsv", tmp_path / "said.tsv")
    assert done.exit_code == 0, done.stderr
    assert "in 1 of 2 recordings" in flat(done.stderr, " ")


def flat(text: str, joint: str = "") -> str:
    """A table's cells and wrapped lines put together again."""
    return joint.join(text.replace("│", " ").replace("┃", " ").split())
