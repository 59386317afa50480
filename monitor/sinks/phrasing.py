"""Envelopes as lines for people: what happened, in Chinese or English, coloured by side and severity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rich.text import Text

from monitor.core.events import Envelope
from monitor.sinks import notice_words
from monitor.sinks.report.words import Lang, figure, lost, word

WORDS: dict[str, tuple[str, str]] = {
    "supervisor": ("班长", "supervisor"),
    "answered": ("接通", "answered"),
    "inferred": ("推断", "inferred"),
    "ended": ("挂机", "hung up"),
    "over": ("结束", "over"),
    "prompt": ("引导", "prompt"),
    "prompt_done": ("提示完成", "prompt done"),
    "confirmed": ("确认", "confirmed"),
    "cleared": ("恢复", "over"),
    "acknowledged": ("已处理", "acknowledged by"),
    "pending": ("待定", "pending"),
    "mute": ("静音", "mute"),
    "transfer": ("转接", "transfer"),
    "join": ("加入", "join"),
    "leave": ("离开", "leave"),
    "pause": ("暂停录音", "pause"),
    "surname": ("客户姓氏", "surname"),
    "hangup_side": ("挂机方", "hung up by"),
    "on": ("开始", "on"),
    "off": ("结束", "off"),
    "score": ("得分", "score"),
    "alerts": ("告警", "alerts"),
}
SIDES = {"agent": "cyan", "customer": "magenta", "both": "blue"}
SEVERITIES = {"critical": "bold white on red", "major": "bold black on yellow", "minor": "black on cyan", "info": "dim"}
VERDICTS = {"in_time": ("✓", "green"), "early": ("✗", "yellow"), "late": ("✗", "yellow"), "not_judged": ("–", "dim")}
MISSED = ("✗", "red")

NO_TITLES: Mapping[str, str] = {}

Json = dict[str, Any]


def say(key: str, lang: Lang) -> str:
    """A word of the terminal, else of the reports, else the key itself."""
    pair = WORDS.get(key)
    return word(key, lang) if pair is None else pair[lang == "en"]


def clock(ms: int) -> str:
    """83450 -> 01:23.450"""
    minutes, rest = divmod(max(0, ms), 60_000)
    return f"{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}"


def seconds(ms: float) -> str:
    return f"{ms / 1000:.1f} s"


def phrase(envelope: Envelope, lang: Lang, titles: Mapping[str, str] = NO_TITLES) -> list[Text]:
    """The lines of one envelope, without its time; empty for what a reader needs no line for.

    titles: what rules are called in this language, by id, and their steps, by "id/step"; else as the envelope has it.
    """
    make = PHRASES.get(envelope.type)
    return [] if make is None else make(_titled(envelope, lang, titles), lang)


def _titled(envelope: Envelope, lang: Lang, titles: Mapping[str, str]) -> Envelope:
    """Steps by their names; in English an alert by its rule's title, its message in the rule's own Chinese as "own"."""
    body, rule_id = envelope.body, str(envelope.body.get("rule_id"))
    named: Json = {}
    if "step" in body and f"{rule_id}/{body['step']}" in titles:
        named = {"step": titles[f"{rule_id}/{body['step']}"]}
    elif "message" in body and lang == "en" and rule_id in titles:
        named = {"message": titles[rule_id], "own": body["message"]}
    return envelope.model_copy(update={"body": {**body, **named}}) if named else envelope


def side(channel: str | None, lang: Lang) -> Text:
    """客服, 客户 or 双方 in its colour, always as wide."""
    name = "" if channel is None else say(channel, lang)
    return Text(f"{name:<8}" if lang == "en" else name or "    ", SIDES.get(channel or "", ""))


def _line(envelope: Envelope, lang: Lang, *parts: str | tuple[str, str]) -> list[Text]:
    return [Text.assemble(side(envelope.channel, lang), "  ", *parts)]


def _answered(envelope: Envelope, lang: Lang) -> list[Text]:
    inferred = f" ({say('inferred', lang)})" if envelope.body["inferred"] else ""
    return _line(envelope, lang, (f"☎ {say('answered', lang)}{inferred}", "dim"))


def _data(envelope: Envelope, lang: Lang) -> list[Text]:
    body = envelope.body
    state = "" if body.get("on") is None else say("on" if body["on"] else "off", lang)
    parts = (say(body["kind"], lang), state, body.get("agent_id") or "", body.get("value") or "")
    return _line(envelope, lang, ("⇄ " + " ".join(part for part in parts if part), "dim"))


def _ended(envelope: Envelope, lang: Lang) -> list[Text]:
    by = say(envelope.body["ended_by"], lang)
    inferred = f" ({say('inferred', lang)})" if envelope.body["inferred"] else ""
    return _line(envelope, lang, (f"☎ {say('ended', lang)} · {by}{inferred}", "dim"))


def condition_name(body: Json, lang: Lang) -> str:
    """静默, or 音量低 · 预警, with its kind where that is known."""
    extra = [say(body[key], lang) for key in ("level", "kind", "cause") if body.get(key)]
    return " · ".join([say(body["condition"], lang), *extra])


def _condition(envelope: Envelope, lang: Lang) -> list[Text]:
    style = "red" if envelope.body.get("level") == "alarm" else "yellow"
    # one side is silent whenever the other speaks
    if envelope.body["condition"] == "silence" and envelope.channel != "both":
        style = "dim"
    value = figure(envelope.body.get("value"), envelope.body.get("unit"), lang)
    return _line(envelope, lang, (f"◐ {condition_name(envelope.body, lang)}", style), (f"  {value}", "dim"))


def _condition_over(envelope: Envelope, lang: Lang) -> list[Text]:
    lasted = seconds(envelope.body["end_ms"] - envelope.body["since_ms"])
    name = say(envelope.body["condition"], lang)
    return _line(envelope, lang, (f"○ {name} {say('over', lang)} · {lasted}", "dim"))


def _utterance(envelope: Envelope, lang: Lang) -> list[Text]:
    body = envelope.body
    if body.get("lost"):
        return _line(envelope, lang, (f"…… ({say('unheard', lang)} · {lost(body['lost'], lang)})", "dim italic"))
    if body.get("suppressed"):
        return _line(envelope, lang, (f"{body['text']} ({say('refused', lang)})", "dim strike"))
    unsure = (body.get("confidence") or 1.0) < 0.5
    return _line(envelope, lang, (body["text"], "italic" if unsure else "bold"))


def _prompt(envelope: Envelope, lang: Lang) -> list[Text]:
    body = envelope.body
    left = "" if body.get("countdown_ms") is None else f"  ⏱ {seconds(body['countdown_ms'])}"
    return _line(
        envelope, lang, (f" {say('prompt', lang)} ", "black on bright_blue"), (f" {body['text']}", "bright_blue"), left
    )


def _step(envelope: Envelope, lang: Lang) -> list[Text]:
    body = envelope.body
    sign, style = VERDICTS.get(body["verdict"], MISSED)
    text = f"{sign} {body['rule_id']} {say(body['step'], lang)} · {say(body['verdict'], lang)}"
    return _line(envelope, lang, (text, style))


def _alert(envelope: Envelope, lang: Lang) -> list[Text]:
    body = envelope.body
    badge = (f" {say(body['severity'], lang)} ", SEVERITIES[body["severity"]])
    lines = _line(envelope, lang, badge, (f" {body['message']}", "bold"), (f"  {body['rule_id']}", "dim"))
    quotes = " ".join(f"「{each['quote']}」" for each in body.get("evidence", ()) if each["quote"])
    detail = "  ".join(part for part in (body.get("own", ""), quotes, body.get("clause", "")) if part)
    return [*lines, Text(f"      ↳ {detail}", "dim")] if detail else lines


def _alert_state(envelope: Envelope, lang: Lang) -> list[Text]:
    state = say(envelope.type.removeprefix("alert."), lang)
    return _line(envelope, lang, (f"{state} · {envelope.body['message']}", "dim"))


def _acknowledged(envelope: Envelope, lang: Lang) -> list[Text]:
    body = envelope.body
    note = f" · {body['note']}" if body.get("note") else ""
    return _line(envelope, lang, (f"✓ {say('acknowledged', lang)} {body['actor']}{note}", "green"))


def _score(envelope: Envelope, lang: Lang) -> list[Text]:
    body = envelope.body
    style = "bold green" if body["total"] >= 85 else "bold yellow" if body["total"] >= 60 else "bold red"
    parts = "  ".join(f"{say(name, lang)} {value:g}" for name, value in body["dimensions"].items())
    skipped = f"  {say('not_judged', lang)} {len(body['not_judged'])}" if body.get("not_judged") else ""
    return _line(envelope, lang, (f"★ {say('score', lang)} {body['total']:g}", style), (f"  {parts}{skipped}", "dim"))


def _notice(envelope: Envelope, lang: Lang) -> list[Text]:
    style = "green" if envelope.body["kind"] == "recovered" else "bold red"
    return _line(envelope, lang, (f"⚠ {notice_words.told(envelope.body, lang)}", style))


PHRASES: dict[str, Callable[[Envelope, Lang], list[Text]]] = {
    "call.answered": _answered,
    "call.data": _data,
    "call.ended": _ended,
    "condition.started": _condition,
    "condition.ended": _condition_over,
    "utterance": _utterance,
    "prompt.shown": _prompt,
    "script.step": _step,
    "alert.raised": _alert,
    "alert.confirmed": _alert_state,
    "alert.cleared": _alert_state,
    "alert.acknowledged": _acknowledged,
    "score": _score,
    "system.notice": _notice,
}
