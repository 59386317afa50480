"""Does this model stand a short encoder context? Both contexts on the user's own recordings: agreement, CER, speed.

Most do with enough silence after the speech; some break (text from nowhere, loops). The report says what to set.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from faster_whisper import decode_audio
from rapidfuzz.distance import Levenshtein

from monitor.asr.folder import check_folder
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.core.types import Pcm, Segment
from monitor.errors import ModelError
from monitor.speech.normalise import fold, normalise

RATE_HZ = 16_000
LONGEST_MS = 10_000  # as the segmenter cuts
AGREE_PERCENT = 95.0
WORSE_POINTS = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording: its text in both contexts, and the truth where there is one (all folded: characters only)."""

    path: Path
    full: str
    short: str
    truth: str | None


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """agreement: characters both contexts have in common, per cent. cer_*: per cent, None without truths.

    speed_up: time in 30 s contexts over time in short ones. context: what to set as [asr] context.
    """

    heard: tuple[Heard, ...]
    agreement: float
    cer_full: float | None
    cer_short: float | None
    speed_up: float
    context: str
    reason: str


def verify(model: Path, wavs: Sequence[Path], truths: dict[str, str] | None = None) -> VerifyReport:
    """`truths`: file name -> what was said. Raises ModelError for the model or when there is nothing to listen to."""
    check_folder(model)
    if not wavs:
        raise ModelError(
            "models verify", "has nothing to listen to", "no recording", "Name recordings or a folder of them"
        )
    settings = AsrSettings(device="cpu", threads=1)
    engine = WhisperEngine(model, settings, place(settings, 1))
    heard: list[Heard] = []
    spent = {True: 0.0, False: 0.0}
    for path in wavs:
        texts = {}
        for full in (True, False):
            begin = time.perf_counter()
            texts[full] = _text(engine, _segments(path), full)
            spent[full] += time.perf_counter() - begin
        truth = (truths or {}).get(path.name)
        heard.append(Heard(path, texts[True], texts[False], None if truth is None else _plain(truth)))
    return _report(tuple(heard), spent[True] / max(spent[False], 1e-9))


def _plain(text: str) -> str:
    return fold(normalise(text)).text


def _segments(path: Path) -> list[Segment]:
    try:
        audio = decode_audio(str(path), sampling_rate=RATE_HZ)
    except Exception as error:  # PyAV raises its own kinds, by the demuxer
        raise ModelError(str(path), "cannot be read as audio", str(error), "Leave it out") from error
    samples = (np.clip(audio, -1, 1) * 32767).astype(np.int16)
    step = LONGEST_MS * RATE_HZ // 1000
    return [_segment(path.name, i, samples[i : i + step]) for i in range(0, len(samples), step)]


def _segment(name: str, at: int, samples: Pcm) -> Segment:
    start = at * 1000 // RATE_HZ
    length = samples.size * 1000 // RATE_HZ
    return Segment(
        segment_id=f"{name}/{start}", call_id=name, channel="agent", start_ms=start, end_ms=start + length,
        audio_start_ms=start, rate_hz=RATE_HZ, samples=samples, voiced_ms=length, level_dbov=-26.0, noise_dbov=-60.0,
    )  # fmt: skip


def _text(engine: WhisperEngine, segments: Sequence[Segment], full: bool) -> str:
    return _plain("".join(engine.decode([s], full)[0].text for s in segments))


def _report(heard: tuple[Heard, ...], speed_up: float) -> VerifyReport:
    agreement = 100 - _errors([(h.full, h.short) for h in heard])
    known = [(h, h.truth) for h in heard if h.truth is not None]
    full = _errors([(truth, h.full) for h, truth in known]) if known else None
    short = _errors([(truth, h.short) for h, truth in known]) if known else None
    if full is not None and short is not None:
        good = short <= full + WORSE_POINTS
        reason = f"character errors {short:.1f} % short, {full:.1f} % full"
    else:
        good = agreement >= AGREE_PERCENT
        reason = f"the contexts agree in {agreement:.1f} % of the characters"
    return VerifyReport(heard, agreement, full, short, speed_up, "fit" if good else "full", reason)


def _errors(pairs: Sequence[tuple[str, str]]) -> float:
    """Edit distance in per cent of the first text's characters."""
    said = sum(len(truth) for truth, _ in pairs)
    wrong = sum(Levenshtein.distance(truth, text) for truth, text in pairs)
    return 100 * wrong / said if said else (0.0 if not wrong else 100.0)
