"""A model brought from a real socket: resumed, checked by hash, refused when it stays damaged."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
import trustme
from huggingface_hub import close_session

from monitor.asr import checksums, origin, registry
from monitor.asr.origin import Origin
from monitor.errors import ModelError
from tests.asr.folders import ENTRY, model_files, weights, write
from tests.asr.hub import COMMIT, REPOSITORY, Hub
from tests.asr.proxy import Proxy


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub({**model_files(), "README.md": b"not wanted"}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        direct(monkeypatch)
        yield hub


def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's proxy; the hub's client is made anew, since it keeps what it read when it was made."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    close_session()


def test_brings_the_wanted_files_and_reports(hub: Hub, tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    folder = registry.fetch(ENTRY, tmp_path, lambda *at: seen.append(at))
    assert folder == tmp_path / "some"
    assert sorted(p.name for p in folder.iterdir()) == sorted([*model_files(), "origin.json", checksums.SUMS])
    assert checksums.compare(folder) == len(model_files())
    assert origin.read(folder) == Origin(REPOSITORY, COMMIT, "MIT", "main")
    assert seen[-1][1] == seen[-1][2] == sum(map(len, model_files().values()))
    assert [at[1] for at in seen] == sorted(at[1] for at in seen)
    assert registry.locate("some", tmp_path) == folder


@pytest.mark.parametrize("revision", [COMMIT, COMMIT[:12], "v1.0", "main"])
def test_what_a_branch_is_today_is_noted_and_its_files_are_those_of_that_commit(
    hub: Hub, tmp_path: Path, revision: str
) -> None:
    folder = registry.fetch(replace(ENTRY, revision=revision), tmp_path)
    assert hub.asked == [revision]
    came = origin.read(folder)
    assert came is not None
    assert (came.commit, came.revision) == (COMMIT, revision)


def test_another_commit_than_the_pinned_one_is_refused(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is offered at another commit than fedcba9"):
        registry.fetch(replace(ENTRY, revision="fedcba9"), tmp_path)
    assert hub.ranges == []


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


@pytest.mark.parametrize("unstated", [("size", "blobId", "lfs"), ("size",), ("blobId", "lfs")])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_mirror_that_says_nothing_of_its_files_is_believed_to_send_them_whole(
    hub: Hub, tmp_path: Path, unstated: tuple[str, ...], chunked: bool
) -> None:
    hub.unstated, hub.chunked = unstated, chunked
    hub.break_after["model.bin"] = 3000
    seen: list[tuple[str, int, int]] = []
    folder = registry.fetch(ENTRY, tmp_path, lambda *at: seen.append(at))
    assert (folder / "model.bin").read_bytes() == weights()
    assert checksums.compare(folder) == len(model_files())
    assert [r for name, r in hub.ranges if name == "model.bin"] == [None, "bytes=3000-"]
    assert all(done <= total for _, done, total in seen)


def test_a_part_that_may_be_whole_is_fetched_anew_where_nobody_says(hub: Hub, tmp_path: Path) -> None:
    hub.unstated = ("size", "blobId", "lfs")
    write(tmp_path / "some.part", {"model.bin.part": weights()[:-1] + b"?"})
    assert (registry.fetch(ENTRY, tmp_path) / "model.bin").read_bytes() == weights()


def test_two_at_a_time_bring_it_once(hub: Hub, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as both:
        folders = list(both.map(lambda _: registry.fetch(ENTRY, tmp_path), range(2)))
    assert folders == [tmp_path / "some"] * 2
    assert sorted(name for name, _ in hub.ranges) == sorted(model_files())
    assert checksums.compare(tmp_path / "some") == len(model_files())


def test_the_pinned_one_that_is_here_needs_no_network(hub: Hub, tmp_path: Path) -> None:
    pinned = replace(ENTRY, revision=COMMIT[:12])
    folder = registry.fetch(pinned, tmp_path)
    hub.asked.clear()
    hub.refuse = 404
    assert registry.fetch(pinned, tmp_path) == folder
    assert hub.asked == []
    for other in (ENTRY, replace(ENTRY, revision="fedcba9"), replace(pinned, repository="another/one")):
        with pytest.raises(ModelError, match="HTTP 404"):
            registry.fetch(other, tmp_path)
    with (folder / "model.bin").open("r+b") as f:
        f.seek(2000)
        f.write(b"damage")
    hub.refuse = None
    assert (registry.fetch(pinned, tmp_path) / "model.bin").read_bytes() == weights()


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


def test_of_an_older_copy_only_what_is_wrong_comes_again(hub: Hub, tmp_path: Path) -> None:
    write(tmp_path / "some", model_files() | {"model.bin": b"old", "notes.txt": b"mine"})
    assert (registry.fetch(ENTRY, tmp_path) / "model.bin").read_bytes() == weights()
    assert {name for name, _ in hub.ranges} == {"model.bin"}
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["some"]


def test_one_that_is_here_and_whole_is_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    registry.fetch(ENTRY, tmp_path)
    hub.ranges.clear()
    assert registry.fetch(ENTRY, tmp_path) == tmp_path / "some"
    assert hub.ranges == []


def test_an_older_copy_stays_while_the_new_one_does_not_come(hub: Hub, tmp_path: Path) -> None:
    write(tmp_path / "some", model_files() | {"model.bin": b"old"})
    hub.refuse_files = 404
    with pytest.raises(ModelError):
        registry.fetch(ENTRY, tmp_path)
    assert (tmp_path / "some" / "model.bin").read_bytes() == b"old"


@pytest.mark.parametrize("status", [401, 404])
def test_a_repository_that_is_not_there(hub: Hub, tmp_path: Path, status: int) -> None:
    hub.refuse = status
    with pytest.raises(ModelError, match=f"HTTP {status}"):
        registry.fetch(ENTRY, tmp_path)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_carries_everything(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str) -> None:
    """The hub's name is known to the proxy alone; over TLS it only tunnels, so what comes is the hub's own."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER) if scheme == "https" else None
    if tls:
        authority.issue_cert("hub.test").configure_cert(tls)
    direct(monkeypatch)
    with Hub(model_files(), tls=tls) as hub, Proxy({"hub.test": hub.port}) as proxy:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        monkeypatch.setenv(f"{scheme}_proxy", proxy.url)
        monkeypatch.setenv("HF_ENDPOINT", f"{scheme}://hub.test")
        hub.break_after["model.bin"] = 3000
        folder = registry.fetch(ENTRY, tmp_path / "models")
    close_session()
    assert checksums.compare(folder) == len(model_files())
    assert ("model.bin", "bytes=3000-") in hub.ranges
    if tls:
        assert set(proxy.asked) == {"hub.test:443"}
    else:
        assert f"http://hub.test/{REPOSITORY}/resolve/{COMMIT}/model.bin" in proxy.asked
    assert len(proxy.asked) >= 2 + len(model_files())


