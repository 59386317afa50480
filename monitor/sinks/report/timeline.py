"""A call as one inline SVG: who spoke, what the line was like, where alerts fall. No script, no outside file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from monitor.core.types import CHANNELS, Side
from monitor.sinks.report.sheet import CallSheet, Span
from monitor.sinks.report.words import Lang, clock, word

WIDTH, LEFT, RIGHT = 1000, 76, 10
SPEECH_H, BAR_H, GAP = 18, 9, 3
TICKS_MS = (1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000)
MAX_TICKS = 14


@dataclass(frozen=True, slots=True)
class _Scale:
    length_ms: int

    def x(self, ms: int) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * min(max(ms, 0), self.length_ms) / self.length_ms, 2)

    def bar(self, kind: str, start_ms: int, end_ms: int, y: int, height: int, title: str) -> str:
        x = self.x(start_ms)
        width = max(1.0, round(self.x(end_ms) - x, 2))
        return (
            f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="2">'
            f"<title>{escape(title)}</title></rect>"
        )


def draw(sheet: CallSheet, lang: Lang, titles: Mapping[str, str] | None = None) -> str:
    """The <svg> of one call; its classes are coloured by the page's style sheet.

    titles: what rules are called; in English an alert says that instead of its own Chinese.
    """
    named: Mapping[str, str] = titles if titles and lang == "en" else {}
    scale = _Scale(max(sheet.duration_ms, 1))
    parts: list[str] = []
    y = 20
    for channel in CHANNELS:
        drawn, y = _leg(sheet, channel, scale, y, lang)
        parts += drawn
    both = _rows(sheet, "both")
    if both:
        parts.append(_label("both", y + BAR_H, lang))
        drawn, y = _bars(both, scale, y, sheet.duration_ms, lang)
        parts += drawn
    marks = [
        f'<path class="mark {alert.body.severity}" d="M{scale.x(alert.body.start_ms)} 6l5 -6h-10z">'
        f"<title>{clock(alert.body.start_ms)} {escape(named.get(alert.body.rule_id, alert.body.message))}</title>"
        "</path>"
        for alert in sheet.alerts
    ]
    body = "".join([*_grid(scale, y), *parts, *marks])
    return (
        f'<svg class="timeline" viewBox="0 -4 {WIDTH} {y + 22}" role="img" '
        f'aria-label="{escape(word("timeline", lang))}">{body}</svg>'
    )


def _leg(sheet: CallSheet, channel: Side, scale: _Scale, y: int, lang: Lang) -> tuple[list[str], int]:
    parts = [_label(channel, y + 13, lang)]
    parts += [
        scale.bar(f"speech {channel}", start, end, y, SPEECH_H, f"{clock(start)}-{clock(end)}")
        for side, start, end in sheet.runs
        if side == channel
    ]
    y += SPEECH_H + GAP
    bars, y = _bars(_rows(sheet, channel), scale, y, sheet.duration_ms, lang)
    return parts + bars, y + 6


def _bars(rows: list[list[Span]], scale: _Scale, y: int, call_ms: int, lang: Lang) -> tuple[list[str], int]:
    parts = []
    for row in rows:
        for span in row:
            body, end_ms = span.body, span.body.since_ms + span.length_ms(call_ms)
            level = word(body.level, lang) if body.level else ""
            title = f"{word(body.condition, lang)} {level} {clock(body.since_ms)}-{clock(end_ms)}"
            parts.append(scale.bar(f"condition {body.condition}", body.since_ms, end_ms, y, BAR_H, title))
        y += BAR_H + GAP
    return parts, y


def _rows(sheet: CallSheet, channel: Side) -> list[list[Span]]:
    """Silences first, so that they stay on one height however much else the line has."""
    spans = [span for span in sheet.spans if span.channel == channel]
    silences = [span for span in spans if span.body.condition == "silence"]
    others = [span for span in spans if span.body.condition != "silence"]
    return [*_stack(silences, sheet.duration_ms), *_stack(others, sheet.duration_ms)]


def _stack(spans: list[Span], call_ms: int) -> list[list[Span]]:
    """Rows in which no two spans overlap, filled from the top."""
    rows: list[list[Span]] = []
    ends: list[int] = []
    for span in spans:
        end_ms = span.body.since_ms + span.length_ms(call_ms)
        row = next((at for at, reached in enumerate(ends) if reached <= span.body.since_ms), None)
        if row is None:
            rows.append([span])
            ends.append(end_ms)
        else:
            rows[row].append(span)
            ends[row] = end_ms
    return rows


def _grid(scale: _Scale, bottom: int) -> list[str]:
    step = next((ms for ms in TICKS_MS if scale.length_ms / ms <= MAX_TICKS), scale.length_ms)
    return [
        f'<line class="grid" x1="{scale.x(ms)}" x2="{scale.x(ms)}" y1="10" y2="{bottom}"/>'
        f'<text class="tick" x="{scale.x(ms)}" y="{bottom + 12}">{ms // 60_000}:{ms // 1000 % 60:02d}</text>'
        for ms in range(0, scale.length_ms + 1, step)
    ]


def _label(channel: Side, y: int, lang: Lang) -> str:
    return f'<text class="label" x="0" y="{y}">{escape(word(channel, lang))}</text>'
