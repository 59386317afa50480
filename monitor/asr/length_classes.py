"""Which length class costs least on a device, by decoding segments as a queue under load hands them out.

A coarser class fills batches, a finer one encodes less silence. The class has a say in the words, so it is measured
when the operator asks and set in the configuration, never chosen at a start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from monitor.asr.whisper import WhisperEngine
from monitor.core.types import Segment

CLASSES_MS = (250, 500, 1000, 2000)
ROUNDS = 3
LEAST = 8
"""Fewer segments than that say nothing of batches."""
MOST = 24
CLEARLY = 0.95
"""Another class than the one that is set is advised where it costs less than so much of it."""


def compare(
    engine: WhisperEngine, segments: Sequence[Segment], batch: int, now: Callable[[], float]
) -> dict[int, float]:
    """Class in ms -> seconds of `now` for each second of speech, the best of three rounds; nothing for few segments.

    The class that is set is among them. The engine is left as it was.
    """
    if len(segments) < LEAST:
        return {}
    own = engine.settings
    speech_s = sum(segment.end_ms - segment.start_ms for segment in segments) / 1000
    best: dict[int, float] = {}
    try:
        for _ in range(ROUNDS):
            for class_ms in sorted({*CLASSES_MS, own.length_class_ms}):
                engine.settings = own.model_copy(update={"length_class_ms": class_ms})
                began = now()
                for alike in batches(engine, segments, batch):
                    engine.decode(alike)
                best[class_ms] = min(best.get(class_ms, float("inf")), (now() - began) / speech_s)
    finally:
        engine.settings = own
    return best


def advised(costs: dict[int, float], set_ms: int) -> int:
    """The cheapest class where it is clearly cheaper than the one that is set; else that."""
    if not costs:
        return set_ms
    cheapest = min(costs, key=lambda class_ms: costs[class_ms])
    return cheapest if costs[cheapest] < CLEARLY * costs[set_ms] else set_ms


def batches(engine: WhisperEngine, segments: Sequence[Segment], batch: int) -> Iterator[list[Segment]]:
    """As a queue hands them out in which twice a batch waits: those of one context together, so many at most."""
    for at in range(0, len(segments), 2 * batch):
        alike: dict[int, list[Segment]] = {}
        for segment in segments[at : at + 2 * batch]:
            alike.setdefault(engine.context_ms(segment), []).append(segment)
        for group in alike.values():
            yield from (group[i : i + batch] for i in range(0, len(group), batch))
