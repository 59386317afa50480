"""A model damaged in the middle, which has the right shape and loads."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from monitor.asr import checksums
from monitor.asr.folder import check_folder
from monitor.errors import ModelError
from monitor.resources import locate
from tests.asr.folders import model_files, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = write(tmp_path / "m", model_files())
    checksums.write(made)
    return made


def test_an_untouched_folder_is_as_it_was(folder: Path) -> None:
    assert checksums.compare(folder) == len(model_files())
    assert checksums.told(5) == "5 files are as their checksums say"


def test_twenty_kilobytes_overwritten_in_the_middle(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(locate("models/demo-zh"), copy)
    with (copy / "model.bin").open("r+b") as f:
        f.seek(6_000_000)
        f.write(bytes(20_000))
    check_folder(copy)
    with pytest.raises(ModelError, match=r"model\.bin: is damaged.*SHA-256 .*Copy, fetch or convert it again;"):
        checksums.compare(copy)
    with pytest.raises(ModelError, match=r"Install it again; if you changed it yourself, delete SHA256SUMS"):
        checksums.compare(copy, "Install it again")


def test_the_shipped_model_is_the_one_that_was_trained() -> None:
    """After a new one: cd models/demo-zh && sha256sum model.bin *.json > SHA256SUMS."""
    assert checksums.compare(locate("models/demo-zh")) == 5


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json", "tokenizer.json", "preprocessor_config.json"])
def test_any_file_counts(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    with pytest.raises(ModelError, match=rf"{name}: is damaged"):
        checksums.compare(folder)
    (folder / name).unlink()
    with pytest.raises(ModelError, match=rf"{name}: is missing"):
        checksums.compare(folder)


def test_a_file_that_the_system_cannot_read(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").symlink_to("/proc/self/mem")
    with pytest.raises(ModelError, match="cannot be read"):
        checksums.compare(folder)


def test_a_folder_of_ones_own_has_none(tmp_path: Path) -> None:
    assert checksums.compare(write(tmp_path / "m", model_files())) is None
    assert checksums.told(None) == "no checksums to compare"


@pytest.mark.parametrize("text", ["", "nonsense\n", "\x00\xff", "abc  model.bin\n"])
def test_a_list_that_is_none(folder: Path, text: str) -> None:
    (folder / checksums.SUMS).write_text(text, encoding="latin-1")
    with pytest.raises(ModelError, match="is not a list of checksums"):
        checksums.compare(folder)


def test_it_is_the_form_that_sha256sum_writes_and_checks(folder: Path) -> None:
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--strict", checksums.SUMS], cwd=folder, check=True)
    names = sorted(model_files())
    lines = [f"{checksums.sha256(folder / name).upper()} *{name}" for name in names]
    (folder / checksums.SUMS).write_text("\n".join(lines) + "\n")
    assert checksums.compare(folder) == len(names)
