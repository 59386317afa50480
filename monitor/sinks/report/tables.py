"""calls.csv and report.xlsx."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO

import xlsxwriter

from monitor.core.types import CHANNELS, SEVERITIES, Channel
from monitor.sinks.report import summary
from monitor.sinks.report.summary import CallFigures
from monitor.sinks.report.words import Lang, clock, word

Failed = Sequence[tuple[str, str]]
Cell = str | int | float | bool | None


def _quality(channel: Channel, name: str) -> Callable[[CallFigures], Cell]:
    def cell(call: CallFigures) -> Cell:
        found = call.level_of(channel)
        value: float | None = getattr(found.quality, name) if found else None
        return value

    return cell


COLUMNS: dict[str, Callable[[CallFigures], Cell]] = {
    "call_id": lambda call: call.call_id,
    "file": lambda call: call.file,
    "agent_id": lambda call: call.agent_id,
    "team": lambda call: call.team,
    "line": lambda call: call.line,
    "direction": lambda call: call.direction,
    "started_at_utc": lambda call: call.started_at_utc,
    "duration_ms": lambda call: call.duration_ms,
    "ended_by": lambda call: call.ended_by,
    "score": lambda call: call.score,
    "fatal": lambda call: int(call.fatal),
    "alerts_critical": lambda call: call.alerts["critical"],
    "alerts_major": lambda call: call.alerts["major"],
    "alerts_minor": lambda call: call.alerts["minor"],
    "alerts_info": lambda call: call.alerts["info"],
    "mutual_silence_ms": lambda call: call.silence_ms,
    "longest_mutual_silence_ms": lambda call: call.longest_silence_ms,
    "low_volume_ms": lambda call: call.low_volume_ms,
    "noise_ms": lambda call: call.noise_ms,
    "talk_over_ms": lambda call: call.talk_over_ms,
    "speech_ms": lambda call: call.speech_ms,
    "transcribed_ms": lambda call: call.transcribed_ms,
    "suppressed_ms": lambda call: call.suppressed_ms,
    "lost_ms": lambda call: call.lost_ms,
    **{
        f"{channel}_{name}": _quality(channel, name)
        for channel in CHANNELS
        for name in ("speech_level_dbov", "noise_dbov", "snr_db")
    },
    "not_judged": lambda call: " ".join(call.not_judged),
    "model": lambda call: call.model,
    "rules_version": lambda call: call.rules_version,
}


def write_csv(path: Path, calls: Iterable[CallFigures]) -> None:
    """One row a call. UTF-8 with a byte order mark, for the spreadsheet programs that need one."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        write_rows(file, calls)


def write_rows(file: TextIO, calls: Iterable[CallFigures]) -> None:
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for call in calls:
        writer.writerow([_inert(column(call)) for column in COLUMNS.values()])


def _inert(value: Cell) -> Cell:
    """A file name must not become a formula when the table is opened."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def write_xlsx(path: Path, calls: Sequence[CallFigures], failed: Failed, lang: Lang) -> None:
    """Sheets: calls, alerts, agents, rules, and what could not be judged."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(path, options) as book:
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        rows = [[column(call) for column in COLUMNS.values()] for call in summary.worst_first(calls)]
        _sheet(book, word("calls", lang), list(COLUMNS), rows, head)
        names = ["call", "time", "channel", "severity", "rule", "message", "evidence", "clause", "points", "counted"]
        _sheet(book, word("alerts", lang), [word(name, lang) for name in names], list(_alerts(calls, lang)), head)
        for title, by in (("agents", "agent_id"), ("teams", "team")):
            _sheet(book, word(title, lang), _group_head(title, lang), list(_groups(calls, by)), head)
        rules: list[list[Cell]] = [
            [rule.rule_id, word(rule.severity, lang), rule.alerts, len(rule.calls), rule.clause]
            for rule in summary.rules(calls)
        ]
        names = ["rule", "severity", "alerts", "calls", "clause"]
        _sheet(book, word("rules", lang), [word(name, lang) for name in names], rows=rules, head=head)
        if failed:
            names = [word("file", lang), word("reason", lang)]
            _sheet(book, word("failed", lang), names, [list(row) for row in failed], head)


def _alerts(calls: Iterable[CallFigures], lang: Lang) -> Iterable[list[Cell]]:
    for call in calls:
        for alert in call.found:
            body = alert.body
            quotes = " / ".join(f"{clock(one.start_ms)} {one.quote}" for one in body.evidence)
            channel = word(alert.channel, lang) if alert.channel else ""
            yield [
                call.call_id, clock(body.start_ms), channel, word(body.severity, lang), body.rule_id, body.message,
                quotes, body.clause, alert.charge.points, word(alert.charge.why, lang),
            ]  # fmt: skip


def _group_head(title: str, lang: Lang) -> list[str]:
    first = {"agents": "agent", "teams": "team"}[title]
    return [word(name, lang) for name in (first, "calls", "length", "mean_score", *reversed(SEVERITIES))]


def _groups(calls: Iterable[CallFigures], by: str) -> Iterable[list[Cell]]:
    for group in summary.groups(calls, by):
        yield [group.name, group.calls, clock(group.duration_ms), group.mean_score, *group.alerts.values()]


def _sheet(book: Any, title: str, names: Sequence[str], rows: Sequence[Sequence[Cell]], head: Any) -> None:
    sheet = book.add_worksheet(title[:31])
    sheet.write_row(0, 0, names, head)
    for number, row in enumerate(rows, 1):
        sheet.write_row(number, 0, row)
    sheet.freeze_panes(1, 1)
    if rows:
        sheet.autofilter(0, 0, len(rows), len(names) - 1)
    sheet.autofit(300)
