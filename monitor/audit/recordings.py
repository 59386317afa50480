"""What is to be judged, and from what: settings, rules, model and earlier results come together here."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from monitor import __version__
from monitor.asr.recogniser import Recogniser
from monitor.asr.settings import AsrSettings
from monitor.audit.batch import Batch
from monitor.audit.result import AuditResult, OnProgress
from monitor.audit.stored import titles
from monitor.compliance.rulebook import Rulebook
from monitor.config import Settings
from monitor.lines import Lines
from monitor.sinks.report.folder import Folder
from monitor.sinks.report.words import Lang
from monitor.sources import recording
from monitor.sources.sidecar import Sidecar


def run(
    paths: Sequence[Path],
    out: Path,
    settings: Settings,
    model: str = "",
    workers: int = 0,
    on_progress: OnProgress | None = None,
    lang: Lang = "zh",
    recogniser: Recogniser | None = None,
    known: Mapping[Path, Sidecar] | None = None,
) -> AuditResult:
    """Judge recordings, and write the reports to `out`.

    model, workers: instead of the configured ones. recogniser: one that is already running; it is left running. known:
    what a manifest says of recordings, by absolute path, instead of their sidecars; without paths, also what to judge.
    A recording that cannot be judged is listed in the result and stops nothing. Raises LinewatchError for what is
    wrong with the configuration, the rules, the model, or a path that is not there.
    """
    began = time.monotonic()
    named = list(paths) or [path for path in known or {} if path.exists()]
    found = recording.find(named)
    rulebook = settings.rulebook()
    asr = settings.asr.model_copy(
        update={"model": model or settings.asr.model, "workers": workers or settings.asr.workers}
    )
    name = recogniser.name if recogniser else _model_of(asr)
    folder = Folder(out, lang, _basis(settings, rulebook, name), titles(rulebook, lang), settings.faults)
    batch = Batch(Lines(settings.lines, rulebook), folder, on_progress, known or {})
    batch.failed += [(str(path), "is not there") for path in known or {} if not paths and not path.exists()]
    decodes: Mapping[str, int] = {}
    if batch.resume(found):
        own = recogniser or _recogniser(asr)
        try:
            batch.run(own)
            decodes = own.stats().decodes
        finally:
            if recogniser is None:
                own.close()
    calls = folder.finish(batch.failed)
    wall_s = time.monotonic() - began
    return AuditResult(
        out, calls, tuple(batch.failed), tuple(batch.remarks), batch.resumed, batch.audio_ms, wall_s, decodes
    )


def _recogniser(settings: AsrSettings) -> Recogniser:
    from monitor.asr.load import load  # CTranslate2 and FFmpeg take their time; judging stored calls needs neither

    return load(settings)


def _model_of(settings: AsrSettings) -> str:
    from monitor.asr.load import name

    return name(settings)


def _basis(settings: Settings, rulebook: Rulebook, model: str) -> str:
    """Names everything that a result depends on besides the recording."""
    asr = settings.asr.model_dump_json(exclude={"workers", "threads", "models_dir", "queue", "gather_ms"})
    parts = (__version__, rulebook.version, model, asr, repr(settings.lines))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
