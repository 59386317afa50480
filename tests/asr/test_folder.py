"""Model folders looked at without loading them: each thing that is missing or damaged is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.asr.folder import check_folder
from monitor.errors import ModelError
from tests.asr.folders import model_files, weights, write


def test_a_whole_folder_passes(tmp_path: Path) -> None:
    check_folder(write(tmp_path / "m", model_files()))


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_each_missing_file_is_named(tmp_path: Path, name: str) -> None:
    files = model_files()
    del files[name]
    with pytest.raises(ModelError, match=rf"{name}: is missing; found .*\. Fetch it again"):
        check_folder(write(tmp_path / "m", files))


@pytest.mark.parametrize("keep", [0, 3, 20, 60, 4000])
def test_a_cut_off_model_is_damaged(tmp_path: Path, keep: int) -> None:
    files = model_files() | {"model.bin": weights()[:keep]}
    with pytest.raises(ModelError, match=rf"model\.bin: is damaged or cut off; found {keep} bytes"):
        check_folder(write(tmp_path / "m", files))


def test_another_kind_of_model(tmp_path: Path) -> None:
    files = model_files() | {"model.bin": weights("TransformerSpec")}
    with pytest.raises(ModelError, match="another kind; found TransformerSpec"):
        check_folder(write(tmp_path / "m", files))


def test_an_english_only_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="English only; found 51864"):
        check_folder(write(tmp_path / "m", model_files(51864)))


def test_a_wrong_vocabulary(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not Whisper's vocabulary; found 12"):
        check_folder(write(tmp_path / "m", model_files(12)))


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "vocabulary.json"])
def test_json_that_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=rf"{name}: is not readable JSON"):
        check_folder(write(tmp_path / "m", model_files() | {name: b"{cut"}))


def test_a_transformers_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="ct2-transformers-converter"):
        check_folder(write(tmp_path / "m", model_files() | {"config.json": b'{"d_model": 384}'}))


def test_vocabulary_txt_is_as_good(tmp_path: Path) -> None:
    files = model_files()
    del files["vocabulary.json"]
    files["vocabulary.txt"] = "\n".join(map(str, range(51865))).encode() + b"\n"
    check_folder(write(tmp_path / "m", files))
