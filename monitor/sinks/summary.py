"""The last page of a demo: what was found in each call and, in real time, how soon the words were there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from monitor.core.events import Envelope
from monitor.core.types import SEVERITIES
from monitor.sinks.phrasing import SEVERITIES as STYLES
from monitor.sinks.phrasing import clock, say
from monitor.sinks.report.sheet import CallSheet, read
from monitor.sinks.report.words import Lang

HEADS = {
    "zh": ("通话", "时长", "得分", "告警", "话术步骤", "已转写", "挂机方"),
    "en": ("call", "length", "score", "alerts", "script steps", "transcribed", "hung up by"),
}


def summary(envelopes: Sequence[Envelope], lang: Lang, real_time: bool = True) -> RenderableType:
    """A table with a row for each call of these stored envelopes, and a line on the delay of live text.

    real_time: call audio went by as fast as time does, so that the delay can be told from it.
    """
    table = Table(*HEADS[lang], title_justify="left", header_style="bold")
    for call_id in dict.fromkeys(e.call_id for e in envelopes if e.call_id):
        table.add_row(*_row(read(e for e in envelopes if e.call_id == call_id), lang))
    return Group(table, Text(_delay(envelopes, lang), "dim")) if real_time else table


def _row(sheet: CallSheet, lang: Lang) -> list[RenderableType]:
    found = [name for name in reversed(SEVERITIES) if sheet.count(name)]
    alerts = Text(" ").join(Text(f" {say(name, lang)} {sheet.count(name)} ", STYLES[name]) for name in found)
    done = sum(step.verdict == "in_time" for _, step in sheet.steps)
    speech = sheet.covered("speech_ms")
    heard = f"{100 * sheet.covered('transcribed_ms') / speech:.0f} %" if speech else "–"
    return [
        sheet.call_id,
        clock(sheet.duration_ms)[:5],
        f"{sheet.score.total:g} / {sheet.score.base:g}" if sheet.score else "–",
        alerts or "–",
        f"{done} / {len(sheet.steps)} {say('in_time', lang)}" if sheet.steps else "–",
        heard,
        say(sheet.ended.ended_by, lang) if sheet.ended else "–",
    ]


def _delay(envelopes: Sequence[Envelope], lang: Lang) -> str:
    """Call audio that went by between the end of a segment's speech and its text."""
    lags = [e.heard_ms - e.at_ms for e in envelopes if e.type == "utterance" and e.heard_ms is not None]
    if not lags:
        return ""
    half, most = np.percentile(lags, 50), max(lags)
    if lang == "zh":
        return f"语音结束到文字：中位 {half:.0f} ms，最长 {most} ms（含断句等待）"
    return f"end of speech to text: median {half:.0f} ms, longest {most} ms, endpointing included"
