"""`linewatch calls`: list, export, erase."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer
from rich.table import Table

from monitor.commands.common import (
    Config,
    Lang,
    LangOption,
    Set,
    SeverityName,
    Since,
    Team,
    Until,
    group,
    note,
    settings_of,
    stdout,
)
from monitor.config import Settings
from monitor.errors import ConfigError

if TYPE_CHECKING:
    from monitor.store.store import Store

app = group("Stored calls: search, export, erase.")
Agent = Annotated[str | None, typer.Option(metavar="ID", help="Only calls of this agent.")]


HEADS = {
    "zh": ("通话", "入库 (UTC)", "客服", "班组", "时长", "得分", "告警", "状态"),
    "en": ("call", "stored (UTC)", "agent", "team", "length", "score", "alerts", "state"),
}
STATES = {"zh": ("未结束", "已结束"), "en": ("open", "closed")}


class Form(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


@app.command("list")
def calls_list(
    agent: Agent = None,
    team: Team = None,
    since: Since = None,
    until: Until = None,
    severity: Annotated[
        SeverityName | None,
        typer.Option(metavar="SEVERITY", help="Only calls with such an alert: info, minor, major or critical."),
    ] = None,
    rule: Annotated[str | None, typer.Option(metavar="ID", help="Only calls that broke this rule.")] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="At most so many, the newest first.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="JSON Lines instead of a table.")] = False,
    lang: LangOption = Lang.ZH,
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
    table = Table(*HEADS[lang.value])
    for row in rows:
        length = f"{(row.duration_ms or 0) / 1000:.1f} s"
        score = "" if row.score is None else f"{row.score:g}"
        state = STATES[lang.value][row.closed]
        table.add_row(
            row.call_id, row.stored_at_utc[:19], row.agent_id, row.team, length, score, str(row.alerts), state
        )
    stdout.print(table)


@app.command("export")
def calls_export(
    ids: Annotated[list[str] | None, typer.Argument(metavar="CALL...", help="Calls; all that fit without one.")] = None,
    agent: Agent = None,
    team: Team = None,
    since: Since = None,
    until: Until = None,
    form: Annotated[
        Form, typer.Option("--format", help="jsonl: every envelope; csv: a row for each call.")
    ] = Form.JSONL,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write; stdout without it.")] = None,
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


@app.command("erase")
def calls_erase(
    call: Annotated[str | None, typer.Option(metavar="CALL", help="This call.")] = None,
    agent: Agent = None,
    older_than_days: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Stored longer ago than this.")
    ] = None,
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
