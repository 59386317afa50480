"""faster-whisper as the recogniser's engine: its loader and features, CTranslate2's decoder, our encoder context.

`WhisperModel.transcribe` pads every utterance to 30 s. Here the encoder sees the segment and a margin, the decoder is
greedy and writes no timestamps, and the number of new tokens is bounded by the segment's length.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ctranslate2
import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.tokenizer import Tokenizer

from monitor.asr.features import FULL_MS, MS_PER_FRAME, context_frames, log_mel, waveform
from monitor.asr.folder import TOKENIZER, check_folder
from monitor.asr.languages import Tells, believed, check_language, tells, vocabulary
from monitor.asr.settings import AsrSettings
from monitor.core.types import Answer, Segment, WordTime
from monitor.errors import ModelError
from monitor.speech.normalise import normalise

MAX_LENGTH = 448
LIKED = {"cuda": ("float16", "int8_float16", "int8_float32", "float32"), "cpu": ("int8", "int8_float32", "float32")}
"""Compute types by device, the best first. Older GPUs have no float16, some processors no int8."""
CUBLAS = "libcublas.so.12"
"""What CTranslate2 4 loads from the system at its first multiplication on a GPU."""
LIBRARIES = "Install the GPU's driver, and CUDA 12's cuBLAS where the system's loader finds it (LD_LIBRARY_PATH)"
AS_FLOAT32 = ("int8", "int8_float32", "float32")
"""Compute types whose encoder output numpy can put together."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how a model runs. batch: most segments in one decode; workers: decodes at a time."""

    device: str
    compute_type: str
    workers: int
    threads: int
    batch: int


