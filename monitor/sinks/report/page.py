"""report.html and a page for each call: one file each, nothing fetched, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor import fault
from monitor.core.events import Metric
from monitor.core.types import CHANNELS, SEVERITIES
from monitor.fault import FaultSettings
from monitor.sinks import fault_words
from monitor.sinks.report import summary
from monitor.sinks.report.charges import added_up, of_item
from monitor.sinks.report.sheet import CallSheet
from monitor.sinks.report.summary import CallFigures
from monitor.sinks.report.timeline import draw
from monitor.sinks.report.words import Lang, clock, figure, lost, moment, suppressed, usual, warning, word

ARROW = " → "


@cache
def _templates(lang: Lang) -> Environment:
    env = Environment(
        loader=PackageLoader("monitor.sinks.report"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters |= {"clock": clock, "moment": moment, "number": _number, "points": _points, "tenths": _tenths}
    env.globals |= {"t": lambda key: word(key, lang), "lang": lang, "severities": tuple(reversed(SEVERITIES))}
    env.globals |= {"added_up": added_up, "figure": figure, "lost": lost, "of_item": of_item}
    env.globals |= {"spelt": _spelt, "suppressed": suppressed, "usual": usual}
    return env


Titles = Mapping[str, str]
"""Rule id -> what the rule is called, in the report's language; "id/name" -> its steps and parts of its figures."""


def call_page(sheet: CallSheet, lang: Lang, titles: Titles | None = None) -> str:
    """One call: score, alerts with their evidence, timeline, transcript."""
    return _render(
        "call.html",
        lang,
        titles=titles or {},
        sheet=sheet,
        channels=CHANNELS,
        conditions=list(dict.fromkeys(span.body.condition for span in sheet.spans)),
        timeline=Markup(draw(sheet, lang, titles or {})),
        marks=_marks(sheet),
        warning=warning(sheet.started.model if sheet.started else None, lang),
    )


def report_page(
    calls: Sequence[CallFigures],
    failed: Sequence[tuple[str, str]],
    lang: Lang,
    titles: Titles | None = None,
    faults: FaultSettings | None = None,
) -> str:
    """All calls, worst first; agents, teams, rules; what could not be judged."""
    return _render(
        "report.html",
        lang,
        titles=titles or {},
        calls=summary.worst_first(calls),
        total=summary.totals(calls),
        groups=[(name, summary.groups(calls, by)) for name, by in (("agent", "agent_id"), ("team", "team"))],
        rules=summary.rules(calls),
        **_lines(calls, lang, faults or FaultSettings()),
        failed=failed,
        warning=next(filter(None, (warning(call.model, lang) for call in calls)), ""),
    )


def _lines(calls: Sequence[CallFigures], lang: Lang, settings: FaultSettings) -> dict[str, Any]:
    """Whose fault it is, and the figures of every line, trunk, seat … that a call names."""
    measured = [one for call in calls for one in call.measured]
    say = (fault_words.problem, fault_words.verdict, fault_words.evidence)
    return {
        "faults": [[each(found, lang) for each in say] for found in fault.findings(measured, settings)],
        "line_figures": [(by, fault.figures(measured, by, settings)) for by in fault.DIMENSIONS],
    }


def _render(name: str, lang: Lang, **values: Any) -> str:
    return _templates(lang).get_template(name).render(**values)


def _marks(sheet: CallSheet) -> dict[int, list[Any]]:
    """Alerts by the transcript line that they rest on: the first line of their channel they overlap."""
    found: dict[int, list[Any]] = {}
    for alert in sheet.alerts:
        spans = [(one.start_ms, one.end_ms) for one in alert.body.evidence] or [
            (alert.body.start_ms, alert.body.end_ms)
        ]
        for number, line in enumerate(sheet.lines):
            inside = any(line.said.start_ms < end and start < line.said.end_ms for start, end in spans)
            if inside and alert.channel in (line.channel, "both", None) and alert.body.evidence:
                found.setdefault(number, []).append(alert)
                break
    return found


def _spelt(metric: Metric, titles: Titles) -> str:
    """What a figure says beside its value, part for part in the report's language where there are words for it."""
    return ARROW.join(titles.get(f"{metric.rule_id}/{part}", part) for part in metric.text.split(ARROW))


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _points(value: float) -> str:
    """-12 with a minus that is as wide as a plus."""
    return f"{value:g}".replace("-", "−")


def _tenths(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
