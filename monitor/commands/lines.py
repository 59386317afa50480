"""`linewatch lines`: what lines, trunks, seats, agents and customers sound like, and whose fault it is."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Literal

import typer
from rich.table import Table

from monitor.commands.common import Config, Lang, LangOption, Set, Since, Team, Until, note, settings_of, stdout
from monitor.fault import DIMENSIONS, Figures, Finding


class By(StrEnum):
    TRUNK = "trunk"
    LINE = "line"
    SEAT = "seat"
    AGENT = "agent"
    CUSTOMER = "customer"


HEAD = {
    "zh": ("名称", "侧", "通话", "语音电平 dBov", "噪声 dBov", "信噪比 dB", "削波 %", "缺失 %"),
    "en": ("name", "side", "calls", "speech dBov", "noise dBov", "SNR dB", "clipped %", "missing %"),
}
FINDINGS = {"zh": ("问题", "原因", "依据"), "en": ("problem", "whose fault", "counts")}


def lines(
    by: Annotated[
        By, typer.Option(metavar="WHAT", help="Group the figures by trunk, line, seat, agent or customer.")
    ] = By.LINE,
    team: Team = None,
    since: Since = None,
    until: Until = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object instead of tables.")] = False,
    lang: LangOption = Lang.ZH,
    config_: Config = None,
    set_: Set = None,
) -> None:
    """Compare the stored calls' levels, noise and losses, and say whose fault it is where that can be told."""
    from monitor import fault
    from monitor.store.store import Store

    settings = settings_of(config_, set_)
    store = Store(settings.store.url)
    try:
        measured = store.measured(teams=[team] if team else None, since_utc=_utc(since), until_utc=_utc(until))
    finally:
        store.close()
    dimension = next(name for name in DIMENSIONS if name.removesuffix("_id") == by.value)
    rows = fault.figures(measured, dimension, settings.faults)
    found = fault.findings(measured, settings.faults)
    if as_json:
        print(json.dumps({"by": by.value, "figures": [asdict(row) for row in rows],
                          "findings": [asdict(each) for each in found]}, ensure_ascii=False))  # fmt: skip
        return
    _show(rows, found, lang.value)
    note(f"{len({one.call_id for one in measured})} calls.")


def _show(rows: list[Figures], found: list[Finding], lang: str) -> None:
    from monitor.sinks import fault_words

    told: Literal["zh", "en"] = "en" if lang == "en" else "zh"
    table = Table(*HEAD[told])
    for row in rows:
        known = (row.speech_level_dbov, row.noise_dbov, row.snr_db, row.clipped_percent, row.missing_percent)
        side = fault_words.SIDE[row.channel][told == "en"]
        table.add_row(row.name, side, str(row.calls), *("" if each is None else f"{each:g}" for each in known))
    stdout.print(table)
    if found:
        table = Table(*FINDINGS[told])
        for each in found:
            said = (fault_words.problem(each, told), fault_words.verdict(each, told), fault_words.evidence(each, told))
            table.add_row(*said)
        stdout.print(table)


def _utc(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat(timespec="milliseconds") if when else None
