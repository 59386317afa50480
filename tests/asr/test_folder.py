"""Model folders looked at without loading them: each thing that is missing or damaged is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.asr.folder import check_folder
from monitor.errors import ModelError
from tests.asr.folders import CONFIG, model_files, weights, write


def test_a_whole_folder_passes(tmp_path: Path) -> None:
    check_folder(write(tmp_path / "m", model_files()))


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_each_missing_file_is_named(tmp_path: Path, name: str) -> None:
    files = model_files()
    del files[name]
    with pytest.raises(ModelError, match=rf"{name}: is missing; found .*\. Copy, fetch or convert it again"):
        check_folder(write(tmp_path / "m", files))


def test_an_english_only_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"vocabulary\.json: is for English only; found 51864"):
        check_folder(write(tmp_path / "m", model_files(51864)))


def test_a_wrong_vocabulary(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"vocabulary\.json: is not Whisper's vocabulary; found 12"):
        check_folder(write(tmp_path / "m", model_files(12)))


@pytest.mark.parametrize("entries", [51_866, 71_865])
def test_a_vocabulary_of_another_model_than_the_weights(tmp_path: Path, entries: int) -> None:
    """Large-v3's is one longer: every token behind its languages would be taken for the one before."""
    with pytest.raises(ModelError, match=rf"vocabulary\.json: is another model's: .* 51865 tokens; found {entries}"):
        check_folder(write(tmp_path / "m", model_files(entries)))
    check_folder(write(tmp_path / "m", model_files(entries) | {"model.bin": weights(tokens=entries)}))


@pytest.mark.parametrize("text", [b"{}", b"[]", b"{cut", b"\xff", b"[" * 100_000, b'{"model": 3}'])
def test_a_tokenizer_that_is_none(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(ModelError, match=r"tokenizer\.json: is not a tokenizer; found .*\. Copy, fetch or convert"):
        check_folder(write(tmp_path / "m", model_files() | {"tokenizer.json": text}))


@pytest.mark.parametrize("name", ["config.json", "vocabulary.json"])
def test_json_that_is_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=rf"{name}: is not readable JSON"):
        check_folder(write(tmp_path / "m", model_files() | {name: b"{cut"}))


def test_a_transformers_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="ct2-transformers-converter"):
        check_folder(write(tmp_path / "m", model_files() | {"config.json": b'{"d_model": 384}'}))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"suppress_ids": "x"}, 'suppress_ids is not .*; found "x"'),
        ({"suppress_ids": [99_999_999]}, r"suppress_ids is not .*; found \[99999999\]"),
        ({"suppress_ids_begin": [220.5]}, "suppress_ids_begin is not"),
        ({"lang_ids": None}, "lang_ids is not .*; found null"),
        ({"lang_ids": [51_865]}, "lang_ids is not"),
        ({"lang_ids": list(range(60_000))}, "lang_ids is not .* …"),
        ({"alignment_heads": None}, "alignment_heads is not .*; found null"),
        ({"alignment_heads": []}, "alignment_heads is not"),
        ({"alignment_heads": [1, 2]}, "alignment_heads is not"),
        ({"alignment_heads": [[1, 2, 3]]}, "alignment_heads is not"),
        ({"alignment_heads": [[2, 0]]}, "alignment_heads is not"),
        ({"alignment_heads": [[1, 4]]}, "alignment_heads is not"),
        ({"alignment_heads": [[-1, 0]]}, "alignment_heads is not"),
    ],
)
def test_a_configuration_that_would_fail_or_crash_at_a_decode(
    tmp_path: Path, change: dict[str, object], found: str
) -> None:
    files = model_files() | {"config.json": json.dumps(CONFIG | change).encode()}
    with pytest.raises(ModelError, match=rf"config\.json: {found}"):
        check_folder(write(tmp_path / "m", files))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"xx", "is not readable JSON"),
        (b"null", "is not a description of features; found null"),
        (b'{"sampling_rate": 8000}', "is not this model's, whose sampling_rate is 16000; found 8000"),
        (b'{"n_fft": -3}', "is not this model's, whose n_fft is 400"),
        (b'{"hop_length": 0}', "is not this model's, whose hop_length is 160"),
        (b'{"chunk_length": "x"}', "is not this model's, whose chunk_length is 30"),
        (b'{"feature_size": "x"}', 'is not this model\'s, whose feature_size is 80; found "x"'),
        (b'{"feature_size": 128}', "is not this model's, whose feature_size is 80; found 128"),
    ],
)
def test_features_that_are_not_the_models(tmp_path: Path, text: bytes, found: str) -> None:
    with pytest.raises(ModelError, match=rf"preprocessor_config\.json: {found}"):
        check_folder(write(tmp_path / "m", model_files() | {"preprocessor_config.json": text}))


@pytest.mark.parametrize("tokens", [b"{}", b"[1, 2]", b"[null]", b'"text"'])
def test_a_vocabulary_that_is_no_list_of_tokens(tmp_path: Path, tokens: bytes) -> None:
    with pytest.raises(ModelError, match=r"vocabulary\.json: is not a list of tokens"):
        check_folder(write(tmp_path / "m", model_files() | {"vocabulary.json": tokens}))


def test_a_large_model_without_its_features(tmp_path: Path) -> None:
    files = model_files() | {"model.bin": weights(bins=128)}
    check_folder(write(tmp_path / "m", files | {"preprocessor_config.json": b'{"feature_size": 128}'}))
    (tmp_path / "m" / "preprocessor_config.json").unlink()
    with pytest.raises(ModelError, match=r"preprocessor_config\.json: .* feature_size is 128; found 80"):
        check_folder(tmp_path / "m")


@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
def test_a_file_that_the_system_cannot_read(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "m", model_files())
    (folder / name).unlink()
    (folder / name).symlink_to("/proc/self/mem")
    with pytest.raises(ModelError, match=r"cannot be read; found Input/output error"):
        check_folder(folder)


def test_only_the_languages_say_too_little(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json: alignment_heads"):
        check_folder(write(tmp_path / "m", model_files() | {"config.json": b'{"lang_ids": [50259]}'}))


def test_a_model_that_suppresses_nothing(tmp_path: Path) -> None:
    nothing = CONFIG | {"suppress_ids": None, "suppress_ids_begin": [-1]}
    check_folder(write(tmp_path / "m", model_files() | {"config.json": json.dumps(nothing).encode()}))


def test_vocabulary_txt_in_another_encoding(tmp_path: Path) -> None:
    files = model_files()
    del files["vocabulary.json"]
    files["vocabulary.txt"] = "您好\n".encode("gb18030") * 51_865
    with pytest.raises(ModelError, match=r"vocabulary\.txt: is not readable UTF-8 text"):
        check_folder(write(tmp_path / "m", files))


def test_vocabulary_txt_is_as_good(tmp_path: Path) -> None:
    files = model_files()
    del files["vocabulary.json"]
    files["vocabulary.txt"] = "\n".join(map(str, range(51865))).encode() + b"\n"
    check_folder(write(tmp_path / "m", files))
