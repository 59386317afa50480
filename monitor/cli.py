"""The command line: reads arguments, calls the rooms, prints. Data goes to stdout, everything else to stderr.

Exit codes: 0 done; 1 findings the user asked to fail on; 2 the operator's mistake; 3 some inputs could not be judged.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table
from typer.core import TyperGroup

from monitor import __version__, config
from monitor.config import Settings
from monitor.core.types import SEVERITIES
from monitor.errors import ConfigError, LinewatchError

if TYPE_CHECKING:
    from monitor.audit import AuditResult, OnProgress, Progress
    from monitor.store.store import Store

FINDINGS, MISTAKE, NOT_JUDGED, INTERRUPTED = 1, 2, 3, 130
stderr = Console(stderr=True, highlight=False)
stdout = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


class Form(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


class Role(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"


class Lang(StrEnum):
    ZH = "zh"
    EN = "en"


class SeverityName(StrEnum):
    INFO = "info"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class Commands(TyperGroup):
    """An operator's mistake is one line and exit code 2, wherever it is found."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except LinewatchError as error:
            stderr.print(str(error), style="red", markup=False, soft_wrap=True)
            raise typer.Exit(MISTAKE) from None
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None


def _group(text: str) -> typer.Typer:
    return typer.Typer(help=text, no_args_is_help=True, pretty_exceptions_enable=False)


app = typer.Typer(
    cls=Commands,
    help="Watches phone lines: silence, low volume, noise, and what the agent says and leaves out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
rules_app = _group("Rule packs: check them, try them on text, and on stored calls.")
models_app = _group("Recogniser models: what is known, present, fetched; how well a short context works.")
calls_app = _group("Stored calls: search, export, erase.")
app.add_typer(calls_app, name="calls")
app.add_typer(rules_app, name="rules")
app.add_typer(models_app, name="models")

Config = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Configuration file; ./config.toml where there is one, else the defaults."),
]
Set = Annotated[list[str] | None, typer.Option("--set", help="One setting for this run: section.key=value.")]
LangOption = Annotated[Lang, typer.Option(help="Language of what is shown.")]
Agent = Annotated[str | None, typer.Option(help="Only calls of this agent.")]
Team = Annotated[str | None, typer.Option(help="Only calls of this team.")]
Since = Annotated[datetime | None, typer.Option(help="Stored at this time or later (local time).")]
Until = Annotated[datetime | None, typer.Option(help="Stored before this time (local time).")]
Speed = Annotated[str, typer.Option(help='"1" is real time, "2" twice as fast, "max" as fast as this machine can.')]


def settings_of(path: Path | None, overrides: list[str] | None) -> Settings:
    here = Path("config.toml")
    return config.load(path or (here if here.is_file() else None), overrides or [])


def speed_of(text: str) -> float | Literal["max"]:
    """Times real time."""
    if text == "max":
        return "max"
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0
    if not 0 < speed <= 1000:
        raise ConfigError("--speed", 'wants a number above 0, or "max"', text)
    return speed


