"""The output folder of an audit: a part file for each call, a state file that says which are finished, the reports.

An audit that was interrupted goes on from here: a call whose recording, rules, model and settings are the same as when
it was finished is not done again.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from monitor.core.events import Envelope
from monitor.errors import ConfigError
from monitor.fault import FaultSettings
from monitor.sinks.report import page, sheet, summary, tables
from monitor.sinks.report.page import Titles
from monitor.sinks.report.summary import CallFigures
from monitor.sinks.report.words import Lang

UNSAFE = re.compile(r"[^\w.\-]+")


class Folder:
    """basis: what the results depend on besides the recording, in a word; another one makes every call new.

    titles: what the rules are called, by id.
    """

    def __init__(
        self, out: Path, lang: Lang, basis: str, titles: Titles | None = None, faults: FaultSettings | None = None
    ) -> None:
        self.faults = faults
        self.out, self.lang, self.basis = out, lang, basis
        self.titles = titles or {}
        self.parts = out / ".parts"
        self._state = self.parts / "state.jsonl"
        self._done: dict[int, tuple[str, CallFigures]] = {}
        try:
            for folder in (out, out / "calls", self.parts):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(str(out), "cannot be written", error.strerror or type(error).__name__) from None

    def finished(self, keys: Sequence[str]) -> dict[int, str]:
        """Which of these an earlier run has finished, and their call ids. A key names a recording as it is now."""
        known = {}
        if self._state.exists():
            for line in self._state.read_text(encoding="utf-8").splitlines():
                entry = _entry(line)
                if entry.get("basis") == self.basis:
                    known[entry["key"]] = entry["call_id"]
        ids = {number: known.get(key, "") for number, key in enumerate(keys)}
        return {number: call_id for number, call_id in ids.items() if call_id and self._part(call_id).exists()}

    def open(self, call_id: str) -> TextIO:
        return self._part(call_id).with_suffix(".new").open("w", encoding="utf-8")

    def close(self, call_id: str, file: TextIO, path: Path | None, number: int, key: str = "") -> None:
        """A call is finished: its part file gets its name, its page is written, the state remembers its key."""
        file.close()
        part = self._part(call_id)
        Path(file.name).replace(part)
        self.take(call_id, str(path or ""), number)
        if key:
            entry = {"basis": self.basis, "key": key, "call_id": call_id}
            with self._state.open("a", encoding="utf-8") as state:
                state.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def drop(self, file: TextIO) -> None:
        file.close()
        Path(file.name).unlink(missing_ok=True)

    def take(self, call_id: str, path: str, number: int) -> None:
        """Count a finished call in, and write its page."""
        part = self._part(call_id)
        with part.open(encoding="utf-8") as lines:
            one = sheet.read((Envelope.model_validate_json(line) for line in lines), path)
        one.page = f"{part.stem}.html"
        (self.out / "calls" / one.page).write_text(page.call_page(one, self.lang, self.titles), encoding="utf-8")
        self._done[number] = (call_id, summary.figures(one))

    def finish(self, failed: Sequence[tuple[str, str]]) -> tuple[CallFigures, ...]:
        """events.jsonl, calls.csv, report.html, report.xlsx over all calls, in the order of the input."""
        done = [self._done[number] for number in sorted(self._done)]
        with (self.out / "events.jsonl").open("wb") as events:
            for call_id, _ in done:
                with self._part(call_id).open("rb") as part:
                    shutil.copyfileobj(part, events)
        calls = tuple(figures for _, figures in done)
        tables.write_csv(self.out / "calls.csv", calls)
        tables.write_xlsx(self.out / "report.xlsx", calls, failed, self.lang)
        report = page.report_page(calls, failed, self.lang, self.titles, self.faults)
        (self.out / "report.html").write_text(report, encoding="utf-8")
        return calls

    def _part(self, call_id: str) -> Path:
        """A file name for a call id: readable, and unlike that of any other id, on any file system."""
        safe = UNSAFE.sub("_", call_id).strip(".")[:80]
        if safe != call_id:
            safe = f"{safe}-{hashlib.sha256(call_id.encode()).hexdigest()[:8]}"
        return self.parts / f"{safe}.jsonl"


def _entry(line: str) -> dict[str, Any]:
    """A line of the state file; {} for one that was cut off when the audit was interrupted."""
    try:
        entry = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return entry if isinstance(entry, dict) else {}
