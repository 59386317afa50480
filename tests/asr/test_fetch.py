"""A model brought from a real socket: resumed, checked by hash, refused when it stays damaged."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.asr import registry
from monitor.errors import ModelError
from tests.asr.folders import ENTRY, model_files, weights, write
from tests.asr.hub import COMMIT, Hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub({**model_files(), "README.md": b"not wanted"}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "HF_HUB_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield hub


def test_brings_the_wanted_files_and_reports(hub: Hub, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    folder = registry.fetch(ENTRY, tmp_path, lambda *at: seen.append(at))
    assert folder == tmp_path / "some"
    assert sorted(p.name for p in folder.iterdir()) == sorted([*model_files(), "origin.json"])
    assert json.loads((folder / "origin.json").read_text())["commit"] == COMMIT
    assert seen[-1][1] == seen[-1][2] == sum(map(len, model_files().values()))
    assert [at[1] for at in seen] == sorted(at[1] for at in seen)
    assert registry.locate("some", tmp_path) == folder


def test_resumes_where_the_line_broke(hub: Hub, tmp_path: Path) -> None:
    hub.break_after["model.bin"] = 3000
    folder = registry.fetch(ENTRY, tmp_path)
    assert [r for name, r in hub.ranges if name == "model.bin"] == [None, "bytes=3000-"]
    assert (folder / "model.bin").read_bytes() == weights()


def test_resumes_in_the_next_run(hub: Hub, tmp_path: Path) -> None:
    write(tmp_path / "some.part", {"model.bin.part": weights()[:1234], "config.json": model_files()["config.json"]})
    registry.fetch(ENTRY, tmp_path)
    assert ("model.bin", "bytes=1234-") in hub.ranges
    assert "config.json" not in [name for name, _ in hub.ranges]


def test_a_damaged_file_is_fetched_anew(hub: Hub, tmp_path: Path) -> None:
    hub.spoil["model.bin"] = 1
    folder = registry.fetch(ENTRY, tmp_path)
    assert (folder / "model.bin").read_bytes() == weights()


@pytest.mark.parametrize("name", ["model.bin", "config.json"])
def test_one_that_stays_damaged_is_refused(hub: Hub, tmp_path: Path, name: str) -> None:
    hub.spoil[name] = 100
    with pytest.raises(ModelError, match=rf"{name}: came damaged"):
        registry.fetch(ENTRY, tmp_path)
    assert not (tmp_path / "some").exists()


def test_a_damaged_older_copy_is_replaced(hub: Hub, tmp_path: Path) -> None:
    write(tmp_path / "some", {"model.bin": b"old"})
    assert (registry.fetch(ENTRY, tmp_path) / "model.bin").read_bytes() == weights()


@pytest.mark.parametrize("status", [401, 404])
def test_a_repository_that_is_not_there(hub: Hub, tmp_path: Path, status: int) -> None:
    hub.refuse = status
    with pytest.raises(ModelError, match=f"HTTP {status}"):
        registry.fetch(ENTRY, tmp_path)


def test_no_network_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
    with pytest.raises(ModelError, match=r"cannot be reached.*HF_ENDPOINT"):
        registry.fetch(ENTRY, tmp_path)


def test_a_repository_without_the_weights(hub: Hub, tmp_path: Path) -> None:
    del hub.files["model.bin"]
    with pytest.raises(ModelError, match="no CTranslate2 model"):
        registry.fetch(ENTRY, tmp_path)


def test_a_transformers_checkpoint_names_the_converter(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="ct2-transformers-converter --model"):
        registry.fetch(replace(ENTRY, format="transformers"), tmp_path)


def test_the_shipped_one_needs_no_fetching(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="shipped"):
        registry.fetch(replace(ENTRY, repository=""), tmp_path)
