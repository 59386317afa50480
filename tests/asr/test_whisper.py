"""The engine on a real faster-whisper model: short contexts, batches, and folders that are no model."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from faster_whisper import WhisperModel

from bench.shapes import SENTENCE, Shape, random_whisper
from monitor.asr.languages import tells
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import Placement, WhisperEngine, place
from monitor.errors import ModelError
from monitor.resources import locate
from tests.asr.conftest import QUESTION, likeness, spoken
from tests.asr.segments import Inbox, segment

CPU = Placement("cpu", "int8", workers=1, threads=1, batch=1)
SMALLEST = Shape(64, 1, 1, 1)


def engine_of(folder: Path, placement: Placement = CPU, **settings: object) -> WhisperEngine:
    return WhisperEngine(folder, AsrSettings(**settings), placement)


@pytest.fixture(scope="session")
def speller(model_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of random weights that writes the same sentence whatever it hears."""
    return random_whisper(tmp_path_factory.mktemp("speller"), SMALLEST, model_dir)


def test_it_hears_the_demos_agent_in_a_short_context(engine):
    (answer,) = engine.decode([spoken()])
    assert likeness(answer.text, QUESTION) > 0.7
    assert answer.context_ms < 8000
    assert answer.mean_logprob > -2
    assert 0 <= answer.no_speech_prob <= 1
    assert (answer.lost, answer.suppressed, answer.language) == (None, (), None)


def test_what_decodes_to_nothing_has_no_log_probability(engine):
    """CTranslate2's mean over no tokens is nan, which JSON does not know."""
    nothing = SimpleNamespace(sequences_ids=[[]], scores=[float("nan")], no_speech_prob=0.5)
    answer = engine._answer(spoken(), nothing, 10, 300, None, None)
    assert (answer.text, answer.mean_logprob) == ("", None)


def test_full_context_is_thirty_seconds_and_hears_the_same(engine, model_dir):
    (answer,) = engine.decode([spoken()], full=True)
    assert answer.context_ms == 30_000
    assert likeness(answer.text, QUESTION) > 0.5
    assert engine_of(model_dir, context="full").context_ms(spoken()) == 30_000


def test_a_batch_answers_in_order_in_the_longest_context_of_its_segments(engine):
    texts = ["好的,请稍等。", QUESTION, "感谢您的来电,再见!"]
    segments = [spoken(text, f"a{n}") for n, text in enumerate(texts)]
    answers = engine.decode(segments)
    assert [answer.segment_id for answer in answers] == ["a0", "a1", "a2"]
    assert {answer.context_ms for answer in answers} == {max(map(engine.context_ms, segments))}
    for text, answer in zip(texts, answers, strict=True):
        assert likeness(answer.text, text) > 0.5


def test_a_batch_of_one_length_class_answers_exactly_as_each_alone(engine):
    segments = [replace(spoken(text), segment_id=text) for text in ("好的,请稍等。", "好的,再见。", "没有了,谢谢。")]
    longest = max(segment.samples.size for segment in segments)
    same = [replace(s, samples=np.pad(s.samples, (0, longest - s.samples.size))) for s in segments]
    assert engine.decode(same) == [engine.decode([s])[0] for s in same]


def test_the_context_follows_the_segments_length(engine):
    short, long = segment(length_ms=1000), segment(length_ms=9000)
    assert 1000 + 2560 <= engine.context_ms(short) <= 1000 + 2560 + 500
    assert 9000 + 2560 <= engine.context_ms(long) <= 9000 + 2560 + 500
    assert engine.context_ms(short, full=True) == 30_000
    assert engine.context_ms(segment(length_ms=29_000)) == 30_000


def test_segments_beyond_thirty_seconds_are_lost_and_their_neighbours_are_not(engine):
    long = segment("a1", samples=np.zeros(31 * 8000, np.int16), length_ms=31_000)
    lost, heard = engine.decode([long, spoken(segment_id="a2")])
    assert (lost.segment_id, lost.lost) == ("a1", "too_long")
    assert likeness(heard.text, QUESTION) > 0.5
    assert engine.decode([long])[0].lost == "too_long"


