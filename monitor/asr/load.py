"""From settings to a running recogniser: which engine, which model, on what device. Shared by live and audit."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from pathlib import Path

import structlog

from monitor.asr import registry
from monitor.asr.admission import Admission, measure, probe
from monitor.asr.clock import clock_of
from monitor.asr.decoding import Engine
from monitor.asr.heap import give_back_large_buffers
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.asr.whisper import Placement, WhisperEngine, place

log = structlog.get_logger(__name__)

BATCH_PROBE_MS = 1000
ROUNDS = 3
ENOUGH_S = 5.0
"""A slow model is looked at fewer times: so long at most, besides what has begun."""
PAYS = 0.9


def cores() -> int:
    """Processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def chosen_model(settings: AsrSettings, placement: Placement) -> str:
    """The model's name or folder: `auto` is what the device can carry."""
    if settings.model != "auto":
        return settings.model
    return "large-v3-turbo" if placement.device == "cuda" else "small"


def load(settings: AsrSettings) -> Recogniser:
    """Load the configured model and start the recogniser. Raises ModelError, naming the command that fetches it."""
    if settings.engine == "openai":
        from monitor.asr.openai import OpenAiEngine

        return Recogniser(OpenAiEngine(settings.openai, settings.language), settings, settings.workers or 4, 1)
    placement = place(settings, cores())
    folder = registry.locate(chosen_model(settings, placement), _models_dir(settings))
    give_back_large_buffers()
    engine = WhisperEngine(folder, settings, placement)
    batch = settings.batch or paying_batch(engine, placement.batch, clock_of(placement.device).now)
    return Recogniser(engine, settings, placement.workers, batch)


def paying_batch(engine: Engine, most: int, now: Callable[[], float]) -> int:
    """How many short segments together, up to `most`, cost least each on this device by `now`; 1 where none clearly.

    The best of three looks at each size: other work on the machine must not decide. Texts do not depend on it.
    """
    if most == 1:
        return 1
    segment = probe(BATCH_PROBE_MS)
    sizes = [1, *(size for size in (2, 4, 8) if size < most), most]
    each = dict.fromkeys(sizes, math.inf)
    engine.decode([segment])  # to warm up
    began = now()
    for looks in range(ROUNDS):
        if looks and now() - began > ENOUGH_S:
            break
        for size in sizes:
            at = now()
            engine.decode([segment] * size)
            each[size] = min(each[size], (now() - at) / size)
    best = min(sizes, key=lambda size: each[size])
    return best if each[best] < PAYS * each[1] else 1


def name(settings: AsrSettings) -> str:
    """What `load(settings).name` will be, with nothing loaded. Raises ModelError where the model is not there."""
    if settings.engine == "openai":
        from monitor.asr.openai import OpenAiEngine

        return OpenAiEngine(settings.openai, settings.language).name
    return registry.locate(chosen_model(settings, place(settings, cores())), _models_dir(settings)).name


def admission(recogniser: Recogniser) -> Admission:
    """Measure what a second of speech costs here, for the number of lines that can be transcribed.

    An engine that fails at it, such as an endpoint that is down, is taken for free until it has decoded real speech.
    """
    settings = recogniser.settings.admission
    cost = 0.0
    if settings.lines == "auto":
        try:
            cost = measure(recogniser.engine)
        except Exception as error:
            log.warning("capacity not measured", engine=recogniser.name, error=type(error).__name__)
    return Admission(settings, recogniser.stats().workers, cost)


def _models_dir(settings: AsrSettings) -> Path | None:
    return Path(settings.models_dir) if settings.models_dir else None
