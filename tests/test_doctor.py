from __future__ import annotations

import shutil
import socket
import sqlite3
from pathlib import Path

import pytest

from monitor import doctor
from monitor.config import Settings, load
from monitor.doctor import Check
from monitor.errors import ConfigError
from monitor.resources import locate
from monitor.sinks.report.words import DEMO_MODEL
from monitor.store.store import Store
from tests.demo_runs import test_model as model_for_tests
from tests.measured import calls_of_a_bad_seat
from tests.sinks.report.story import story


def settings(folder: Path, *overrides: str) -> Settings:
    config = folder / "config.toml"
    config.write_text("", encoding="utf-8")
    return load(config, [f"asr.model={model_for_tests()}", "desk.port=0", *overrides])


def checks(one: Settings) -> dict[str, Check]:
    return {check.what: check for check in doctor.examine(one)}


def test_with_the_embedded_model_nothing_is_missing_and_its_limits_are_told(tmp_path: Path) -> None:
    found = doctor.examine(settings(tmp_path))
    assert [check for check in found if check.state == "missing"] == []
    if model_for_tests() == DEMO_MODEL:
        assert any("synthetic speech only" in check.found for check in found)
        languages = next(check for check in found if check.what == "languages")
        assert (languages.state, languages.found) == ("note", doctor.TELLS["nothing"])
    speech = next(check for check in found if check.what == "speech")
    assert speech.found == "stays on this machine"


def test_looking_changes_nothing(tmp_path: Path) -> None:
    one = settings(tmp_path)
    before = sorted(tmp_path.iterdir())
    doctor.examine(one)
    assert sorted(tmp_path.iterdir()) == before


def test_a_model_that_is_not_there_names_the_command(tmp_path: Path) -> None:
    one = settings(tmp_path, "asr.model=small", f"asr.models_dir={tmp_path / 'models'}")
    missing = checks(one)["recogniser"]
    assert missing.state == "missing"
    assert "linewatch models fetch small" in missing.do


def test_a_model_damaged_in_the_middle_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(locate("models/demo-zh"), copy)
    model = checks(settings(tmp_path, f"asr.model={copy}"))["model"]
    assert model.found == f"{copy}; 5 files are as their checksums say"
    with (copy / "model.bin").open("r+b") as f:
        f.seek(6_000_000)
        f.write(bytes(20_000))
    missing = checks(settings(tmp_path, f"asr.model={copy}"))["recogniser"]
    assert (missing.state, "model.bin: is damaged" in missing.found) == ("missing", True)
    (copy / "SHA256SUMS").unlink()
    assert "no checksums to compare" in checks(settings(tmp_path, f"asr.model={copy}"))["model"].found


def test_a_language_that_the_model_lacks(tmp_path: Path) -> None:
    missing = checks(settings(tmp_path, "asr.language=klingon"))["recogniser"]
    assert (missing.state, "Set a code such as" in missing.do) == ("missing", True)


def test_speech_that_leaves_the_machine_is_told(tmp_path: Path) -> None:
    one = settings(tmp_path, "asr.engine=openai", "asr.openai.url=http://10.0.0.5:8000/v1")
    assert "LEAVES" in checks(one)["speech"].found
    assert "http://10.0.0.5:8000/v1" in checks(one)["speech"].found


def test_an_endpoint_without_an_address_or_that_nobody_serves(tmp_path: Path) -> None:
    missing = checks(settings(tmp_path, "asr.engine=openai"))["recogniser"]
    assert (missing.state, "no http address" in missing.found) == ("missing", True)
    with socket.create_server(("127.0.0.1", 0)) as door:
        url = f"asr.openai.url=http://127.0.0.1:{door.getsockname()[1]}/v1"
        assert checks(settings(tmp_path, "asr.engine=openai", url))["recogniser"].state == "ok"
    gone = checks(settings(tmp_path, "asr.engine=openai", url))["recogniser"]
    assert (gone.state, "does not answer" in gone.found) == ("missing", True)