def test_a_full_disk_is_not_called_a_broken_network(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "some.part").mkdir()
    (tmp_path / "some.part" / "model.bin.part").symlink_to("/dev/full")
    with pytest.raises(ModelError, match=r"cannot be written to .*; found No space left on device\. Make room"):
        registry.fetch(ENTRY, tmp_path)


def test_a_models_folder_that_is_a_file(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(ModelError, match=r"cannot be written to .*/models; found"):
        registry.fetch(ENTRY, tmp_path / "models")


def test_no_network_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    direct(monkeypatch)
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


def test_a_transformers_checkpoint_names_what_to_install_and_run(tmp_path: Path) -> None:
    entry = replace(ENTRY, format="transformers")
    with pytest.raises(ModelError, match=r"must be converted once.*pip install .*ct2-transformers-converter --model"):
        registry.fetch(entry, tmp_path)
    converted = write(tmp_path / "some", model_files())
    assert registry.fetch(entry, tmp_path) == converted
    (converted / "model.bin").write_bytes(weights()[:100])
    with pytest.raises(ModelError, match=r"damaged.*Delete the folder.*ct2-transformers-converter --model"):
        registry.fetch(entry, tmp_path)


def test_a_repository_that_holds_a_broken_model_is_not_fetched_in_a_circle(hub: Hub, tmp_path: Path) -> None:
    hub.files["model.bin"] = weights()[:100]
    with pytest.raises(ModelError, match=r"damaged or cut off.*The repository holds it so"):
        registry.fetch(ENTRY, tmp_path)


def test_the_shipped_one_needs_no_fetching(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="shipped"):
        registry.fetch(replace(ENTRY, repository=""), tmp_path)
