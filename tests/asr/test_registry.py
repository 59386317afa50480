"""The registry of models: read, located, checked."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from monitor.asr import registry
from monitor.errors import ConfigError, ModelError
from tests.asr.folders import model_files, weights, write


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

    def test_a_model_is_here_or_not_or_damaged(self, tmp_path: Path) -> None:
        entry = next(e for e in registry.load_registry() if e.name == "small")
        assert registry.here(entry, tmp_path) == registry.Here()
        folder = write(tmp_path / "small", {"model.bin": weights()})
        half = registry.here(entry, tmp_path)
        assert half.folder is None
        assert half.damaged is not None
        assert half.damaged.where.endswith("config.json")
        write(folder, model_files())
        assert registry.here(entry, tmp_path) == registry.Here(folder)

    def test_the_users_cache_is_the_default(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        monkeypatch.setattr("os.name", "posix")
        assert registry.default_models_dir() == tmp_path / "linewatch" / "models"


class TestTheWayOutOfDamage:
    """What a message tells to do is no message's way back to itself."""

    def told(self, name: str, models_dir: Path) -> str:
        with pytest.raises(ModelError, match=r"config\.json: is missing") as refused:
            registry.locate(name, models_dir)
        return refused.value.do

    def test_of_a_fetched_model_is_fetching_it_by_its_name(self, tmp_path: Path) -> None:
        write(tmp_path / "small", {"model.bin": weights()})
        assert self.told("small", tmp_path) == "Fetch it again: linewatch models fetch small"

    def test_of_the_shipped_model_is_installing(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        shipped = write(tmp_path / "installed", {"model.bin": weights()})
        real = registry.locate_shipped
        monkeypatch.setattr(
            registry, "locate_shipped", lambda name: shipped if name == "models/demo-zh" else real(name)
        )
        do = self.told("demo-zh", tmp_path)
        assert do.startswith("Install linewatch again")
        assert "fetch" not in do

    def test_of_a_converted_model_is_converting(self, tmp_path: Path) -> None:
        folder = write(tmp_path / "acft-small", {"model.bin": weights()})
        do = self.told("acft-small", tmp_path)
        assert do.startswith("Delete the folder and convert it again. Run once: pip install")
        assert f"--output_dir {folder}" in do
        assert "models fetch" not in do

    def test_of_a_folder_of_ones_own_names_no_command(self, tmp_path: Path) -> None:
        write(tmp_path / "our-own", {"model.bin": weights()})
        assert self.told("our-own", tmp_path) == "Copy, fetch or convert it again"


def test_locate_refuses_a_damaged_copy_of_the_shipped_model(model_dir: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(model_dir, copy)
    data = (copy / "model.bin").read_bytes()
    (copy / "model.bin").write_bytes(data[: len(data) // 2])
    with pytest.raises(ModelError, match=r"model\.bin: is damaged or cut off"):
        registry.locate(str(copy))
