from __future__ import annotations

import csv
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.events import Envelope
from monitor.sinks.report import sheet, summary, tables
from monitor.sinks.report.words import Lang


def test_csv_has_a_row_for_each_call(tmp_path: Path, envelopes: list[Envelope]) -> None:
    one = summary.figures(sheet.read(envelopes, "录音/a.wav"))
    tables.write_csv(tmp_path / "calls.csv", [one, replace(one, call_id="call-2", score=None)])
    with (tmp_path / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["call_id"] for row in rows] == ["call-1", "call-2"]
    assert (rows[0]["alerts_major"], rows[0]["score"], rows[1]["score"]) == ("1", "0.0", "")
    assert (rows[0]["file"], rows[0]["team"], rows[0]["not_judged"]) == ("录音/a.wav", "早班", "A6")


def test_a_file_name_never_becomes_a_formula(tmp_path: Path, envelopes: list[Envelope]) -> None:
    one = replace(summary.figures(sheet.read(envelopes)), file='=HYPERLINK("http://x")', call_id="@x", agent_id="-1+1")
    tables.write_csv(tmp_path / "calls.csv", [one])
    with (tmp_path / "calls.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert [row[name][:2] for name in ("file", "call_id", "agent_id")] == ["'=", "'@", "'-"]
    tables.write_xlsx(tmp_path / "report.xlsx", [one], [], "zh")
    assert "<f>" not in sheet_text(tmp_path / "report.xlsx")


@pytest.mark.parametrize(("lang", "title"), [("zh", "告警"), ("en", "Alerts")])
def test_the_workbook_has_calls_alerts_groups_and_failures(
    tmp_path: Path, envelopes: list[Envelope], lang: Lang, title: str
) -> None:
    one = summary.figures(sheet.read(envelopes))
    tables.write_xlsx(tmp_path / "report.xlsx", [one], [("bad.wav", "is empty")], lang)
    text = sheet_text(tmp_path / "report.xlsx")
    for part in (f'name="{title}"', "call-1", "B1-policy", "公司就是这么规定的", "bad.wav", "is empty", "早班", "1042"):
        assert part in text


def test_a_workbook_of_nothing(tmp_path: Path) -> None:
    tables.write_xlsx(tmp_path / "report.xlsx", [], [], "en")
    assert "Calls" in sheet_text(tmp_path / "report.xlsx")


def sheet_text(path: Path) -> str:
    with zipfile.ZipFile(path) as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
