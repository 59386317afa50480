"""How well models/demo-zh hears voice settings not in training: clean and telephone-noisy, 30 s and short.

Half of the sentences are spoken by variants that training never heard, with --held-out all of them; `unseen_variants`
rows are of these alone. The fixed phrases are in the training text; fills are drawn anew from its templates; free
sentences are other people's. `demo_calls` are the demo's two calls cut turn by turn (their sentences are in the
training text), `studio` recordings of people, whom this model does not understand; both in the short context.

Rows with `against: full_30s` compare the product's short context with `faster_whisper.WhisperModel.transcribe`,
greedy, on the same audio in the same run. Free and studio sentences need LINEWATCH_DATA (default ../shared/data);
skipped visibly without it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench import rows
from bench.asr.cost import distance
from bench.material import (
    BEFORE_MS,
    CLEAN,
    FIXED,
    FORBIDDEN,
    HANZI,
    PHONE,
    Said,
    free_sentences,
    fresh_fills,
    negatives,
    say,
    studio_sentences,
)
from bench.rows import Row
from bench.talk import RATE_HZ as TALK_HZ
from bench.talk import turns
from models.recipes.demo_zh.espeak import RATE_HZ, Espeak
from models.recipes.demo_zh.fill import fill
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.core.types import Segment
from monitor.resources import locate

SEED = 2027
STUDIO = 40


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

    def short(self, audio: np.ndarray, rate_hz: int = RATE_HZ) -> str:
        """The product's short context."""
        return "".join(HANZI.findall(self.engine.decode([_segment(audio, rate_hz)])[0].text or ""))

    def timed(self, audio: np.ndarray) -> list[tuple[str, float]]:
        """What the product quotes, and when it began, no sooner than the speech."""
        segment = _segment(audio, RATE_HZ)
        text = self.engine.decode([segment])[0].text or ""
        return [(word.text, max(word.start_ms, BEFORE_MS)) for word in self.engine.words(segment, text)]


def _segment(audio: np.ndarray, rate_hz: int) -> Segment:
    length_ms = len(audio) * 1000 // rate_hz
    return Segment(
        segment_id="bench", call_id="bench", channel="agent", start_ms=0, end_ms=length_ms, audio_start_ms=0,
        rate_hz=rate_hz, samples=audio, voiced_ms=length_ms, level_dbov=-26, noise_dbov=-60,
    )  # fmt: skip


def cer(pairs: Sequence[tuple[str, str]]) -> float:
    """Character errors in per cent of the characters said."""
    return 100 * sum(Levenshtein.distance(t, h) for t, h in pairs) / max(1, sum(len(t) for t, _ in pairs))


def row(
    what: str, value: float | None, unit: str, n: int, against: str | None = None, ratio: float | None = None
) -> Row:
    return rows.row("model", what, value, unit, n, against, ratio)


def sets(count: int, seed: int = SEED) -> dict[str, list[str]]:
    rng = random.Random(seed)
    return {
        "fixed": [fill(t, rng) for t in FIXED for _ in range(max(1, count // len(FIXED)))],
        "forbidden": list(FORBIDDEN) * max(1, count // len(FORBIDDEN)),
        "fills": fresh_fills(count, seed),
        "free": free_sentences(count, seed),
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


def word_times(ear: Ear, said: list[Said]) -> list[Row]:
    """Distance of a character's start from espeak's own, where the words were heard right: by faster-whisper's own
    timestamps, and by what evidence is quoted with."""
    full: list[float] = []
    quoted: list[float] = []
    for s in said:
        segments, _ = ear.model.transcribe(
            s.audio.astype(np.float32) / 32768, language="zh", beam_size=1, temperature=0.0, word_timestamps=True,
            without_timestamps=True,
        )  # fmt: skip
        full += _off(s, [(w.word.strip(), w.start * 1000) for found in segments for w in found.words or ()])
        quoted += _off(s, ear.timed(s.audio))
    return [
        row("word_start_error_median", statistics.median(full) if full else None, "ms", len(full)),
        row("quoted_word_start_error_median", statistics.median(quoted) if quoted else None, "ms", len(quoted)),
        row("quoted_word_start_error_p90", float(np.percentile(quoted, 90)) if quoted else None, "ms", len(quoted)),
    ]


def _off(said: Said, words: Sequence[tuple[str, float]]) -> list[float]:
    if "".join(text for text, _ in words) != said.text:
        return []
    at = accumulate((len(text) for text, _ in words), initial=0)
    return [abs(start - said.starts_ms[k]) for (_, start), k in zip(words, at, strict=False)]


def recorded(ear: Ear, seed: int) -> list[Row]:
    """CER of the demo calls turn by turn, and of people; numbers written either way are equal."""
    demo = [(turn.text, ear.short(turn.pcm, TALK_HZ)) for turn in turns()]
    studio = [(text, ear.short(audio)) for text, audio in studio_sentences(STUDIO, seed)]
    out = []
    for name, pairs in {"demo_calls": demo, "studio": studio}.items():
        wrong, chars = distance(pairs)
        if pairs:
            out.append(row(f"{name}_cer", 100 * wrong / chars, "%", chars))
        else:
            out.append(row(f"{name}_skipped_no_LINEWATCH_DATA", None, "%", 0))
    return out


def silent(ear: Ear, seed: int = SEED) -> list[Row]:
    """Clips without a voice that brought forth text, on either path."""
    made = negatives(seed)
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


def run(model: Path | None = None, count: int = 60, seed: int = SEED, held_out: bool = False) -> list[Row]:
    """All rows; `count` sentences a set and condition; held_out: all by variants that training never heard."""
    ear, engine = Ear(model or locate("models/demo-zh")), Espeak()
    found: list[Row] = []
    clean_said: list[Said] = []
    for i, (name, texts) in enumerate(sets(count, seed).items()):
        if not texts:
            found.append(row(f"{name}_skipped_no_LINEWATCH_DATA", None, "%", 0))
            continue
        for kind in (CLEAN, PHONE):
            said = say(engine, texts, kind, seed + i, held_out)
            clean_said += said if kind == CLEAN else []
            found += heard(ear, said, f"{name}_{kind}")
    found += [*recorded(ear, seed), *silent(ear, seed)]
    return [*found, *word_times(ear, clean_said[: 2 * count]), speed(ear, clean_said[:20])]


def main(argv: list[str] | None = None) -> int:
    """One table; with --json the rows as well."""
    parser = argparse.ArgumentParser(prog="bench model", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--model", type=Path, help="another folder than the shipped one")
    parser.add_argument("--count", type=int, default=60, help="sentences a set and condition")
    parser.add_argument("--seed", type=int, default=SEED, help="of the sentences, voices and lines that are drawn")
    parser.add_argument("--held-out", action="store_true", help="every sentence by a variant that training never heard")
    args = parser.parse_args(argv)
    rows.show(
        run(args.model, args.count, args.seed, args.held_out), "model: espeak-ng speech, int8, one thread", args.json
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
