"""One file over a line that breaks: nothing that has come is asked for again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.asr.download import TRIES, Remote, download, right
from monitor.errors import ModelError
from tests.asr.folders import ENTRY, model_files, weights
from tests.asr.hub import COMMIT, Hub

MODEL = Remote("model.bin", len(weights()), hashlib.sha256(weights()).hexdigest(), None)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub(model_files()) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield hub


def come(target: Path) -> list[int]:
    seen: list[int] = []
    download(ENTRY, COMMIT, MODEL, target, seen.append)
    return seen


@pytest.mark.parametrize("chunked", [False, True])
def test_a_line_that_breaks_often_gets_there(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunked: bool
) -> None:
    hub.chunked = chunked
    whole = hub.answer

    def short(name: str, wanted: str | None) -> tuple[int, bytes, int]:
        hub.break_after[name] = 1500
        return whole(name, wanted)

    monkeypatch.setattr(hub, "answer", short)
    seen = come(tmp_path / "model.bin")
    assert (tmp_path / "model.bin").read_bytes() == weights()
    assert [wanted for _, wanted in hub.ranges] == [None, *(f"bytes={n}-" for n in range(1500, len(weights()), 1500))]
    assert len(hub.ranges) > TRIES
    assert seen == sorted(seen)


@pytest.mark.parametrize("chunked", [False, True])
def test_a_line_that_brings_nothing_is_given_up(hub: Hub, tmp_path: Path, chunked: bool) -> None:
    hub.chunked = chunked
    hub.answer = lambda name, wanted: (200, b"", MODEL.size)  # type: ignore[method-assign]
    with pytest.raises(ModelError, match=r"model\.bin: http.* cannot be reached"):
        come(tmp_path / "model.bin")


@pytest.mark.parametrize("status", [403, 404])
def test_a_file_that_is_refused_is_not_asked_for_again(hub: Hub, tmp_path: Path, status: int) -> None:
    hub.refuse_files = status
    with pytest.raises(ModelError, match=f"does not give it to us; found HTTP {status}"):
        come(tmp_path / "model.bin")


def test_a_part_longer_than_the_file_is_thrown_away(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "model.bin.part").write_bytes(weights() + b"more")
    come(tmp_path / "model.bin")
    assert hub.ranges == [("model.bin", None)]


def test_right_is_the_hubs_hash_of_either_kind(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"hello\n")
    blob = "ce013625030ba8dba906f756967f9e9ca394464a"  # git hash-object
    assert right(path, Remote("a", 6, None, blob))
    assert not right(path, Remote("a", 6, None, blob[::-1]))
    assert not right(path, Remote("a", 7, None, blob))
    assert not right(path, Remote("a", 6, "0" * 64, None))
