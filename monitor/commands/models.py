"""`linewatch models`: list, fetch, verify."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from monitor import config
from monitor.commands.common import Config, Set, group, note, settings_of, stderr, stdout
from monitor.config import Settings
from monitor.errors import ConfigError

app = group("Recogniser models: what is known, present, fetched; how well a short context works.")


@app.command("list")
def models_list(config_: Config = None, set_: Set = None) -> None:
    """Models known, and where those lie that are on this machine."""
    from monitor.asr import registry

    folder = _models_dir(settings_of(config_, set_))
    table = Table("model", "size", "languages", "licence", "hardware", "here")
    for entry in registry.load_registry():
        here = registry.present(entry, folder)
        ready = "" if entry.format == "ct2" else "convert first"
        languages = " ".join(entry.languages)
        table.add_row(entry.name, f"{entry.size_mb} MB", languages, entry.licence, entry.hardware, str(here or ready))
    stdout.print(table)


@app.command("fetch")
def models_fetch(
    name: Annotated[str, typer.Argument(help="A name of `linewatch models list`.")],
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Bring a model here, resuming what is here already. HF_ENDPOINT names a mirror."""
    from monitor.asr import registry

    folder = _models_dir(settings_of(config_, set_))
    entries = {entry.name: entry for entry in registry.load_registry()}
    if name not in entries:
        raise ConfigError(f"model {name}", "is not known", do="linewatch models list")
    note(f"{name}: {entries[name].size_mb} MB, licence {entries[name].licence}, from {entries[name].repository}")
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Bar(*columns, console=stderr, disable=not stderr.is_terminal, transient=True) as bar:
        task = bar.add_task(name, total=None)

        def on_progress(file: str, done: int, total: int) -> None:
            bar.update(task, description=file, completed=done, total=total)

        got = registry.fetch(entries[name], folder, on_progress)
    note(f'{got}; set [asr] model = "{name}" to use it.')


@app.command("verify")
def models_verify(
    wav: Annotated[list[Path], typer.Option(help="Your own recordings, or folders of them.")],
    name: Annotated[str, typer.Argument(metavar="[MODEL]", help="Name or folder; the configured one without it.")] = "",
    tsv: Annotated[Path | None, typer.Option(help="What was said: a line each, file name, tab, text.")] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Full against short encoder context on your own audio: agreement, errors, speed, and what to set."""
    from monitor.asr import registry
    from monitor.asr.load import chosen_model, cores
    from monitor.asr.whisper import place
    from monitor.sources.recording import find

    settings = settings_of(config_, set_)
    model = name or chosen_model(settings.asr, place(settings.asr, cores()))
    rows = [line.split("\t", 1) for line in config.read_text(tsv).splitlines() if "\t" in line] if tsv else []
    folder = registry.locate(model, _models_dir(settings))
    report = registry.verify(folder, find(wav), {Path(file).name: text for file, text in rows})
    for one in report.heard:
        print(json.dumps({"file": str(one.path), "short": one.short, "full": one.full}, ensure_ascii=False))
    errors = (
        "" if report.cer_short is None else f", errors {report.cer_short:.1f} % short and {report.cer_full:.1f} % full"
    )
    note(f"{model}: contexts agree in {report.agreement:.1f} % of the characters{errors}.")
    note(f'Short is {report.speed_up:.1f} times as fast. Set [asr] context = "{report.context}": {report.reason}.')


def _models_dir(settings: Settings) -> Path | None:
    return Path(settings.asr.models_dir) if settings.asr.models_dir else None
