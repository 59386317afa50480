"""Stored calls judged again by the present rules; nothing is decoded, the store stays as it is."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.audit.result import AuditResult, OnProgress, Progress
from monitor.call import replay
from monitor.compliance.questions import REFUSED, Questions
from monitor.compliance.rulebook import Rulebook
from monitor.compliance.script import Script
from monitor.compliance.sequence import Sequence_
from monitor.config import Settings
from monitor.core.events import CallStarted, Envelope
from monitor.errors import ConfigError
from monitor.sinks.report import sheet
from monitor.sinks.report.folder import Folder
from monitor.sinks.report.words import Lang
from monitor.store.store import CallRow, Store

PAGE = 500


def run_store(
    out: Path,
    settings: Settings,
    call_ids: Sequence[str] = (),
    on_progress: OnProgress | None = None,
    lang: Lang = "zh",
) -> AuditResult:
    """Writes the reports of these stored calls, or of all that are closed, to `out`."""
    began = time.monotonic()
    rulebook = settings.rulebook()
    store = Store(settings.store.url)
    failed: list[tuple[str, str]] = []
    try:
        ids = list(call_ids) or [row.call_id for row in stored_calls(store)]
        folder = Folder(out, lang, "", titles(rulebook, lang), settings.faults)
        for number, call_id in enumerate(ids):
            if on_progress:
                on_progress(Progress(number, len(ids), 0, number / len(ids), call_id))
            envelopes = store.events(call_id)
            if not envelopes or envelopes[-1].type == CallStarted.type:
                failed.append((call_id, "is not in the store"))
                continue
            with folder.open(call_id) as file:
                file.writelines(f"{envelope.to_json()}\n" for envelope in replay(envelopes, rulebook) if envelope.seq)
            folder.close(call_id, file, None, number)
    finally:
        store.close()
    calls = folder.finish(failed)
    audio_ms = sum(call.duration_ms for call in calls)
    return AuditResult(out, calls, tuple(failed), (), 0, audio_ms, time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Difference:
    """Alerts (rule, channel, start): new ones by the present rules, and stored ones that these do not find."""

    call_id: str
    new: tuple[tuple[str, str | None, int], ...]
    gone: tuple[tuple[str, str | None, int], ...]


def differences(settings: Settings, call_ids: Sequence[str] = ()) -> Iterator[Difference]:
    """What the present rules make of stored calls, one at a time."""
    rulebook = settings.rulebook()
    store = Store(settings.store.url)
    try:
        for call_id in list(call_ids) or [row.call_id for row in stored_calls(store)]:
            then = store.events(call_id)
            if not then:
                raise ConfigError(f"call {call_id}", "is not in the store", do="linewatch calls list")
            before, now = _found(then), _found(replay(then, rulebook))
            yield Difference(call_id, tuple(sorted(now - before)), tuple(sorted(before - now)))
    finally:
        store.close()


def _found(envelopes: Sequence[Envelope]) -> set[tuple[str, str | None, int]]:
    return {(one.body.rule_id, one.channel, one.body.start_ms) for one in sheet.read(envelopes).alerts}


def stored_calls(store: Store, **filters: Any) -> Iterator[CallRow]:
    """Every closed call that fits, newest first, a page at a time."""
    for offset in itertools.count(0, PAGE):
        rows = store.calls(closed=True, limit=PAGE, offset=offset, **filters)
        yield from rows
        if len(rows) < PAGE:
            return


def titles(rulebook: Rulebook, lang: Lang) -> dict[str, str]:
    """What the rules are called, by id, and their steps, by "id/step": a name (in English its id), or which of
    how many. In English also the kinds of questions, by "id/title"."""
    out = {rule.id: (rule.title_en if lang == "en" else "") or rule.title for rule in rulebook.rules}
    for rule in rulebook.rules:
        if isinstance(rule, Sequence_):
            out |= {f"{rule.id}/{step.id}": step.id if lang == "en" else step.title or step.id for step in rule.steps}
        elif isinstance(rule, Script):
            out |= {f"{rule.id}/{step.id}": f"{n}/{len(rule.steps)}" for n, step in enumerate(rule.steps, 1)}
        elif isinstance(rule, Questions) and lang == "en":
            out |= {f"{rule.id}/{kind.title}": kind.id for kind in rule.kinds} | {f"{rule.id}/{REFUSED}": "refused"}
    return out