def place(settings: AsrSettings, cores: int) -> Placement:
    """Fill in what the settings leave to us: a GPU where CTranslate2 finds one, else one worker for each core."""
    device = settings.device
    if device == "auto":
        device = "cuda" if ctranslate2.get_cuda_device_count() > 0 else "cpu"
    gpu = device == "cuda"
    return Placement(
        device=device,
        compute_type=_best_type(device) if settings.compute_type == "auto" else settings.compute_type,
        workers=settings.workers or (1 if gpu else max(1, cores // settings.threads)),
        threads=settings.threads,
        batch=settings.batch or (16 if gpu else 8),
    )


def _best_type(device: str) -> str:
    try:
        able = ctranslate2.get_supported_compute_types(device)
    except (RuntimeError, ValueError):  # a device that is not there; loading says so
        able = set()
    return next((each for each in LIKED[device] if each in able), LIKED[device][0])


class _Kept(threading.local):
    """What a thread's last decode left for the times of its words.

    encoded: the encoder's output of each segment, and its frames. written: the tokens of each, by call and segment.
    """

    def __init__(self) -> None:
        self.encoded: tuple[Sequence[tuple[Segment, Any]], int] = ((), 0)
        self.written: dict[tuple[str, str], Sequence[int]] = {}


class WhisperEngine:
    """One model, shared by all calls; `decode` may be called from `placement.workers` threads at a time."""

    def __init__(self, model_dir: Path, settings: AsrSettings, placement: Placement) -> None:
        self.name = model_dir.name
        self.settings = settings
        self.placement = placement
        self._model = _load(model_dir, placement)
        self._kept = _Kept()
        tokens = vocabulary(model_dir)
        check_language(settings.language, tokens)
        self._ids = _Ids.of(model_dir, self._model, settings.language, tokens)
        wanted = settings.guess_language or settings.language == "auto"
        self.tells: Tells = tells(model_dir, tokens) if wanted else "nothing"
        self.n_mels: int = self._model.model.n_mels
        if placement.device == "cuda":
            self._try_out()

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        """Encoder context this segment is decoded in; segments of equal context may share a batch."""
        if full or self.settings.context == "full":
            return FULL_MS
        audio_ms = segment.samples.size * 1000 // segment.rate_hz
        settings = self.settings
        frames = context_frames(audio_ms, settings.margin_ms, settings.length_class_ms, self.n_mels)
        return frames * MS_PER_FRAME

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        """One answer for each segment, in order, all in the longest context among them; full: in 30 s.

        A segment longer than 30 s is answered lost ("too_long"). Raises what CTranslate2 raises.
        """
        if not full:  # a second decode of one segment leaves what the batch wrote for the others
            self._kept.written = {}
        answers = [Answer(s.segment_id, lost="too_long") for s in segments]
        fit = [i for i, s in enumerate(segments) if s.samples.size <= s.rate_hz * FULL_MS // 1000]
        if fit:
            frames = max(self.context_ms(segments[i], full) for i in fit) // MS_PER_FRAME
            for i, answer in zip(fit, self._decode([segments[i] for i in fit], frames), strict=True):
                answers[i] = answer
        return answers

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        """When each piece of the text was said, from the decoder's attention; for evidence, on demand.

        Costs about as much as the segment's decode. Text that has no tokens has no times.
        """
        frames = self.context_ms(segment) // MS_PER_FRAME
        pieces, tokens = self._ids.written(self._kept.written.get((segment.call_id, segment.segment_id), ()), text)
        if not pieces:
            return []
        heard = segment.samples.size * 1000 // segment.rate_hz // MS_PER_FRAME
        (aligned,) = self._model.model.align(
            self._heard(segment, frames), self._ids.prompt()[:3], [[t for piece in tokens for t in piece]], [heard]
        )
        starts: dict[int, int] = {}
        for token, encoder_frame in aligned.alignments:
            starts.setdefault(token, encoder_frame * 2 * MS_PER_FRAME + segment.audio_start_ms)
        ends = np.cumsum([len(piece) for piece in tokens]).tolist()
        begins = [starts.get(end - len(piece), segment.start_ms) for end, piece in zip(ends, tokens, strict=True)]
        stops = [*begins[1:], segment.end_ms]
        return [WordTime(*each) for each in zip(pieces, begins, map(max, begins, stops), strict=True)]

    def _try_out(self) -> None:
        """One encoding: CTranslate2 looks for the GPU's libraries, and takes memory, no sooner than it needs them."""
        frames = context_frames(0, self.settings.margin_ms, self.settings.length_class_ms, self.n_mels)
        silence = np.zeros((1, self.n_mels, frames), np.float32)
        try:
            self._model.model.encode(ctranslate2.StorageView.from_array(silence), to_cpu=True)
        except RuntimeError as error:
            raise _device_fails(error) from error

    def _decode(self, segments: list[Segment], frames: int) -> list[Answer]:
        features = self._encoded(segments, frames)
        languages: list[tuple[str | None, float | None]] = [(None, None)] * len(segments)
        prompts = [self._ids.prompt()] * len(segments)
        auto = self.settings.language == "auto"
        if self.tells != "nothing" and (auto or any(segment.final for segment in segments)):
            found = [best[0] for best in self._model.model.detect_language(features)]
            languages = [believed(each, self.tells) for each in found]
            if auto:
                prompts = [self._ids.prompt(token) for token, _ in found]
        limits = [self._most_tokens(segment) for segment in segments]
        results = self._generate(features, prompts, max(limits))
        for one, result in zip(segments, results, strict=True):
            self._kept.written[one.call_id, one.segment_id] = result.sequences_ids[0]
        return [
            self._answer(segment, result, limit, frames, *language)
            for segment, result, limit, language in zip(segments, results, limits, languages, strict=True)
        ]

    def _encoded(self, segments: Sequence[Segment], frames: int) -> Any:
        """Encoder output of all. On a CPU one after the other: together they cost it more (docs/recogniser.md)."""
        if self.placement.device != "cpu" or self.placement.compute_type not in AS_FLOAT32:
            return self._model.model.encode(self._features(segments, frames))
        each = [self._model.model.encode(self._features([segment], frames)) for segment in segments]
        self._kept.encoded = list(zip(segments, each, strict=True)), frames
        if len(each) == 1:
            return each[0]
        return ctranslate2.StorageView.from_array(np.concatenate([np.asarray(one) for one in each]))

    def _heard(self, segment: Segment, frames: int) -> Any:
        """Encoder output of a segment that this thread has just decoded, or its features."""
        kept, length = self._kept.encoded
        for each, encoded in kept:
            if each is segment and length == frames:
                return encoded
        return self._features([segment], frames)

    def _features(self, segments: Sequence[Segment], frames: int) -> Any:
        extract = self._model.feature_extractor
        mels = [log_mel(waveform(s.samples, s.rate_hz), frames, extract) for s in segments]
        return ctranslate2.StorageView.from_array(np.stack(mels))

    def _generate(self, features: Any, prompts: list[list[int]], most_tokens: int) -> list[Any]:
        results: list[Any] = self._model.model.generate(
            features,
            prompts,
            beam_size=1,
            # CTranslate2 allows min(max_length / 2, max_length - prompt) new tokens
            max_length=min(MAX_LENGTH, max(2 * most_tokens, most_tokens + len(prompts[0]))),
            return_scores=True,
            return_no_speech_prob=True,
        )
        return results

    def _most_tokens(self, segment: Segment) -> int:
        seconds = (segment.end_ms - segment.start_ms) / 1000
        return min(MAX_LENGTH // 2, self.settings.tokens_base + math.ceil(seconds * self.settings.tokens_per_s))

    def _answer(
        self, segment: Segment, result: Any, limit: int, frames: int, language: str | None, language_prob: float | None
    ) -> Answer:
        tokens = result.sequences_ids[0]
        # the end token counts too, as in faster-whisper; CTranslate2's score is a mean over the text tokens
        logprob = result.scores[0] * len(tokens) / (len(tokens) + 1) if tokens else None
        return Answer(
            segment.segment_id,
            text=self._ids.text(tokens[:limit]),
            unfinished=len(tokens) >= limit,
            mean_logprob=None if logprob is None else round(logprob, 4),
            no_speech_prob=round(result.no_speech_prob, 4),
            context_ms=frames * MS_PER_FRAME,
            language=language,
            language_prob=language_prob,
        )


def _load(model_dir: Path, placement: Placement) -> WhisperModel:
    check_folder(model_dir)
    try:
        supported = ctranslate2.get_supported_compute_types(placement.device)
    except (RuntimeError, ValueError) as error:  # no driver or GPU, or a CTranslate2 without CUDA
        found = str(error).splitlines()[0]
        what = f"{placement.device} cannot be used"
        raise ModelError("[asr] device", what, found, 'Set it to "auto" or "cpu"') from error
    if placement.compute_type not in supported | {"default"}:
        raise ModelError(
            "[asr] compute_type", f"{placement.device} cannot compute in this type", placement.compute_type,
            "Use one of: auto, " + ", ".join(sorted(supported)),
        )  # fmt: skip
    try:
        return WhisperModel(
            str(model_dir),
            device=placement.device,
            compute_type=placement.compute_type,
            cpu_threads=placement.threads,
            num_workers=placement.workers,
            local_files_only=True,
        )
    except Exception as error:
        if placement.device == "cuda" or isinstance(error, MemoryError):
            raise _device_fails(error) from error
        # the libraries below raise RuntimeError, ValueError or a bare Exception for the same damage
        raise ModelError(
            str(model_dir), "cannot be loaded as a Whisper model", str(error).splitlines()[0],
            "Fetch it again, or name a CTranslate2 Whisper model",
        ) from error  # fmt: skip


def _device_fails(error: Exception) -> ModelError:
    """What to do about a whole model that its device cannot carry."""
    found = str(error).partition("\n")[0]
    if not isinstance(error, MemoryError) and "out of memory" not in found:
        return ModelError("[asr] device", "cuda cannot be used", found, f'{LIBRARIES}, or set it to "cpu"')
    return ModelError(
        "[asr] model", "does not fit into the device's memory", found,
        'Take a smaller one or [asr] compute_type = "int8", end what else uses the device, or set [asr] device = "cpu"',
    )  # fmt: skip


class _Ids:
    """The special tokens of a prompt, and tokens back to text."""

    def __init__(self, tokenizer: Any, start: int, language: int, task: tuple[int, int], end: int) -> None:
        self._tokenizer = tokenizer
        self._start, self._language, self._task, self._end = start, language, task, end

    @classmethod
    def of(cls, model_dir: Path, model: WhisperModel, language: str, vocabulary: Sequence[str]) -> _Ids:
        """Raises ModelError where the vocabulary lacks a token, or is another one than the tokenizer's."""
        tokenizer = model.hf_tokenizer
        spoken = "zh" if language == "auto" else language
        if spoken != "en" and not model.model.is_multilingual:
            raise ModelError(
                str(model_dir), "is for English only", f"[asr] language = {language}", "Name a multilingual model"
            )

        def token(name: str) -> int:
            found = tokenizer.token_to_id(name)
            if found is None or found >= len(vocabulary) or vocabulary[found] != name:
                raise ModelError(
                    str(model_dir / TOKENIZER), f"expects {name} where the vocabulary does not have it",
                    "nothing" if found is None else f"another at {found}", "Fetch the whole folder again",
                )  # fmt: skip
            return int(found)

        task = token("<|transcribe|>"), token("<|notimestamps|>")
        return cls(tokenizer, token("<|startoftranscript|>"), token(f"<|{spoken}|>"), task, token("<|endoftext|>"))

    def prompt(self, language: str | None = None) -> list[int]:
        """Every prompt has the same length, without which CTranslate2 refuses the batch."""
        spoken = self._language if language is None else self._tokenizer.token_to_id(language)
        return [self._start, spoken, *self._task]

    def pieces(self, text: str) -> tuple[list[str], list[list[int]]]:
        """The text's smallest readable pieces, and the tokens of each."""
        tokens = self._tokenizer.encode(text, add_special_tokens=False).ids
        pieces, groups = Tokenizer(self._tokenizer, False).split_tokens_on_unicode(tokens)
        return list(pieces), list(groups)

    def written(self, tokens: Sequence[int], text: str) -> tuple[list[str], list[list[int]]]:
        """The pieces of a text as the decoder wrote them, where these tokens are that text; else made anew.

        A decoder that writes character by character attends so, too: of the words that the tokenizer would put
        together it never looked at the beginnings.
        """
        own = [token for token in tokens if token < self._end]
        pieces, groups = Tokenizer(self._tokenizer, False).split_tokens_on_unicode(own)
        normal = [normalise(piece) for piece in pieces]
        if all(normal) and "".join(normal) == text:
            return normal, list(groups)
        return self.pieces(text)

    def text(self, tokens: Sequence[int]) -> str:
        text: str = self._tokenizer.decode([token for token in tokens if token < self._end])
        return text.replace("\ufffd", "").strip()
