"""What the audit's tests share: an engine that reads the playbook (tests/standin.py), and short recordings."""

from __future__ import annotations

import wave
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from monitor import audit, resources
from monitor.asr.recogniser import Recogniser
from monitor.config import Settings
from monitor.core.events import Envelope
from monitor.core.types import Answer, Segment, WordTime
from monitor.sources import recording
from tests import standin

CALLS = resources.CHECKOUT / "demo" / "calls"
Demo = tuple[Path, audit.AuditResult]


class PlaybookEngine:
    """Knows by heart what is said in the demo calls; any other recording it hears as 好的."""

    name = "playbook"

    def __init__(self) -> None:
        self.books = {path.stem: standin.playbook(path.stem) for path in CALLS.glob("*.wav")}

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        return 6000

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        return [self._answer(segment) for segment in segments]

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        return []

    def _answer(self, segment: Segment) -> Answer:
        said = self.books.get(segment.call_id.removesuffix("-2"))
        if said is None:
            return Answer(segment.segment_id, "好的", mean_logprob=-0.1, no_speech_prob=0.01, context_ms=6000)
        return standin.answer(segment, said)


def envelopes(out: Path) -> list[Envelope]:
    return [Envelope.model_validate_json(line) for line in (out / "events.jsonl").read_text("utf-8").splitlines()]


def short(path: Path, seconds: int = 2, name: str = "silent") -> Path:
    """The first seconds of a demo call, without its sidecar."""
    blocks = islice(recording.read(CALLS / f"{name}.wav").blocks(), seconds)
    with wave.open(str(path), "wb") as cut:
        cut.setparams((2, 2, 8000, 0, "NONE", ""))
        cut.writeframes(b"".join(np.stack(legs, axis=1).astype("<i2").tobytes() for legs in blocks))
    return path


def run(paths: list[Path], out: Path, settings: Settings, recogniser: Recogniser) -> audit.AuditResult:
    return audit.run(paths, out, settings, recogniser=recogniser)
