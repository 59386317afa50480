"""The registry of models: read, located, checked, fetched from a real socket, compared."""

from __future__ import annotations

import json
import shutil
import socket
import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.asr import registry
from monitor.asr.folder import check_folder
from monitor.asr.registry import ModelEntry
from monitor.errors import ConfigError, ModelError
from tests.asr.hub import COMMIT, REPOSITORY, Hub

ENTRY = ModelEntry(
    name="some", repository=REPOSITORY, revision="main", licence="MIT", languages=("zh",), size_mb=1, hardware="",
    format="ct2", note="",
)  # fmt: skip


def weights(spec: str = "WhisperSpec", values: int = 5000) -> bytes:
    """The smallest model.bin that has CTranslate2's structure: one variable of bytes."""

    def string(text: str) -> bytes:
        return struct.pack("<H", len(text) + 1) + text.encode() + b"\0"

    head = struct.pack("<I", 6) + string(spec) + struct.pack("<I", 3) + struct.pack("<I", 1)
    variable = string("encoder/weight") + struct.pack("<BIBI", 1, values, 1, values) + bytes(values)
    return head + variable + struct.pack("<I", 0)


def model_files(entries: int = 51865) -> dict[str, bytes]:
    return {
        "model.bin": weights(),
        "config.json": json.dumps({"lang_ids": [50260], "alignment_heads": [[1, 0]]}).encode(),
        "tokenizer.json": b"{}",
        "vocabulary.json": json.dumps([str(i) for i in range(entries)]).encode(),
        "preprocessor_config.json": b"{}",
    }


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with Hub({**model_files(), "README.md": b"not wanted"}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "HF_HUB_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield hub


class TestRegistry:
    def test_the_shipped_list_is_whole(self) -> None:
        entries = registry.load_registry()
        names = [entry.name for entry in entries]
        assert len(names) == len(set(names))
        assert {"demo-zh", "tiny", "base", "small", "medium", "large-v3", "large-v3-turbo"} <= set(names)
        for entry in entries:
            assert entry.licence
            assert entry.size_mb > 0
            assert entry.hardware
            assert entry.format in ("ct2", "transformers")
            assert entry.shipped or entry.repository.count("/") == 1
            assert entry.shipped or entry.revision

    def test_auto_names_known_models(self) -> None:
        known = {entry.name for entry in registry.load_registry()}
        assert {"small", "large-v3-turbo"} <= known

    @pytest.mark.parametrize(
        "text", ["model = 3", "[[model]]\nname = 'x'", "[[model", "[[model]]\nnam = 1\nlanguages = []"]
    )
    def test_a_broken_list_is_the_operators_mistake(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "models.toml"
        path.write_text(text)
        with pytest.raises(ConfigError, match=r"models\.toml"):
            registry.load_registry(path)


class TestLocate:
    def test_a_fetched_model_by_name(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "small", model_files())
        assert registry.locate("small", tmp_path) == folder

    def test_a_folder_by_path(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "mine", model_files())
        assert registry.locate(str(folder)) == folder

    def test_a_folder_of_ones_own_in_the_models_folder(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "our-own", model_files())
        assert registry.locate("our-own", tmp_path) == folder

    def test_a_model_not_fetched_names_the_command(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"linewatch models fetch small"):
            registry.locate("small", tmp_path)

    def test_an_unknown_name_lists_the_known(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match=r"not known.*large-v3-turbo"):
            registry.locate("smal", tmp_path)

    def test_a_path_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="folder is not there"):
            registry.locate(str(tmp_path / "nothing"))

    def test_present_is_none_for_a_half_model(self, tmp_path: Path) -> None:
        write(tmp_path / "small", {"model.bin": weights()})
        entry = next(e for e in registry.load_registry() if e.name == "small")
        assert registry.present(entry, tmp_path) is None

    def test_the_users_cache_is_the_default(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr("os.name", "posix")
        assert registry.default_models_dir() == tmp_path / "linewatch" / "models"


class TestCheckFolder:
    def test_a_whole_folder_passes(self, tmp_path: Path) -> None:
        check_folder(write(tmp_path / "m", model_files()))

    @pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
    def test_each_missing_file_is_named(self, tmp_path: Path, name: str) -> None:
        files = model_files()
        del files[name]
        with pytest.raises(ModelError, match=rf"{name}: is missing; found .*\. Fetch it again"):
            check_folder(write(tmp_path / "m", files))

    @pytest.mark.parametrize("keep", [0, 3, 20, 60, 4000])
    def test_a_cut_off_model_is_damaged(self, tmp_path: Path, keep: int) -> None:
        files = model_files() | {"model.bin": weights()[:keep]}
        with pytest.raises(ModelError, match=rf"model\.bin: is damaged or cut off; found {keep} bytes"):
            check_folder(write(tmp_path / "m", files))

    def test_another_kind_of_model(self, tmp_path: Path) -> None:
        files = model_files() | {"model.bin": weights("TransformerSpec")}
        with pytest.raises(ModelError, match="another kind; found TransformerSpec"):
            check_folder(write(tmp_path / "m", files))

    def test_an_english_only_model(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="English only; found 51864"):
            check_folder(write(tmp_path / "m", model_files(51864)))

    def test_a_wrong_vocabulary(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="not Whisper's vocabulary; found 12"):
            check_folder(write(tmp_path / "m", model_files(12)))

    @pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.json"])
    def test_json_that_is_none(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ModelError, match=rf"{name}: is not readable JSON"):
            check_folder(write(tmp_path / "m", model_files() | {name: b"{cut"}))

    def test_a_transformers_folder(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="ct2-transformers-converter"):
            check_folder(write(tmp_path / "m", model_files() | {"config.json": b'{"d_model": 384}'}))

    def test_vocabulary_txt_is_as_good(self, tmp_path: Path) -> None:
        files = model_files()
        del files["vocabulary.json"]
        files["vocabulary.txt"] = "\n".join(map(str, range(51865))).encode() + b"\n"
        check_folder(write(tmp_path / "m", files))


class TestFetch:
    def test_brings_the_wanted_files_and_reports(self, hub: Hub, tmp_path: Path) -> None:
        seen: list[tuple[str, int, int]] = []
        folder = registry.fetch(ENTRY, tmp_path, lambda *at: seen.append(at))
        assert folder == tmp_path / "some"
        assert sorted(p.name for p in folder.iterdir()) == sorted([*model_files(), "origin.json"])
        assert json.loads((folder / "origin.json").read_text())["commit"] == COMMIT
        assert seen[-1][1] == seen[-1][2] == sum(map(len, model_files().values()))
        assert [at[1] for at in seen] == sorted(at[1] for at in seen)
        assert registry.locate("some", tmp_path) == folder

    def test_resumes_where_the_line_broke(self, hub: Hub, tmp_path: Path) -> None:
        hub.break_after["model.bin"] = 3000
        folder = registry.fetch(ENTRY, tmp_path)
        assert [r for name, r in hub.ranges if name == "model.bin"] == [None, "bytes=3000-"]
        assert (folder / "model.bin").read_bytes() == weights()

    def test_resumes_in_the_next_run(self, hub: Hub, tmp_path: Path) -> None:
        write(tmp_path / "some.part", {"model.bin.part": weights()[:1234], "config.json": model_files()["config.json"]})
        registry.fetch(ENTRY, tmp_path)
        assert ("model.bin", "bytes=1234-") in hub.ranges
        assert "config.json" not in [name for name, _ in hub.ranges]

    def test_a_damaged_file_is_fetched_anew(self, hub: Hub, tmp_path: Path) -> None:
        hub.spoil["model.bin"] = 1
        folder = registry.fetch(ENTRY, tmp_path)
        assert (folder / "model.bin").read_bytes() == weights()

    @pytest.mark.parametrize("name", ["model.bin", "config.json"])
    def test_one_that_stays_damaged_is_refused(self, hub: Hub, tmp_path: Path, name: str) -> None:
        hub.spoil[name] = 100
        with pytest.raises(ModelError, match=rf"{name}: came damaged"):
            registry.fetch(ENTRY, tmp_path)
        assert not (tmp_path / "some").exists()

    def test_a_damaged_older_copy_is_replaced(self, hub: Hub, tmp_path: Path) -> None:
        write(tmp_path / "some", {"model.bin": b"old"})
        assert (registry.fetch(ENTRY, tmp_path) / "model.bin").read_bytes() == weights()

    @pytest.mark.parametrize("status", [401, 404])
    def test_a_repository_that_is_not_there(self, hub: Hub, tmp_path: Path, status: int) -> None:
        hub.refuse = status
        with pytest.raises(ModelError, match=f"HTTP {status}"):
            registry.fetch(ENTRY, tmp_path)

    def test_no_network_is_said(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
        with pytest.raises(ModelError, match=r"cannot be reached.*HF_ENDPOINT"):
            registry.fetch(ENTRY, tmp_path)

    def test_a_repository_without_the_weights(self, hub: Hub, tmp_path: Path) -> None:
        del hub.files["model.bin"]
        with pytest.raises(ModelError, match="no CTranslate2 model"):
            registry.fetch(ENTRY, tmp_path)

    def test_a_transformers_checkpoint_names_the_converter(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="ct2-transformers-converter --model"):
            registry.fetch(replace(ENTRY, format="transformers"), tmp_path)

    def test_the_shipped_one_needs_no_fetching(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="shipped"):
            registry.fetch(replace(ENTRY, repository=""), tmp_path)


class TestVerify:
    def test_nothing_to_listen_to(self, model_dir: Path) -> None:
        with pytest.raises(ModelError, match="nothing to listen to"):
            registry.verify(model_dir, [])

    def test_a_file_that_is_no_audio(self, model_dir: Path, tmp_path: Path) -> None:
        path = tmp_path / "a.wav"
        path.write_bytes(b"no audio at all")
        with pytest.raises(ModelError, match=r"a\.wav: cannot be read as audio"):
            registry.verify(model_dir, [path])

    def test_compares_both_contexts_with_the_truth(self, model_dir: Path, tmp_path: Path) -> None:
        from tests.asr.conftest import QUESTION, spoken
        from tests.asr.wav import write_wav

        path = write_wav(tmp_path / "q.wav", np.asarray(spoken().samples), 8000)
        report = registry.verify(model_dir, [path], {"q.wav": QUESTION})
        assert report.heard[0].truth == "请问还有什么可以帮助您的吗"
        assert report.cer_full is not None
        assert report.cer_short is not None
        assert report.agreement >= 80
        assert report.speed_up > 1
        assert report.context in ("fit", "full")


def test_locate_refuses_a_damaged_copy_of_the_shipped_model(model_dir: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(model_dir, copy)
    data = (copy / "model.bin").read_bytes()
    (copy / "model.bin").write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match=r"model\.bin: is damaged or cut off"):
        registry.locate(str(copy))
