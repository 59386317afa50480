"""How right the model is by its own confidence, and how sure it is of speech it cannot understand.

The confidence is `utterance.confidence`, the exponential of the mean log-probability. For each band of it: character
errors on espeak-ng's telephone speech (sentences and voices as in `bench model`), and how many sentences came out
whole. On human speech, where LINEWATCH_DATA is: percentiles of the confidence by corpus. For choosing
`[rules] min_confidence`.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein

from bench.material import HANZI, PHONE, say
from bench.model import SEED, sets
from bench.recordings import DATA
from bench.rows import Row, row, show
from models.recipes.demo_zh.espeak import Espeak
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.core.types import AGENT, Answer, Pcm, Segment
from monitor.resources import locate
from monitor.sources.recording import read
from monitor.speech.normalise import normalise

HUMAN = {
    "mandarin_agent": "speech-zh/magicdata-cs", "mandarin_news": "speech-zh/aishell-sample",
    "cantonese": "speech-dialect/yue", "other_languages": "speech-other/watson-8k",
}  # fmt: skip
EDGES = (0.0, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.01)
LONGEST_MS = 10_000
Heard = tuple[float, int, int]
"""confidence, wrong characters, characters said"""


def confidence(answer: Answer) -> float:
    return 0.0 if answer.mean_logprob is None else math.exp(answer.mean_logprob)


def decode(engine: WhisperEngine, samples: Pcm, rate_hz: int) -> Answer:
    length_ms = len(samples) * 1000 // rate_hz
    segment = Segment(
        segment_id="bench", call_id="bench", channel="agent", start_ms=0, end_ms=length_ms, audio_start_ms=0,
        rate_hz=rate_hz, samples=samples, voiced_ms=length_ms, level_dbov=-26, noise_dbov=-60,
    )  # fmt: skip
    return engine.decode([segment])[0]


def synthetic(engine: WhisperEngine, count: int) -> Iterator[Heard]:
    for texts in sets(count).values():
        for said in say(Espeak(), texts[:count], PHONE, SEED):
            answer = decode(engine, said.audio, 16_000)
            heard = "".join(HANZI.findall(normalise(answer.text)))
            yield confidence(answer), Levenshtein.distance(said.text, heard), len(said.text)


def bands(heard: Sequence[Heard]) -> Iterator[Row]:
    for low, high in pairwise(EDGES):
        inside = [one for one in heard if low <= one[0] < high]
        name = f"confidence_{low:.1f}_to_{min(high, 1.0):.1f}"
        wrong, said = sum(one[1] for one in inside), sum(one[2] for one in inside)
        yield row("confidence", f"{name}_cer", 100 * wrong / said if said else None, "%", len(inside))
        whole = 100 * sum(one[1] == 0 for one in inside) / len(inside) if inside else None
        yield row("confidence", f"{name}_whole", whole, "%", len(inside))


def human(engine: WhisperEngine, count: int) -> Iterator[Row]:
    for name, folder in HUMAN.items():
        files = sorted((DATA / folder).rglob("*.flac"))
        each = [_confidence_of(engine, path) for path in files[:: max(1, len(files) // count)][:count]]
        for percent in (5, 50, 95):
            value = float(np.percentile(each, percent)) if each else None
            yield row("confidence", f"{name}_p{percent}", value, "", len(each))


def _confidence_of(engine: WhisperEngine, path: Path) -> float:
    recording = read(path)
    legs: Iterable[Pcm] = (block[AGENT] if block[AGENT].size else block[1 - AGENT] for block in recording.blocks())
    samples = np.concatenate(list(legs))[: LONGEST_MS * recording.rate_hz // 1000]
    return confidence(decode(engine, samples, recording.rate_hz))


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench confidence", description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--model", type=Path, default=None, help="a model's folder; default the embedded one")
    parser.add_argument("--count", type=int, default=24, help="sentences of each set, recordings of each corpus")
    chosen = parser.parse_args(arguments)
    settings = AsrSettings(threads=1, workers=1, device="cpu")
    engine = WhisperEngine(chosen.model or locate("models/demo-zh"), settings, place(settings, 1))
    rows = [*bands(list(synthetic(engine, chosen.count))), *human(engine, chosen.count)]
    show(rows, "confidence", chosen.json)
    return 0
