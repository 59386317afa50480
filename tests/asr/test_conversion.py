"""What has to be installed and run for a model that is published for transformers."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.asr import conversion
from monitor.asr.registry import load_registry
from tests.asr.folders import ENTRY

MODELS = Path("/somewhere with spaces/models")
DOCS = Path(__file__).parents[2] / "docs"


def test_every_such_model_of_the_registry_ends_in_the_models_folder() -> None:
    wanted = [entry for entry in load_registry() if entry.format == "transformers"]
    assert {entry.name for entry in wanted} == {"belle-large-v3-zh", "acft-tiny", "acft-base", "acft-small"}
    for entry in wanted:
        lines = conversion.commands(entry, MODELS)
        words = shlex.split(lines[-1])
        assert words[0] == "ct2-transformers-converter"
        assert words[-1] == str(MODELS / entry.name)
        assert any(entry.repository in line for line in lines)
        assert f" {' && '.join(lines)}  (" in conversion.steps(entry, MODELS)


@pytest.mark.parametrize("page", ["models.md", "models.zh-CN.md"])
def test_the_documentation_shows_the_same_commands(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8").replace("\\\n  ", "")
    entries = {entry.name: entry for entry in load_registry()}
    for name in ("acft-small", "belle-large-v3-zh"):
        for line in conversion.commands(entries[name], Path("~/.cache/linewatch/models")):
            assert line.replace("'", "") in text


def test_a_tokenizer_that_the_repository_lacks_comes_from_another() -> None:
    lines = conversion.commands(replace(ENTRY, tokenizer="openai/whisper-small"), MODELS)
    assert [line.split()[0] for line in lines] == ["pip", "hf", "hf", "ct2-transformers-converter"]
    assert lines[2].startswith("hf download openai/whisper-small tokenizer.json preprocessor_config.json ")
    folders = {line.rpartition("--local-dir ")[2] for line in lines[1:3]}
    assert folders == {shlex.split(lines[3])[2]}


def test_one_that_has_its_own_is_converted_from_the_hub() -> None:
    lines = conversion.commands(ENTRY, MODELS)
    assert len(lines) == 2
    assert f"--model {ENTRY.repository} --revision {ENTRY.revision}" in lines[1]
