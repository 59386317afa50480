"""Segments for the tests of this room, and an engine whose answers they choose."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import numpy as np

from monitor.asr.recogniser import Recogniser
from monitor.core.types import Answer, Channel, Segment, WordTime

PATIENCE_S = 240
"""For what will come, on however loaded a machine; nothing is ever decided by it."""


def segment(
    segment_id: str = "a1",
    call_id: str = "call",
    channel: Channel = "agent",
    start_ms: int = 0,
    length_ms: int = 1000,
    voiced_ms: int | None = None,
    level_dbov: float = -25.0,
    noise_dbov: float = -60.0,
    rate_hz: int = 8000,
    samples: np.ndarray | None = None,
    final: bool = True,
) -> Segment:
    if samples is None:
        samples = np.zeros(length_ms * rate_hz // 1000, np.int16)
    return Segment(
        segment_id=segment_id,
        call_id=call_id,
        channel=channel,
        start_ms=start_ms,
        end_ms=start_ms + length_ms,
        audio_start_ms=start_ms,
        rate_hz=rate_hz,
        samples=samples,
        voiced_ms=length_ms if voiced_ms is None else voiced_ms,
        level_dbov=level_dbov,
        noise_dbov=noise_dbov,
        final=final,
    )


class Scripted:
    """An engine that says what `say` says, may be held at a gate, and remembers what it was asked."""

    name = "scripted"

    def __init__(self, say: Callable[[Segment, bool], str] = lambda segment, full: segment.segment_id) -> None:
        self.say = say
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Semaphore(0)
        self.asked: list[tuple[str, ...]] = []
        self.fulls: list[bool] = []
        self.aligned: list[str] = []

    def context_ms(self, segment: Segment, full: bool = False) -> int:
        return 30_000 if full else 3500 + (segment.end_ms - segment.start_ms) // 1000 * 1000

    def decode(self, segments: Sequence[Segment], full: bool = False) -> list[Answer]:
        self.asked.append(tuple(s.segment_id for s in segments))
        self.fulls.append(full)
        self.entered.release()
        assert self.gate.wait(PATIENCE_S)
        return [Answer(s.segment_id, text=self.say(s, full), mean_logprob=-0.2) for s in segments]

    def words(self, segment: Segment, text: str) -> list[WordTime]:
        self.aligned.append(text)
        step = (segment.end_ms - segment.start_ms) // len(text)
        return [WordTime(c, segment.start_ms + n * step, segment.start_ms + (n + 1) * step) for n, c in enumerate(text)]


class Inbox:
    """Collects answers and waits for a number of them."""

    def __init__(self) -> None:
        self.got: list[tuple[Segment, Answer]] = []
        self._changed = threading.Condition()

    def __call__(self, segment: Segment, answer: Answer) -> None:
        with self._changed:
            self.got.append((segment, answer))
            self._changed.notify_all()

    def wait(self, count: int) -> dict[str, Answer]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.got) >= count, PATIENCE_S), self.got
            return {answer.segment_id: answer for _, answer in self.got}


def busy(engine: Scripted, recogniser: Recogniser, inbox: Inbox) -> None:
    """Hold the only worker in a decode of segment "busy"."""
    engine.gate.clear()
    recogniser.submit(segment("busy"), inbox, None)
    assert engine.entered.acquire(timeout=PATIENCE_S)