def test_a_device_that_cannot_what_is_asked_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = checks(settings(tmp_path, "asr.device=cpu", "asr.compute_type=float64"))["device"]
    assert (wrong.state, "int8" in wrong.do) == ("missing", True)

    def no_driver(device: str) -> set[str]:
        raise RuntimeError("CUDA driver version is insufficient")

    monkeypatch.setattr(doctor.ctranslate2, "get_supported_compute_types", no_driver)
    absent = checks(settings(tmp_path, "asr.device=cuda"))["device"]
    assert (absent.state, "insufficient" in absent.found) == ("missing", True)


def test_a_graphics_card_without_the_library_that_computes_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor.ctranslate2, "get_supported_compute_types", lambda device: {"float32", "int8_float32"})
    monkeypatch.setattr(doctor, "CUBLAS", "libc.so.6")
    able = checks(settings(tmp_path, "asr.device=cuda"))["device"]
    assert (able.state, "cuda (set), int8_float32" in able.found) == ("ok", True)
    monkeypatch.setattr(doctor, "CUBLAS", "libcublas.so.of-nobody")
    missing = checks(settings(tmp_path, "asr.device=cuda"))["device"]
    assert (missing.state, "finds no libcublas" in missing.found, "cuBLAS" in missing.do) == ("missing", True, True)


def test_a_port_in_use(tmp_path: Path) -> None:
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = checks(settings(tmp_path, f"desk.port={busy.getsockname()[1]}"))["port"]
    assert port.state == "missing"
    assert "[desk] port" in port.do


def test_an_open_port_without_tls_is_noted(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("0.0.0.0", 0))
        free = probe.getsockname()[1]
    port = checks(settings(tmp_path, "desk.host=0.0.0.0", f"desk.port={free}"))["port"]
    assert port.state == "note"
    assert "tls_cert" in port.do


def test_a_store_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    assert checks(settings(tmp_path, "store.url=sqlite:///data/x.db"))["store"].state == "ok"
    gone = checks(settings(tmp_path, "store.url=sqlite:///nowhere/x.db"))["store"]
    assert gone.do == f"mkdir -p {tmp_path / 'nowhere'}"
    with sqlite3.connect(tmp_path / "data" / "x.db") as base:
        base.execute("CREATE TABLE t (x)")
        base.commit()
        base.execute("BEGIN EXCLUSIVE")
        assert checks(settings(tmp_path, "store.url=sqlite:///data/x.db"))["store"].state == "missing"
    (tmp_path / "data" / "text.db").write_text("this is no database, but long enough to be looked at" * 3)
    assert checks(settings(tmp_path, "store.url=sqlite:///data/text.db"))["store"].state == "missing"


def test_a_password_in_the_address_of_a_database_is_not_shown(tmp_path: Path) -> None:
    store = checks(settings(tmp_path, "store.url=postgresql+psycopg://me:secret@host/calls"))["store"]
    assert "secret" not in store.found
    assert "host/calls" in store.found


def test_a_mistake_in_the_rules_is_found(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "x.toml").write_text('[[rule]]\nid = "x"\nkind = "forbiden"\n', encoding="utf-8")
    rules = checks(settings(tmp_path))["rules"]
    assert rules.state == "missing"
    assert "x.toml:1" in rules.found


def test_a_group_that_takes_no_call_is_noted_with_the_lines_there_are(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'linewatch.db'}")
    for told in calls_of_a_bad_seat():
        store.append(told)
    store.close()
    groups = ['signal.groups.first={ lines = ["l0"] }', 'signal.groups.mobile={ lines = ["gsm-*"] }']
    found = checks(settings(tmp_path, *groups))
    assert (found["group first"].state, found["group first"].found) == ("ok", "stored calls came in on l0")
    assert found["group mobile"].state == "note"
    assert "lines there are: l0, l1" in found["group mobile"].found


def test_both_legs_of_a_call(tmp_path: Path) -> None:
    one = settings(tmp_path)
    store = Store(one.store.url)
    store.append(story("call-1"))
    store.append(story("call-2")[:10])
    store.close()
    found = {check.what: check for check in doctor.examine_call(one, "call-1")}
    assert found["agent"].state == found["customer"].state == "ok"
    assert "2.7 s suppressed" in found["customer"].found
    assert doctor.examine_call(one, "call-2")[-1].what == "legs"
    with pytest.raises(ConfigError, match="not in the store"):
        doctor.examine_call(one, "call-3")