def test_both_rates_and_a_single_sample_are_taken(engine):
    at_8k = spoken()
    wide = segment(length_ms=at_8k.end_ms, rate_hz=16_000, samples=np.repeat(at_8k.samples, 2))
    assert likeness(engine.decode([wide])[0].text, QUESTION) > 0.5
    assert engine.decode([segment(samples=np.ones(1, np.int16), length_ms=20)])[0].lost is None


@pytest.mark.parametrize("language", ["zh", "auto"])
def test_a_guess_that_means_nothing_is_not_made(language):
    demo = locate("models/demo-zh")
    assert tells(demo) == "nothing"
    (answer,) = engine_of(demo, language=language).decode([spoken()])
    assert (answer.lost, answer.language, answer.language_prob) == (None, None, None)
    assert answer.text


def test_the_language_is_guessed_in_any_batch_and_changes_no_text(engine, model_dir):
    guessing = engine_of(model_dir)
    guessing.tells = "cantonese"
    for segments in ([spoken()], [spoken(), spoken("好的,请稍等。", segment_id="a2")]):
        plain, guessed = engine.decode(segments), guessing.decode(segments)
        assert [answer.text for answer in guessed] == [answer.text for answer in plain]
        assert {answer.language for answer in guessed} == {"zh"}
        assert all(0.5 < answer.language_prob <= 1 for answer in guessed)


def test_guessing_can_be_left_out(model_dir):
    assert engine_of(model_dir, guess_language=False).tells == "nothing"


