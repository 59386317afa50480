"""A real model for the tests of this room: the embedded one, or the folder that LINEWATCH_TEST_MODEL names."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from demo.voice import Speaker, say
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import WhisperEngine, place
from monitor.core.types import Segment
from monitor.resources import locate
from tests.asr.segments import Scripted, segment

AGENT = Speaker("f3", 180, 50, -22.0)
QUESTION = "请问还有什么可以帮助您的吗?"


@pytest.fixture(scope="session")
def model_dir() -> Path:
    return Path(os.environ.get("LINEWATCH_TEST_MODEL") or locate("models/demo-zh"))


@pytest.fixture(scope="session")
def engine(model_dir: Path) -> WhisperEngine:
    settings = AsrSettings(device="cpu")
    return WhisperEngine(model_dir, settings, place(settings, cores=1))


def spoken(text: str = QUESTION, segment_id: str = "a1", gap_ms: int = 300) -> Segment:
    """A segment in which the demo's agent says the text, over a faint hiss."""
    voice = say(text, AGENT)
    gap = np.zeros(gap_ms * 8)
    hiss = np.random.default_rng(1).normal(0, 20, voice.size + 2 * gap.size)
    samples = (np.concatenate((gap, voice, gap)) + hiss).clip(-32768, 32767).astype(np.int16)
    return segment(segment_id, length_ms=voice.size // 8, samples=samples)


def likeness(text: str, truth: str) -> float:
    """Share of the truth's characters that the text has, in any order."""
    plain = [char for char in truth if char.isalnum()]
    return sum(char in text for char in plain) / len(plain)


@pytest.fixture
def started():
    running: list[tuple[Recogniser, Scripted]] = []

    def start(engine: Scripted | None = None, workers: int = 1, batch: int = 1, **settings: object) -> Recogniser:
        engine = engine or Scripted()
        recogniser = Recogniser(engine, AsrSettings(**settings), workers, batch)
        running.append((recogniser, engine))
        return recogniser

    yield start
    for recogniser, engine in running:
        engine.gate.set()
        recogniser.close()
