"""The demo calls by every way there is (audit, live at any speed, replay from the store), with the real model."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Literal

from monitor import audit
from monitor.call import replay
from monitor.config import Settings, load
from monitor.core.events import Envelope
from monitor.resources import locate
from monitor.run import offline
from monitor.service import Service
from monitor.sources.files import FilesSettings, FilesSource

Calls = dict[str, list[Envelope]]
PATIENCE_MS = 60_000
"""A loaded test machine may answer late; losing a segment to that is not what the goldens are about."""


def test_model() -> str:
    """The embedded model, or another folder for work on it."""
    return os.environ.get("LINEWATCH_TEST_MODEL", "demo-zh")


def demo_settings(folder: Path) -> Settings:
    settings = offline(load(None), folder)
    asr = settings.asr.model_copy(
        update={"model": test_model(), "answer_within_ms": PATIENCE_MS, "batch": 1, "workers": 2}
    )
    asr = asr.model_copy(update={"admission": asr.admission.model_copy(update={"lines": "all"})})
    desk = settings.desk.model_copy(update={"port": 0})
    store = settings.store.model_copy(update={"stall_ms": PATIENCE_MS})
    return settings.model_copy(update={"asr": asr, "desk": desk, "store": store})


def audited() -> Calls:
    with tempfile.TemporaryDirectory() as folder:
        settings = demo_settings(Path(folder))
        audit.run([locate("demo/calls")], Path(folder) / "out", settings, model=test_model())
        lines = (Path(folder) / "out" / "events.jsonl").read_text("utf-8").splitlines()
    return by_call([Envelope.model_validate(json.loads(line)) for line in lines])


async def live(speed: float | Literal["max"]) -> tuple[Calls, Calls]:
    """What the store holds after the calls have run live, and the same replayed from the store."""
    with tempfile.TemporaryDirectory() as folder:
        settings = demo_settings(Path(folder))
        source = FilesSource(FilesSettings(paths=(locate("demo/calls"),), speed=speed, lines=2))
        async with Service(settings) as service:
            await service.run([source])
            ids = [row.call_id for row in service.store.calls()]
            stored = {call_id: service.store.events(call_id) for call_id in ids}
        return stored, {call_id: replay(events, settings.rulebook()) for call_id, events in stored.items()}


def by_call(envelopes: list[Envelope]) -> Calls:
    calls: Calls = defaultdict(list)
    for envelope in envelopes:
        assert envelope.call_id
        calls[envelope.call_id].append(envelope)
    return dict(calls)


def live_now(speed: float | Literal["max"]) -> tuple[Calls, Calls]:
    return asyncio.run(live(speed))
