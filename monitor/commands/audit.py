"""`linewatch audit`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from monitor.commands.common import (
    FINDINGS,
    NOT_JUDGED,
    Config,
    Lang,
    LangOption,
    Set,
    SeverityName,
    note,
    settings_of,
    stderr,
)
from monitor.core.types import SEVERITIES
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.audit import AuditResult, OnProgress, Progress
    from monitor.sinks.report.words import Lang as WordsLang


def audit(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Recordings, or folders of them.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for the results (needed); a second run goes on where it stopped."),
    ] = None,
    manifest: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A table, file and a sidecar's keys as columns; alone: the files it names."),
    ] = None,
    from_store: Annotated[bool, typer.Option("--from-store", help="Judge stored calls again instead.")] = False,
    model: Annotated[str, typer.Option(metavar="NAME", help="Recogniser model instead of the configured one.")] = "",
    workers: Annotated[int, typer.Option(min=0, metavar="N", help="Decoder threads; 0 chooses.")] = 0,
    fail_on: Annotated[
        SeverityName | None,
        typer.Option(
            metavar="SEVERITY", help="Exit 1 if there is an alert that severe: info, minor, major or critical."
        ),
    ] = None,
    lang: LangOption = Lang.ZH,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Judge recordings after the call: events.jsonl, calls.csv, report.html, report.xlsx, a page for each call."""
    from monitor import audit as room
    from monitor.sources.manifest import load as load_manifest

    settings = settings_of(config_, set_)
    if out is None:
        raise ConfigError("linewatch audit", "wants --out DIR for its results")
    if bool(paths or manifest) == from_store:
        raise ConfigError("linewatch audit", "wants recordings or folders of them, or else --from-store")
    known = load_manifest(manifest) if manifest else {}
    with _progress() as on_progress:
        if from_store:
            result = room.run_store(out, settings, on_progress=on_progress, lang=lang.value)
        else:
            result = room.run(paths or [], out, settings, model, workers, on_progress, lang.value, known=known)
    _tell_audit(result, lang.value)
    if fail_on and result.worst and SEVERITIES.index(result.worst) >= SEVERITIES.index(fail_on.value):
        raise typer.Exit(FINDINGS)
    if result.failed:
        raise typer.Exit(NOT_JUDGED)


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar on a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[files]}"), TimeRemainingColumn())
    with Bar(*columns, console=stderr, disable=not stderr.is_terminal, transient=True) as bar:
        task = bar.add_task("", total=1.0, files="")

        def on_progress(now: Progress) -> None:
            bar.update(task, completed=now.share, description=now.now[-40:], files=f"{now.done}/{now.total}")

        yield on_progress


def _tell_audit(result: AuditResult, lang: WordsLang) -> None:
    from monitor.sinks.report.words import warning

    for limits in {warning(call.model, lang) for call in result.calls} - {""}:
        stderr.print(limits, style="yellow", soft_wrap=True)
    for remark in result.remarks:
        note(remark)
    for path, why in result.failed:
        stderr.print(why if path in why else f"{path}: {why}", style="red", markup=False, soft_wrap=True)
    counts = ", ".join(f"{count} {severity}" for severity, count in result.alerts.items() if count) or "no alerts"
    earlier = f", {result.resumed} of them by an earlier run" if result.resumed else ""
    failed = f"; {len(result.failed)} could not be judged" if result.failed else ""
    note(f"{len(result.calls)} calls judged{earlier}{failed}; {counts}.")
    if decoded := result.decodes.get("final"):
        note(f"{decoded} segments decoded, {result.decodes.get('retry_full', 0)} of them again at 30 s.")
    note(f"{result.audio_ms / 1000:.0f} s of audio in {result.wall_s:.1f} s. Report: {result.out / 'report.html'}")
