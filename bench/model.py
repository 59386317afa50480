"""How well models/demo-zh hears voice settings not in training: clean and telephone-noisy, 30 s and short.

Half of the sentences are spoken by variants that training never heard; `unseen_variants` rows are of these alone. The
fixed phrases are in the training text; fills are drawn anew from its templates; free sentences are other people's.

Rows with `against: full_30s` compare the product's short context with `faster_whisper.WhisperModel.transcribe`,
greedy, on the same audio in the same run. Free sentences need LINEWATCH_DATA (default ../shared/data);
skipped visibly without it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench import rows
from bench.material import CLEAN, FIXED, FORBIDDEN, HANZI, PHONE, Said, free_sentences, fresh_fills, negatives, say
from bench.rows import Row
from models.recipes.demo_zh.espeak import RATE_HZ, Espeak
from models.recipes.demo_zh.fill import fill
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.core.types import Segment
from monitor.resources import locate

SEED = 2027


class Ear:
    """Both paths through one loaded model."""

    def __init__(self, folder: Path) -> None:
        settings = AsrSettings(threads=1, workers=1, device="cpu")
        self.engine = WhisperEngine(folder, settings, place(settings, 1))
        self.model: Any = self.engine._model

    def full(self, audio: np.ndarray, **options: Any) -> str:
        """faster-whisper's own transcribe, greedy, in its 30 s window."""
        chosen = {"language": "zh", "beam_size": 1, "temperature": 0.0, "without_timestamps": True} | options
        segments, _ = self.model.transcribe(audio.astype(np.float32) / 32768, **chosen)
        return "".join(HANZI.findall("".join(s.text for s in segments)))

    def short(self, audio: np.ndarray) -> str:
        """The product's short context."""
        segment = Segment(
            segment_id="bench", call_id="bench", channel="agent", start_ms=0, end_ms=len(audio) // 16, audio_start_ms=0,
            rate_hz=RATE_HZ, samples=audio, voiced_ms=len(audio) // 16, level_dbov=-26, noise_dbov=-60,
        )  # fmt: skip
        return "".join(HANZI.findall(self.engine.decode([segment])[0].text or ""))


def cer(pairs: Sequence[tuple[str, str]]) -> float:
    """Character errors in per cent of the characters said."""
    return 100 * sum(Levenshtein.distance(t, h) for t, h in pairs) / max(1, sum(len(t) for t, _ in pairs))


def row(
    what: str, value: float | None, unit: str, n: int, against: str | None = None, ratio: float | None = None
) -> Row:
    return rows.row("model", what, value, unit, n, against, ratio)


def sets(count: int) -> dict[str, list[str]]:
    rng = random.Random(SEED)
    return {
        "fixed": [fill(t, rng) for t in FIXED for _ in range(max(1, count // len(FIXED)))],
        "forbidden": list(FORBIDDEN) * max(1, count // len(FORBIDDEN)),
        "fills": fresh_fills(count, SEED),
        "free": free_sentences(count, SEED),
    }


def heard(ear: Ear, said: list[Said], name: str) -> list[Row]:
    """CER of both contexts on the same audio, and of the variants training never heard."""
    full = [(s.text, ear.full(s.audio)) for s in said]
    short = [(s.text, ear.short(s.audio)) for s in said]
    chars, a, b = sum(len(s.text) for s in said), cer(short), cer(full)
    apart = 100 * sum(Levenshtein.distance(f, h) for (_, f), (_, h) in zip(full, short, strict=True)) / max(1, chars)
    unseen = [pair for pair, s in zip(short, said, strict=True) if s.held_out]
    return [
        row(f"{name}_cer", a, "%", chars, "full_30s", a / b if b else None),
        row(f"{name}_full_cer", b, "%", chars),
        row(f"{name}_contexts_apart", apart, "%", chars),
        row(f"{name}_unseen_variants_cer", cer(unseen), "%", sum(len(t) for t, _ in unseen)),
    ]


def word_times(ear: Ear, said: list[Said]) -> Row:
    """Median distance of a character's start from espeak's own, where the words were heard right."""
    errors: list[float] = []
    for s in said:
        segments, _ = ear.model.transcribe(
            s.audio.astype(np.float32) / 32768, language="zh", beam_size=1, temperature=0.0, word_timestamps=True,
            without_timestamps=True,
        )  # fmt: skip
        words = [w for segment in segments for w in segment.words or ()]
        at, starts = 0, s.starts_ms
        if "".join(w.word.strip() for w in words) == s.text:
            for w in words:
                errors.append(abs(w.start * 1000 - starts[at]))
                at += len(w.word.strip())
    return row("word_start_error_median", statistics.median(errors) if errors else None, "ms", len(errors))


def silent(ear: Ear) -> list[Row]:
    """Clips without a voice that brought forth text, on either path."""
    made = negatives(SEED)
    both = {kind: [ear.full(c) + ear.short(c) for c in clips] for kind, clips in made.items()}
    each = [row(f"text_from_{kind}", sum(map(bool, texts)), "clips", len(texts)) for kind, texts in both.items()]
    return [row("text_from_no_voice", sum(r["value"] for r in each), "clips", sum(r["n"] for r in each)), *each]


def speed(ear: Ear, said: list[Said]) -> Row:
    seconds = sum(len(s.audio) for s in said) / RATE_HZ
    spent = []
    for way in (ear.short, ear.full):
        begin = time.perf_counter()
        for s in said:
            way(s.audio)
        spent.append(time.perf_counter() - begin)
    return row("short_context_rtf", spent[0] / seconds, "x real time", len(said), "full_30s", spent[1] / spent[0])


def run(model: Path | None = None, count: int = 60) -> list[Row]:
    """All rows; `count` sentences a set and condition."""
    ear, engine = Ear(model or locate("models/demo-zh")), Espeak()
    found: list[Row] = []
    clean_said: list[Said] = []
    for i, (name, texts) in enumerate(sets(count).items()):
        if not texts:
            found.append(row(f"{name}_skipped_no_LINEWATCH_DATA", None, "%", 0))
            continue
        for kind in (CLEAN, PHONE):
            said = say(engine, texts, kind, SEED + i)
            clean_said += said if kind == CLEAN else []
            found += heard(ear, said, f"{name}_{kind}")
    return [*found, *silent(ear), word_times(ear, clean_said[: 2 * count]), speed(ear, clean_said[:20])]


def main(argv: list[str] | None = None) -> int:
    """One table; with --json the rows as well."""
    parser = argparse.ArgumentParser(prog="bench model", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, help="another folder than the shipped one")
    parser.add_argument("--count", type=int, default=60, help="sentences a set and condition")
    args = parser.parse_args(argv)
    rows.show(run(args.model, args.count), "model: espeak-ng speech, int8, one thread", args.json)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