def test_words_get_their_times_inside_the_segment_and_in_order(engine):
    one = replace(spoken("好的,请稍等。"), audio_start_ms=60_000, start_ms=60_300)
    one = replace(one, end_ms=60_300 + one.samples.size // 8 - 600)
    words = engine.words(one, "好的,请稍等")
    assert "".join(word.text for word in words) == "好的,请稍等"
    starts = [word.start_ms for word in words]
    assert starts == sorted(starts)
    assert 60_000 <= starts[0] < 61_000
    assert all(word.start_ms <= word.end_ms for word in words)
    assert one.start_ms < starts[-1] < one.end_ms
    assert engine.words(one, "") == []


def test_words_are_timed_the_same_right_after_a_decode_whose_encoding_they_use(engine):
    near, far = (replace(spoken(segment_id=name), audio_start_ms=start) for name, start in (("a1", 0), ("a2", 9000)))
    fresh = [engine.words(each, QUESTION) for each in (near, far)]
    engine.decode([near, far])
    assert [engine.words(each, QUESTION) for each in (near, far)] == fresh
    assert fresh[0] != fresh[1]


def test_new_tokens_are_bounded_by_the_segments_length(speller):
    whole, cut = segment("a1", length_ms=3000), segment("a2", length_ms=20)
    engine = engine_of(speller, tokens_base=4, tokens_per_s=6)
    long, short = engine.decode([whole, cut])
    assert len(long.text) > 10
    assert SENTENCE.startswith(long.text)
    assert 0 < len(short.text) <= 5
    assert engine.decode([cut])[0].text == short.text
    assert (long.unfinished, short.unfinished) == (False, True)


def test_through_the_recogniser_every_segment_of_many_comes_back(speller):
    engine = engine_of(speller, Placement("cpu", "int8", workers=2, threads=1, batch=4))
    recogniser, inbox = Recogniser(engine, AsrSettings(), workers=2, batch=4), Inbox()
    for n in range(40):
        recogniser.submit(segment(f"a{n}", length_ms=500 + 250 * (n % 5)), inbox, None)
    answers = inbox.wait(40)
    recogniser.close()
    assert {f"a{n}" for n in range(40)} == set(answers)
    assert all(answer.text for answer in answers.values())
    assert recogniser.stats().decodes["final"] == 40


def test_a_model_folder_that_vanishes_under_a_running_recogniser_loses_nothing(speller, tmp_path):
    folder = copy_of(speller, tmp_path)
    recogniser, inbox = Recogniser(engine_of(folder), AsrSettings()), Inbox()
    shutil.rmtree(folder)
    for n in range(3):
        recogniser.submit(segment(f"a{n}", length_ms=3000), inbox, None, lambda text: True)
    answers = inbox.wait(3)
    recogniser.close()
    assert all(answer.text and answer.words and answer.lost is None for answer in answers.values())


def copy_of(folder: Path, to: Path) -> Path:
    for file in folder.iterdir():
        shutil.copy(file, to / file.name)
    return to


def test_a_folder_that_is_not_there_says_so_and_what_to_do(tmp_path):
    with pytest.raises(ModelError, match=r"none: the model folder is not there; .*Copy, fetch or convert it again"):
        engine_of(tmp_path / "none")


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
def test_a_folder_without_one_of_its_files_says_which(speller, tmp_path, name):
    (copy_of(speller, tmp_path) / name).unlink()
    with pytest.raises(ModelError, match=name):
        engine_of(tmp_path)


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
@pytest.mark.parametrize("size", [0, 1, 5000])
def test_a_damaged_file_is_one_clear_line(speller, tmp_path, name, size):
    path = copy_of(speller, tmp_path) / name
    whole = path.read_bytes()
    path.write_bytes(whole[: min(size, len(whole) // 2)] + b"\x00")
    with pytest.raises(ModelError) as error:
        engine_of(tmp_path)
    assert "\n" not in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_a_vocabulary_in_another_order_is_refused(speller, tmp_path):
    path = copy_of(speller, tmp_path) / "vocabulary.json"
    names = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps([*names[100:], *names[:100]]), "utf-8")
    with pytest.raises(ModelError, match=r"tokenizer\.json: expects .* where the vocabulary does not have it"):
        engine_of(tmp_path)


def test_a_vocabulary_of_a_larger_model_is_refused(speller, tmp_path):
    path = copy_of(speller, tmp_path) / "vocabulary.json"
    names = json.loads(path.read_text("utf-8"))
    names.insert(names.index("<|su|>") + 1, "<|yue|>")
    path.write_text(json.dumps(names), "utf-8")
    with pytest.raises(ModelError, match=r"vocabulary\.json: is another model's"):
        engine_of(tmp_path)


def test_an_english_only_model_is_refused_for_chinese(speller, tmp_path):
    path = copy_of(speller, tmp_path) / "vocabulary.json"
    names = json.loads(path.read_text("utf-8"))
    names[names.index("")] = "english"  # CTranslate2 knows multilingual vocabularies by their empty token
    path.write_text(json.dumps(names), "utf-8")
    with pytest.raises(ModelError, match="English"):
        engine_of(tmp_path)


def test_a_model_of_another_kind_is_refused(speller, tmp_path):
    path = copy_of(speller, tmp_path) / "model.bin"
    path.write_bytes(path.read_bytes().replace(b"WhisperSpec", b"Wav2VecSpec"))
    with pytest.raises(ModelError):
        engine_of(tmp_path)


def test_features_of_another_width_than_the_models_are_refused(speller, tmp_path):
    (copy_of(speller, tmp_path) / "preprocessor_config.json").write_text('{"feature_size": 128}')
    with pytest.raises(ModelError, match="preprocessor_config"):
        engine_of(tmp_path)


def test_a_compute_type_that_the_device_lacks_is_refused_with_those_it_has(speller):
    with pytest.raises(ModelError, match="int8"):
        engine_of(speller, Placement("cpu", "float16x", 1, 1, 1))


def test_a_device_that_is_none(speller):
    with pytest.raises(ModelError, match=r"\[asr\] device: tpu cannot be used.*Set it to"):
        engine_of(speller, Placement("tpu", "int8", 1, 1, 1))


def test_a_graphics_card_without_its_driver(speller, monkeypatch):
    def no_driver(device):
        raise RuntimeError("CUDA failed with error CUDA driver version is insufficient\nat some line")

    monkeypatch.setattr("monitor.asr.whisper.ctranslate2.get_supported_compute_types", no_driver)
    with pytest.raises(
        ModelError, match=r"\[asr\] device: cuda cannot be used; found CUDA failed .* insufficient\. Set"
    ):
        engine_of(speller, Placement("cuda", "float16", 1, 1, 1))


class OnAGraphicsCard:
    """faster-whisper's model on the CPU, taken for a GPU that fails in its own way at the first encoding."""

    def __init__(self, fails: str, at_load: bool = False) -> None:
        self.fails, self.at_load = fails, at_load

    def __call__(self, folder: str, **how: object) -> SimpleNamespace:
        if self.at_load:
            raise RuntimeError(self.fails)
        real = WhisperModel(folder, device="cpu", compute_type="int8")
        model = SimpleNamespace(is_multilingual=True, n_mels=real.model.n_mels, encode=self.encode)
        return SimpleNamespace(hf_tokenizer=real.hf_tokenizer, model=model)

    def encode(self, features: object, to_cpu: bool = False) -> None:
        raise RuntimeError(self.fails)


@pytest.mark.parametrize("at_load", [True, False])
@pytest.mark.parametrize(("fails", "told"), [
    ("CUDA failed with error out of memory", r"\[asr\] model: does not fit into the device's memory; .*Take a smaller"),
    ("Library libcublas.so.12 is not found or cannot be loaded", r"\[asr\] device: cuda .*is not found.*Install the"),
])  # fmt: skip
def test_a_graphics_card_that_fails_only_when_it_is_used(speller, monkeypatch, fails, told, at_load):
    monkeypatch.setattr("monitor.asr.whisper.ctranslate2.get_supported_compute_types", lambda device: {"float16"})
    monkeypatch.setattr("monitor.asr.whisper.WhisperModel", OnAGraphicsCard(fails, at_load))
    with pytest.raises(ModelError, match=told):
        engine_of(speller, Placement("cuda", "float16", 1, 1, 1))


def test_a_language_that_is_none_is_refused(speller):
    with pytest.raises(ModelError, match=r"\[asr\] language.*'klingon'\. Set a code such as zh"):
        engine_of(speller, language="klingon")


def test_places_are_filled_in_and_what_is_set_stays():
    assert place(AsrSettings(device="cpu"), cores=4) == Placement("cpu", "int8", 4, 1, 8)
    assert place(AsrSettings(device="cpu", threads=2), cores=4).workers == 2
    assert place(AsrSettings(device="cuda"), cores=4) == Placement("cuda", "float16", 1, 1, 16)
    chosen = AsrSettings(device="cpu", workers=3, batch=2, compute_type="float32")
    assert place(chosen, cores=8) == Placement("cpu", "float32", 3, 1, 2)
    assert place(AsrSettings(), cores=1).device in ("cpu", "cuda")


@pytest.mark.parametrize(("device", "able", "chosen"), [
    ("cuda", {"float32", "float16", "int8_float16", "int8"}, "float16"),
    ("cuda", {"float32", "int8", "int8_float32"}, "int8_float32"),
    ("cuda", {"float32"}, "float32"),
    ("cpu", {"float32"}, "float32"),
    ("cpu", {"float32", "int8_float32", "int8"}, "int8"),
])  # fmt: skip
def test_auto_is_the_best_type_that_the_device_can_compute_in(monkeypatch, device, able, chosen):
    monkeypatch.setattr("monitor.asr.whisper.ctranslate2.get_supported_compute_types", lambda asked: able)
    assert place(AsrSettings(device=device), cores=1).compute_type == chosen