def run(main: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(main)


def note(text: str) -> None:
    stderr.print(text, markup=False, soft_wrap=True)


@app.callback(invoke_without_command=True)
def root(
    ctx: typer.Context, version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False
) -> None:
    if version:
        print(f"linewatch {__version__}")
        raise typer.Exit


@app.command()
def demo(
    speed: Speed = "1",
    keep: Annotated[bool, typer.Option("--keep", help="Leave the pages up afterwards.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write what `audit` writes, into this folder.")] = None,
    lang: LangOption = Lang.ZH,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Play the shipped calls as live lines through all of linewatch. Nothing to set up, nothing leaves this machine."""
    from monitor import run as live_run

    run(live_run.demo(settings_of(config_, set_), speed=speed_of(speed), keep=keep, out=out, lang=lang.value))


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")]) -> None:
    """Make a working folder: config.toml, rules/ to edit, and the first administrator's token."""
    from monitor import workfolder

    made = workfolder.make(folder)
    note(f"{made.config} and {folder / 'rules'} are yours to edit.")
    note("The administrator's token follows on stdout. It is shown this once and stored as a hash only.")
    print(made.token)
    note(f"Next: linewatch doctor -c {made.config}; then linewatch serve -c {made.config}")


@app.command()
def serve(config_: Config = None, set_: Set = None) -> None:
    """Watch live lines: the sources of the configuration, the pages and the sockets, until interrupted."""
    from monitor import run as live_run

    run(live_run.serve(settings_of(config_, set_)))


@app.command()
def listen(
    agent: Annotated[str, typer.Option(help="Input device of the agent (microphone): number or name.")] = "",
    customer: Annotated[str, typer.Option(help="Input device of the customer (loopback): number or name.")] = "",
    agent_id: Annotated[str, typer.Option(help="Whose call this is.")] = "",
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Watch this machine's sound devices as one line, with the pages, until interrupted."""
    from monitor import run as live_run

    run(live_run.listen(settings_of(config_, set_), agent=agent, customer=customer, agent_id=agent_id))


@app.command()
def devices() -> None:
    """List this machine's sound inputs for `listen` and the device source."""
    from monitor.sources.device import devices as inputs

    table = Table("number", "name", "channels", "rate", "system")
    for device in inputs():
        table.add_row(str(device.index), device.name, str(device.channels), f"{device.rate_hz} Hz", device.system)
    stdout.print(table)


@app.command()
def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A recording; its sidecar lies beside it.")],
    speed: Speed = "1",
    to: Annotated[str, typer.Option(help="A running server: ws://HOST:PORT. Without it: in this process.")] = "",
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Play a recording as a live line."""
    from monitor import run as live_run

    run(live_run.replay(settings_of(config_, set_), file, speed=speed_of(speed), to=to or None))


@app.command()
def audit(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH...", help="Recordings, or folders of them.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the results (needed); a second run goes on where the first stopped.")
    ] = None,
    manifest: Annotated[
        Path | None, typer.Option(help="A table, file and a sidecar's keys as columns; alone: the files it names.")
    ] = None,
    from_store: Annotated[bool, typer.Option("--from-store", help="Judge stored calls again instead.")] = False,
    model: Annotated[str, typer.Option(help="Recogniser model instead of the configured one.")] = "",
    workers: Annotated[int, typer.Option(min=0, help="Decoder threads; 0 chooses.")] = 0,
    fail_on: Annotated[SeverityName | None, typer.Option(help="Exit 1 if there is an alert this severe.")] = None,
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
    _tell_audit(result)
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


def _tell_audit(result: AuditResult) -> None:
    for remark in result.remarks:
        note(remark)
    for path, why in result.failed:
        stderr.print(why if path in why else f"{path}: {why}", style="red", markup=False, soft_wrap=True)
    counts = ", ".join(f"{count} {severity}" for severity, count in result.alerts.items() if count) or "no alerts"
    earlier = f", {result.resumed} of them by an earlier run" if result.resumed else ""
    failed = f"; {len(result.failed)} could not be judged" if result.failed else ""
    note(f"{len(result.calls)} calls judged{earlier}{failed}; {counts}.")
    note(f"{result.audio_ms / 1000:.0f} s of audio in {result.wall_s:.1f} s. Report: {result.out / 'report.html'}")


@rules_app.command("check")
def rules_check(config_: Config = None, set_: Set = None) -> None:
    """Compile the packs and run every rule's examples."""
    from monitor.compliance.check import check
    from monitor.compliance.rulebook import read

    settings = settings_of(config_, set_)
    rules, mistakes, _ = read(settings.rule_files(), settings.rules.presets)
    findings = [] if mistakes else check(settings.rulebook())
    errors = [*map(str, mistakes), *(str(one) for one in findings if one.level == "error")]
    for line in errors:
        stderr.print(line, style="red", markup=False, soft_wrap=True)
    for one in findings:
        if one.level == "warning":
            stderr.print(str(one), style="yellow", markup=False, soft_wrap=True)
    examples = sum(len(rule.passes) + len(rule.fires) for rule in rules)
    note(f"{len(rules)} rules, {examples} examples, {len(errors)} mistakes.")
    if errors:
        raise typer.Exit(MISTAKE)


@rules_app.command("try")
def rules_try(
    text: Annotated[str, typer.Argument(help="One line of text.")] = "",
    role: Annotated[Role, typer.Option(help="Who says it.")] = Role.AGENT,
    tsv: Annotated[Path | None, typer.Option(help="A file with the columns dialog, turn, role, text.")] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Try text against the packs; hits as JSON Lines on stdout. Timed rules are left out, and listed."""
    from monitor.compliance.trial import read_tsv, try_text

    if bool(text) == bool(tsv):
        raise ConfigError("linewatch rules try", "wants one line of text, or else --tsv FILE")
    rulebook = settings_of(config_, set_).rulebook()
    turns = read_tsv(str(tsv), config.read_text(tsv)) if tsv else [("1", "1", role.value, text)]
    skipped, hits = try_text(rulebook, turns)
    for hit in hits:
        print(json.dumps(hit, ensure_ascii=False))
    if skipped:
        note("Needs time or sound, not tried: " + ", ".join(skipped))


@rules_app.command("test")
def rules_test(
    ids: Annotated[list[str] | None, typer.Argument(metavar="CALL...", help="Stored calls; all without one.")] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """What the present rules find in stored calls, against what was found then: JSON Lines of the differences."""
    from monitor import audit as room

    calls = differing = 0
    for difference in room.differences(settings_of(config_, set_), ids or []):
        calls += 1
        if difference.new or difference.gone:
            differing += 1
            print(json.dumps(asdict(difference), ensure_ascii=False))
    note(f"{calls} calls judged again, {differing} of them differ.")


@models_app.command("list")
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


@models_app.command("fetch")
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


@models_app.command("verify")
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


@app.command()
def schema() -> None:
    """JSON Schema of every envelope and message."""
    from monitor.desk.schema import document

    print(json.dumps(document(), ensure_ascii=False, indent=2))


@calls_app.command("list")
def calls_list(
    agent: Agent = None,
    team: Team = None,
    since: Since = None,
    until: Until = None,
    severity: Annotated[SeverityName | None, typer.Option(help="Only calls with such an alert.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only calls that broke this rule.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines instead of a table.")] = False,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Search the stored calls."""
    with _store(settings_of(config_, set_)) as store:
        rows = store.calls(
            agent_id=agent, teams=[team] if team else None, since_utc=_utc(since), until_utc=_utc(until),
            severity=severity.value if severity else None, rule_id=rule, limit=limit,
        )  # fmt: skip
    if as_json:
        for row in rows:
            print(json.dumps(asdict(row), ensure_ascii=False))
        return
    table = Table("call", "stored (UTC)", "agent", "team", "length", "score", "alerts", "state")
    for row in rows:
        length = f"{(row.duration_ms or 0) / 1000:.1f} s"
        score = "" if row.score is None else f"{row.score:g}"
        state = "closed" if row.closed else "open"
        table.add_row(
            row.call_id, row.stored_at_utc[:19], row.agent_id, row.team, length, score, str(row.alerts), state
        )
    stdout.print(table)


@calls_app.command("export")
def calls_export(
    ids: Annotated[list[str] | None, typer.Argument(metavar="CALL...", help="Calls; all that fit without one.")] = None,
    agent: Agent = None,
    team: Team = None,
    since: Since = None,
    until: Until = None,
    form: Annotated[
        Form, typer.Option("--format", help="jsonl: every envelope; csv: a row for each call.")
    ] = Form.JSONL,
    out: Annotated[Path | None, typer.Option(help="File to write; stdout without it.")] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Write stored calls out."""
    from monitor import audit as room
    from monitor.sinks.report import sheet, summary, tables

    with _store(settings_of(config_, set_)) as store, _output(out) as file:
        found = ids or [
            row.call_id
            for row in room.stored_calls(
                store, agent_id=agent, teams=[team] if team else None, since_utc=_utc(since), until_utc=_utc(until)
            )
        ]
        for call_id in found:
            if not store.events(call_id, limit=1):
                raise ConfigError(f"call {call_id}", "is not in the store", do="linewatch calls list")
        if form is Form.CSV:
            tables.write_rows(file, (summary.figures(sheet.read(store.events(call_id))) for call_id in found))
        else:
            for call_id in found:
                file.writelines(f"{envelope.to_json()}\n" for envelope in store.events(call_id))
    note(f"{len(found)} calls written.")


@calls_app.command("erase")
def calls_erase(
    call: Annotated[str | None, typer.Option(help="This call.")] = None,
    agent: Agent = None,
    older_than_days: Annotated[int | None, typer.Option(min=0, help="Stored longer ago than this.")] = None,
    unclosed: Annotated[
        bool, typer.Option("--unclosed", help="Also calls that never ended (a killed process).")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Erase calls for good: every event, word and alert of them. Conditions add up; at least one is needed."""
    if call is None and agent is None and older_than_days is None:
        raise ConfigError("linewatch calls erase", "wants --call, --agent or --older-than-days")
    before = None
    if older_than_days is not None:
        before = (datetime.now(UTC) - timedelta(days=older_than_days)).isoformat(timespec="milliseconds")
    with _store(settings_of(config_, set_)) as store:
        closed = None if unclosed else True
        found = store.calls(call_id=call, agent_id=agent, until_utc=before, closed=closed, limit=1_000_000)
        if found and not yes and not typer.confirm(f"Erase {len(found)} calls for good?", err=True):
            note("Nothing was erased.")
            return
        erased = store.erase(call_id=call, agent_id=agent, older_than_utc=before, unclosed=unclosed) if found else 0
    note(f"{erased} calls erased.")


@app.command()
def doctor(
    call: Annotated[str | None, typer.Option(help="A stored call: did both legs arrive?")] = None,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Say what is there, what is missing, and the command that mends it. Exit 2 if something is missing."""
    from monitor import doctor as room

    settings = settings_of(config_, set_)
    checks = room.examine_call(settings, call) if call else room.examine(settings)
    marks = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "missing": "[red]missing[/]"}
    table = Table.grid(padding=(0, 2))
    for check in checks:
        found = escape(check.found) + (f"\n[dim]-> {escape(check.do)}[/]" if check.do else "")
        table.add_row(marks[check.state], check.what, found)
    stdout.print(table)
    if any(check.state == "missing" for check in checks):
        raise typer.Exit(MISTAKE)


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    from monitor.store.store import Store

    store = Store(settings.store.url)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _output(path: Path | None) -> Iterator[TextIO]:
    if path is None:
        yield sys.stdout
        return
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise ConfigError(str(path), "cannot be written", error.strerror or type(error).__name__) from None


def _utc(when: datetime | None) -> str | None:
    """Local times of the command line as the store keeps them."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds") if when else None
