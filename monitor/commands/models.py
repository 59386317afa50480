"""`linewatch models`: list, fetch, verify."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from monitor import config
from monitor.commands.common import NOT_JUDGED, Config, Set, group, note, settings_of, stderr, stdout
from monitor.config import Settings
from monitor.errors import ConfigError, LinewatchError

if TYPE_CHECKING:
    from monitor.asr.registry import ModelEntry
    from monitor.asr.verify import Heard, VerifyReport

app = group("Recogniser models: what is known, present, fetched; how well a short context works.")


@app.command("list")
def models_list(config_: Config = None, set_: Set = None) -> None:
    """Models known, and where those lie that are on this machine."""
    from monitor.asr import registry

    folder = _models_dir(settings_of(config_, set_))
    table = Table("model", "size", "languages", "licence", "hardware and notes", "here")
    for entry in registry.load_registry():
        languages = " ".join(entry.languages)
        about = "\n".join(filter(None, (entry.hardware, entry.note)))
        row = (entry.name, f"{entry.size_mb} MB", languages, entry.licence, about, _here(entry, folder))
        table.add_row(*map(escape, row))
    stdout.print(table)


def _here(entry: ModelEntry, models_dir: Path | None) -> str:
    from monitor.asr import registry

    found = registry.here(entry, models_dir)
    if found.damaged:
        return f"damaged: {Path(found.damaged.where).name} {found.damaged.what}"
    return str(found.folder or ("" if entry.format == "ct2" else "convert first"))


@app.command("fetch")
def models_fetch(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name of `linewatch models list`.")],
    revision: Annotated[
        str, typer.Option(metavar="COMMIT", help="A commit, tag or branch instead of the list's.")
    ] = "",
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Bring a model here, resuming what is here already. HF_ENDPOINT names a mirror; a proxy is honoured."""
    from monitor.asr import origin, registry

    folder = _models_dir(settings_of(config_, set_))
    entries = {entry.name: entry for entry in registry.load_registry()}
    if name not in entries:
        raise ConfigError(f"model {name}", "is not known", do="linewatch models list")
    entry = replace(entries[name], revision=revision or entries[name].revision)
    if not entry.shipped:
        note(f"{name}: {entry.size_mb} MB, licence {entry.licence}, from {entry.repository}@{entry.revision}")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=stderr, disable=not stderr.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=None)
        told = 0

        def on_progress(file: str, done: int, total: int) -> None:
            nonlocal told
            bar.update(task, description=file, completed=done, total=total)
            tenths = 10 * done // max(total, 1)
            if bar.disable and tenths > told:  # a log instead of a screen
                told = tenths
                note(f"{10 * tenths} % of {total / 1e6:.0f} MB")

        got = registry.fetch(entry, folder, on_progress)
    note(f'{got}: {origin.read(got) or "converted"}; set [asr] model = "{name}" to use it.')


@app.command("verify")
def models_verify(
    name: Annotated[str, typer.Argument(metavar="[MODEL]", help="Name or folder; the configured one without it.")] = "",
    wav: Annotated[
        list[Path] | None, typer.Option(metavar="PATH", help="Your own recordings, or folders of them.")
    ] = None,
    tsv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What was said: a line each, file name, tab, text.")
    ] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Is the model undamaged? With --wav: full against short encoder context on your own audio, and what to set."""
    from monitor.asr import checksums, origin, registry
    from monitor.asr.load import chosen_model, cores
    from monitor.asr.whisper import place
    from monitor.sources.recording import find

    settings = settings_of(config_, set_)
    if tsv and not wav:
        raise ConfigError("models verify --tsv", "needs the recordings too", do="Name them with --wav")
    if settings.asr.engine == "openai" and not name:
        raise ConfigError("[asr] engine", "is an endpoint, which has no folder", "openai", "Name a model to verify")
    model = name or chosen_model(settings.asr, place(settings.asr, cores()))
    folder = registry.locate(model, _models_dir(settings))
    sums = checksums.told(checksums.compare(folder, registry.again(registry.known(model), folder)))
    note(f"{folder}: {sums}; {origin.read(folder) or 'not fetched from a hub'}.")
    if not wav:
        return
    recordings = find(wav)
    truths = _said(tsv, [path.name for path in recordings]) if tsv else {}
    _tell(model, registry.verify(folder, recordings, truths, settings.asr, _tell_heard), settings)


def _tell_heard(one: Heard | LinewatchError) -> None:
    if isinstance(one, LinewatchError):
        stderr.print(str(one), style="red", markup=False, soft_wrap=True)
    else:
        heard = {"file": str(one.path), "short": one.short, "full": one.full}
        print(json.dumps(heard, ensure_ascii=False), flush=True)


def _tell(model: str, report: VerifyReport, settings: Settings) -> None:
    errors = ""
    if report.cer_short is not None:
        known = sum(one.truth is not None for one in report.heard)
        errors = f", errors {report.cer_short:.1f} % short and {report.cer_full:.1f} % full"
        errors += f" in {known} of {len(report.heard)} recordings"
    note(f"{model} ({report.setup}): contexts agree in {report.agreement:.1f} % of the characters{errors}.")
    if settings.asr.retry_full:
        note(f"Of {report.segments} segments {report.retried} were decoded again at 30 s, as a line does it.")
    if report.classes:
        costs = ", ".join(f"{class_ms} ms {1000 * cost:.1f}" for class_ms, cost in report.classes.items())
        note(f"Length classes, ms of {report.clock} for a second of speech, batches of up to {report.batch}: {costs}.")
    advice = f'Set [asr] context = "{report.context}": {report.reason}.'
    if report.length_class_ms != settings.asr.length_class_ms:
        advice += f" Set [asr] length_class_ms = {report.length_class_ms}, which costs less, and verify again."
    note(f"Full takes {report.speed_up:.1f} times the {report.clock} of short. {advice}")
    if report.failed:
        note(f"Recordings that could not be heard: {len(report.failed)}.")
        raise typer.Exit(NOT_JUDGED)


def _said(tsv: Path, names: Sequence[str]) -> dict[str, str]:
    """File name -> what was said. Raises ConfigError for a line of another form, or where no recording is named."""
    said: dict[str, str] = {}
    for number, line in enumerate(config.read_text(tsv).splitlines(), 1):
        file, tab, text = line.partition("\t")
        if tab:
            said[Path(file).name] = text
        elif line.strip():
            raise ConfigError(
                f"{tsv}:{number}", "has no tab between file name and text", do="A line is: NAME, tab, text"
            )
    if said.keys().isdisjoint(names):
        there = f"There are: {', '.join(names[:3])}{' …' if len(names) > 3 else ''}"
        raise ConfigError(str(tsv), "names none of the recordings", next(iter(said), "no line"), there)
    return said


def _models_dir(settings: Settings) -> Path | None:
    return Path(settings.asr.models_dir) if settings.asr.models_dir else None
