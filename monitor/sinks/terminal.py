"""The terminal: a line for each event as it happens, and under the lines what is going on right now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from monitor.core.events import Envelope
from monitor.core.types import CHANNELS
from monitor.sinks.phrasing import NO_TITLES, SEVERITIES, SIDES, clock, phrase, say, seconds
from monitor.sinks.report.words import Lang
from monitor.view import CallView

FLOOR_DBOV, CEILING_DBOV = -60.0, -6.0
BAR = 16
MOST_CALLS = 6


class TerminalSink:
    """Prints to a rich console; with a real terminal a footer shows each running call's meters and open conditions.

    lang: zh or en. titles: what rules and their steps are called, as for `phrase`. Long transcripts scroll; nothing is
    kept but the calls that run.
    """

    def __init__(
        self, console: Console | None = None, lang: Lang = "zh", titles: Mapping[str, str] = NO_TITLES
    ) -> None:
        self._console = console or Console(highlight=False)
        self._lang: Lang = lang
        self._titles = titles
        self._calls: dict[str, CallView] = {}
        self._live: Live | None = None
        if self._console.is_terminal:
            self._live = Live(console=self._console, get_renderable=self._footer, refresh_per_second=8, transient=True)
            self._live.start()

    def write(self, envelope: Envelope) -> None:
        view = self._view(envelope)
        if envelope.type == "call.started" and view is not None:
            self._console.print(self._headline(view))
        several = view is not None and len(self._calls) > 1
        for index, line in enumerate(phrase(envelope, self._lang, self._titles)):
            stamp = Text(clock(envelope.at_ms) if index == 0 and view else " " * 9, "dim")
            label = Text(f"  {_short(view.call_id)}", "dim blue") if several and view else Text("")
            self._console.print(Text.assemble(stamp, label, "  ", line), soft_wrap=True)
        if envelope.type == "call.closed" and view is not None:
            self._console.print(self._closing(view))
            del self._calls[view.call_id]

    def close(self) -> None:
        if self._live is not None:
            self._live.stop()

    def _view(self, envelope: Envelope) -> CallView | None:
        if envelope.call_id is None:
            return None
        if envelope.type == "call.started":
            self._calls[envelope.call_id] = CallView(envelope.call_id)
        view = self._calls.get(envelope.call_id)
        if view is not None:
            view.apply(envelope)
        return view

    def _headline(self, view: CallView) -> Rule:
        info = view.info
        rate = f"{info['sample_rate_hz'] // 1000} kHz"
        who = f"{say('agent', self._lang)} {view.agent_id}" if view.agent_id else ""
        parts = [view.call_id, who, view.team or "", info.get("line") or "", rate, info.get("model") or ""]
        return Rule(Text(" · ".join(part for part in parts if part), "bold"), style="blue", align="left")

    def _closing(self, view: CallView) -> Rule:
        counts = dict.fromkeys(SEVERITIES, 0)
        for alert in view.alerts.values():
            counts[alert["severity"]] += 1
        text = Text.assemble((f"{view.call_id} · {say('over', self._lang)} {clock(view.heard_ms)}  ", "dim"))
        for name, count in counts.items():
            if count:
                text.append(f" {say(name, self._lang)} {count} ", SEVERITIES[name]).append(" ")
        return Rule(text, style="dim", align="left")

    def _footer(self) -> RenderableType:
        # rich asks from a thread of its own: iterate over copies
        running = [view for view in list(self._calls.values()) if not view.ended][:MOST_CALLS]
        return Group(*(self._status(view) for view in running))

    def _status(self, view: CallView) -> Table:
        grid = Table.grid(padding=(0, 2))
        meters = [_meter(channel, view.meters.get(channel), self._lang) for channel in CHANNELS]
        grid.add_row(Text(f"{_short(view.call_id)} {clock(view.heard_ms)[:5]}", "bold"), *meters, self._open(view))
        return grid

    def _open(self, view: CallView) -> Text:
        out = Text()
        for body in list(view.conditions.values()):
            name = f"{say(body['channel'], self._lang)} {say(body['condition'], self._lang)}"
            out.append(f" {name} {seconds(view.heard_ms - body['since_ms'])} ", "black on yellow").append(" ")
        for body in list(view.prompts.values()):
            if body.get("countdown_ms") is not None:
                left = max(0, body["at_ms"] + body["countdown_ms"] - view.heard_ms)
                out.append(f" ⏱ {seconds(left)} ", "black on bright_blue").append(" ")
        return out


def _meter(channel: str, body: dict[str, Any] | None, lang: Lang) -> Text:
    level = FLOOR_DBOV if body is None else body["level_dbov"]
    part = (level - FLOOR_DBOV) / (CEILING_DBOV - FLOOR_DBOV)
    full = round(BAR * min(1.0, max(0.0, part)))
    style = SIDES[channel] if body is not None and body["speech"] else "dim"
    shown = "  --" if body is None else f"{level:4.0f}"
    return Text.assemble(
        (f"{say(channel, lang)} ", style), ("━" * full, style), ("─" * (BAR - full), "dim"), f" {shown} dB"
    )


def _short(call_id: str) -> str:
    return call_id if len(call_id) <= 14 else "…" + call_id[-13:]
