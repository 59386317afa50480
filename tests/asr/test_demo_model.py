"""The embedded model, through real faster-whisper and through our short context, on speech made here by espeak-ng."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("rapidfuzz")
from bench.material import CLEAN, FIXED, FORBIDDEN, NO_VOICE, PHONE, free_sentences, fresh_fills, negatives, say
from bench.model import Ear, cer, sets, word_times
from models.recipes.demo_zh import lines
from models.recipes.demo_zh.espeak import HELD_OUT, RATE_HZ, STANDARD, Espeak
from models.recipes.demo_zh.fill import fill, hanzi_number, load
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.errors import ModelError
from tests.asr.conftest import spoken

SIZE_LIMIT_BYTES = 24_000_000


@pytest.fixture(scope="module")
def ear(model_dir: Path) -> Ear:
    return Ear(model_dir)


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    return Espeak()


@pytest.fixture(scope="module")
def no_voice() -> dict[str, list[np.ndarray]]:
    return negatives(3)


@pytest.fixture
def copy(model_dir: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(model_dir, tmp_path / "copy"))


def engine_of(folder: Path, **settings: Any) -> WhisperEngine:
    chosen = AsrSettings(device="cpu", **settings)
    return WhisperEngine(folder, chosen, place(chosen, 1))


class TestTheFolder:
    def test_has_every_file_and_stays_small(self, model_dir: Path) -> None:
        names = {p.name for p in model_dir.iterdir()}
        assert {"model.bin", "config.json", "tokenizer.json", "vocabulary.json", "preprocessor_config.json"} <= names
        assert sum(p.stat().st_size for p in model_dir.iterdir()) < SIZE_LIMIT_BYTES

    def test_is_multilingual_with_alignment_heads(self, model_dir: Path, ear: Ear) -> None:
        assert ear.model.model.is_multilingual
        config = json.loads((model_dir / "config.json").read_text())
        assert config["alignment_heads"]
        assert len(json.loads((model_dir / "vocabulary.json").read_text())) == 51865

    def test_tokenizer_and_vocabulary_agree(self, model_dir: Path, ear: Ear) -> None:
        vocabulary = json.loads((model_dir / "vocabulary.json").read_text())
        tokenizer = ear.model.hf_tokenizer
        for name in (
            "<|startoftranscript|>",
            "<|zh|>",
            "<|transcribe|>",
            "<|notimestamps|>",
            "<|endoftext|>",
            "<|30.00|>",
        ):
            assert vocabulary[tokenizer.token_to_id(name)] == name
        assert tokenizer.decode(tokenizer.encode("您好,请稍等", add_special_tokens=False).ids) == "您好,请稍等"


class TestWhatItHears:
    def test_fixed_and_forbidden_phrases_on_a_telephone_line(self, ear: Ear, espeak: Espeak) -> None:
        worded = [t for t in FIXED if "{" not in t]
        for phrases in (worded, FORBIDDEN):
            said = say(espeak, phrases, PHONE, seed=5)
            assert cer([(s.text, ear.short(s.audio)) for s in said]) <= 4.0

    def test_phrases_with_names_and_numbers(self, ear: Ear, espeak: Espeak) -> None:
        said = say(espeak, sets(12)["fixed"], PHONE, seed=5)
        assert cer([(s.text, ear.short(s.audio)) for s in said]) <= 4.0

    def test_fresh_fills_of_the_templates(self, ear: Ear, espeak: Espeak) -> None:
        said = say(espeak, fresh_fills(80, seed=9), PHONE, seed=9)
        assert cer([(s.text, ear.short(s.audio)) for s in said]) <= 4.0

    def test_both_contexts_agree(self, ear: Ear, espeak: Espeak) -> None:
        said = say(espeak, sets(12)["fixed"], CLEAN, seed=6)
        full = cer([(s.text, ear.full(s.audio)) for s in said])
        assert abs(cer([(s.text, ear.short(s.audio)) for s in said]) - full) <= 1.0

    def test_both_contexts_agree_on_a_noisy_telephone_line_too(self, ear: Ear, espeak: Espeak) -> None:
        said = say(espeak, fresh_fills(60, seed=11), PHONE, seed=11)
        full = cer([(s.text, ear.full(s.audio)) for s in said])
        assert abs(cer([(s.text, ear.short(s.audio)) for s in said]) - full) <= 1.0

    @pytest.mark.parametrize("kind", [CLEAN, PHONE])
    def test_free_sentences(self, ear: Ear, espeak: Espeak, kind: str) -> None:
        texts = free_sentences(40, seed=12)
        if not texts:
            pytest.skip("the texts are not here (LINEWATCH_DATA)")
        said = say(espeak, texts, kind, seed=12)
        assert cer([(s.text, ear.short(s.audio)) for s in said]) <= 30.0

    def test_faster_whispers_own_defaults_work(self, ear: Ear, espeak: Espeak) -> None:
        said = say(espeak, [t for t in FIXED if "{" not in t], CLEAN, seed=7)
        defaults = {"beam_size": 5, "without_timestamps": False}
        assert cer([(s.text, ear.full(s.audio, **defaults)) for s in said]) <= 4.0

    def test_word_times(self, ear: Ear, espeak: Espeak) -> None:
        full, quoted, _ = word_times(ear, say(espeak, [t for t in FIXED if "{" not in t], CLEAN, seed=8))
        assert min(full["n"], quoted["n"]) > 50
        assert max(full["value"], quoted["value"]) <= 80

    def test_it_does_not_claim_to_tell_languages(self, model_dir: Path) -> None:
        for language in ("zh", "auto"):
            answer = engine_of(model_dir, language=language).decode([spoken()])[0]
            assert (answer.language, answer.language_prob) == (None, None)

    @pytest.mark.parametrize("kind", NO_VOICE)
    def test_no_text_without_a_voice(self, ear: Ear, no_voice: dict[str, list[np.ndarray]], kind: str) -> None:
        assert [ear.short(clip) + ear.full(clip) for clip in no_voice[kind]] == [""] * len(no_voice[kind])

    def test_digital_silence_of_any_length(self, ear: Ear) -> None:
        for seconds in (0.2, 1, 3, 7.9, 10):
            assert ear.short(np.zeros(int(seconds * RATE_HZ), np.int16)) == ""


class TestDamage:
    @pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
    def test_a_missing_file_is_named(self, copy: Path, name: str) -> None:
        (copy / name).unlink()
        with pytest.raises(ModelError, match=name):
            engine_of(copy)

    def test_a_truncated_model(self, copy: Path) -> None:
        data = (copy / "model.bin").read_bytes()
        (copy / "model.bin").write_bytes(data[: len(data) * 2 // 3])
        with pytest.raises(ModelError, match="copy"):
            engine_of(copy)

    def test_another_vocabulary(self, copy: Path) -> None:
        tokens = json.loads((copy / "vocabulary.json").read_text())
        (copy / "vocabulary.json").write_text(json.dumps(tokens[::-1]))
        with pytest.raises(ModelError, match="vocabulary"):
            engine_of(copy)

    def test_an_unsupported_compute_type(self, model_dir: Path) -> None:
        with pytest.raises(ModelError, match=r"compute_type.*float64"):
            engine_of(model_dir, compute_type="float64")


class TestTheRecipesParts:
    """The parts of the recipe that the bench stands on; they need no torch."""

    @pytest.mark.parametrize(
        ("number", "words"),
        [(0, "零"), (7, "七"), (10, "十"), (12, "十二"), (20, "二十"), (105, "一百零五"), (110, "一百一十"),
         (1001, "一千零一"), (2010, "二千零一十"), (9999, "九千九百九十九"), (10500, "一万零五百")],
    )  # fmt: skip
    def test_numbers_in_words(self, number: int, words: str) -> None:
        assert hanzi_number(number) == words

    def test_every_template_fills(self) -> None:
        import random

        rng = random.Random(1)
        for sheet in load()[1].values():
            for template in sheet:
                text = fill(template, rng)
                assert not set("{}[]|") & set(text), template

    def test_the_standards_sentences_are_trained_on(self) -> None:
        sheets = load()[1]
        trained = {line for sheet in ("standard", "manner") for line in sheets[sheet]}
        for phrase in (*FIXED, *FORBIDDEN):
            assert phrase in trained or "还有什么" in phrase, phrase

    def test_held_out_voices_are_held_out(self) -> None:
        from models.recipes.demo_zh.espeak import OTHERS

        assert not set(HELD_OUT) & {*STANDARD, *OTHERS}

    @pytest.mark.parametrize("law", ["mu", "a"])
    def test_g711_table_is_idempotent_and_odd(self, law: str) -> None:
        table = lines.law_table(law)
        index = table.astype(int) + 32768
        assert np.array_equal(table[index], table)
        assert np.abs(table.astype(int) - np.arange(-32768, 32768)).max() <= 1024

    def test_g711_agrees_with_the_monitors_own(self) -> None:
        from monitor.core import pcm

        values = np.arange(-32768, 32768, 7, dtype=np.int16)
        one_step = np.maximum(16, np.abs(values.astype(int)) // 16)  # ITU-T G.711 counts negative values from -1
        for law, through in (
            ("mu", pcm.decode_ulaw(pcm.encode_ulaw(values))),
            ("a", pcm.decode_alaw(pcm.encode_alaw(values))),
        ):
            ours = lines.law_table(law)[values.astype(int) + 32768].astype(int)
            assert (np.abs(ours - through.astype(int)) <= one_step).all(), law

    def test_espeak_times_its_syllables(self, espeak: Espeak) -> None:
        said = say(espeak, ["您好请问有什么可以帮助您"], CLEAN, seed=1)[0]
        assert len(said.starts_ms) == len(said.text)
        assert said.starts_ms == sorted(said.starts_ms)
        assert said.starts_ms[-1] < len(said.audio) / 16
