"""What a batch is asked with: prompts of one length, all without timestamps, whatever languages its segments are in."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bench.shapes import Shape, random_whisper
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import Placement, WhisperEngine
from tests.asr.segments import segment

LANGUAGES = ("zh", "en", "de")


class Model:
    """A real model that finds another language in each segment, and remembers the prompts it was given."""

    def __init__(self, real: Any) -> None:
        self.real = real
        self.prompts: list[list[list[int]]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def detect_language(self, features: Any) -> list[list[tuple[str, float]]]:
        found = [LANGUAGES[n % len(LANGUAGES)] for n in range(np.asarray(features).shape[0])]
        return [[(f"<|{language}|>", 0.9)] for language in found]

    def generate(self, features: Any, prompts: list[list[int]], **options: Any) -> list[Any]:
        self.prompts.append(prompts)
        return list(self.real.generate(features, prompts, **options))


@pytest.fixture
def asked(model_dir, tmp_path, monkeypatch):
    """An engine that is told the languages it hears, on random weights, and its model."""

    def build(language: str) -> tuple[WhisperEngine, Model]:
        folder = random_whisper(tmp_path / language, Shape(64, 1, 1, 1), model_dir)
        engine = WhisperEngine(folder, AsrSettings(language=language), Placement("cpu", "int8", 1, 1, 1))
        engine.tells = "languages"
        model = Model(engine._model.model)
        monkeypatch.setattr(engine, "_model", SimpleNamespace(
            model=model, feature_extractor=engine._model.feature_extractor, hf_tokenizer=engine._model.hf_tokenizer,
        ))  # fmt: skip
        return engine, model

    return build


@pytest.mark.parametrize(("language", "spoken"), [("auto", LANGUAGES), ("zh", ("zh",) * 3), ("en", ("en",) * 3)])
def test_prompts_of_a_batch_are_equally_long_and_in_the_same_timestamp_mode(asked, language, spoken):
    engine, model = asked(language)
    batch = [segment(f"a{n}", length_ms=length) for n, length in enumerate((500, 2000, 9000))]
    answers = engine.decode(batch)
    token = engine._ids._tokenizer.token_to_id
    (prompts,) = model.prompts
    assert prompts == [
        [token("<|startoftranscript|>"), token(f"<|{each}|>"), token("<|transcribe|>"), token("<|notimestamps|>")]
        for each in spoken
    ]
    assert [answer.segment_id for answer in answers] == ["a0", "a1", "a2"]
    assert not any("<|" in answer.text for answer in answers)


def test_the_model_refuses_a_batch_of_both_timestamp_modes(asked):
    engine, model = asked("zh")
    features = engine._features([segment("a0"), segment("a1")], 300)
    whole = engine._ids.prompt()
    with pytest.raises((RuntimeError, ValueError), match="same number"):
        model.generate(features, [whole, whole[:-1]], beam_size=1)
