from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.asr.languages import believed, check_language, tells, vocabulary
from monitor.asr.registry import load_registry
from monitor.errors import ModelError
from monitor.resources import locate

WHISPER = ("<|startoftranscript|>", "<|en|>", "<|zh|>", "<|ja|>")


def folder(path: Path, name: str, *tokens: str, ids: tuple[int, ...] = (1, 2)) -> Path:
    (path / name).mkdir()
    (path / name / "config.json").write_text(json.dumps({"lang_ids": ids}))
    (path / name / "vocabulary.json").write_text(json.dumps(tokens))
    return path / name


@pytest.mark.parametrize(
    ("name", "tokens", "can"),
    [
        ("demo-zh", WHISPER, "nothing"),
        ("belle-large-v3-turbo-zh", (*WHISPER, "<|yue|>"), "nothing"),
        ("small", WHISPER, "languages"),
        ("large-v3", (*WHISPER, "<|yue|>"), "cantonese"),
        ("a-model-of-ours", (*WHISPER, "<|yue|>"), "cantonese"),
        ("english-only", ("<|startoftranscript|>",), "nothing"),
    ],
)
def test_what_a_model_can_tell(tmp_path: Path, name: str, tokens: tuple[str, ...], can: str) -> None:
    assert tells(folder(tmp_path, name, *tokens)) == can


def test_a_model_converted_without_its_languages_tells_nothing(tmp_path: Path) -> None:
    assert tells(folder(tmp_path, "ours", *WHISPER, ids=())) == "nothing"


def test_the_embedded_model_tells_nothing() -> None:
    assert tells(locate("models/demo-zh")) == "nothing"
    assert len(vocabulary(locate("models/demo-zh"))) == 51_865


def test_models_of_one_language_are_known_by_name() -> None:
    assert {entry.name for entry in load_registry() if entry.languages == ("zh",)} >= {"demo-zh", "belle-large-v3-zh"}


@pytest.mark.parametrize(
    ("found", "can", "language"),
    [
        (("<|zh|>", 0.98765), "cantonese", ("zh", 0.9877)),
        (("<|yue|>", 0.7), "cantonese", ("yue", 0.7)),
        (("<|zh|>", 0.9), "languages", (None, None)),
        (("<|ja|>", 0.9), "languages", ("ja", 0.9)),
        (("<|ja|>", 0.9), "nothing", (None, None)),
    ],
)
def test_a_guess_counts_only_where_it_means_something(
    found: tuple[str, float], can: str, language: tuple[str | None, float | None]
) -> None:
    assert believed(found, can) == language  # type: ignore[arg-type]


def test_a_vocabulary_of_lines_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.txt").write_text("\n".join(WHISPER))
    assert vocabulary(tmp_path) == list(WHISPER)


@pytest.mark.parametrize("language", ["klingon", "Chinese", "ZH", "zh-CN", "yue"])
def test_a_language_that_the_model_has_no_token_for(language: str) -> None:
    with pytest.raises(
        ModelError, match=rf"\[asr\] language: is none .*; found '{language}'\. Set a code such as .*zh"
    ):
        check_language(language, WHISPER)


@pytest.mark.parametrize("language", ["zh", "en", "auto"])
def test_a_language_that_it_has(language: str) -> None:
    check_language(language, WHISPER)
