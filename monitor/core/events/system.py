"""What concerns the machine and no call."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from monitor.core.events.body import Body

NoticeKind = Literal[
    "no_lines", "model_gone", "lag", "disk", "store_stalled", "overload", "recovered", "stopping", "rules_kept",
    "error",
]
NoticeCode = Literal[
    "call_not_admitted", "calls_let_go", "calls_back", "segments_lost", "recogniser_fails", "segments_wait",
    "recogniser_back", "store_stalled", "store_fails", "store_refuses", "store_back", "rules_kept", "source_stopped",
    "calls_fail", "turns_fail",
]  # fmt: skip
Params = dict[str, str | int | list[str]]

NOTICES: dict[NoticeCode, tuple[NoticeKind, str]] = {
    "call_not_admitted": ("overload", "call {call} is monitored without transcription: the recogniser is full"),
    "calls_let_go": (
        "overload", "{count} calls are monitored without transcription, the recogniser is too slow for them: {calls}"
    ),
    "calls_back": ("recovered", "{count} calls are transcribed again: {calls}"),
    "segments_lost": ("overload", "segments lost: {count}, the last one: {reason}"),
    "recogniser_fails": ("model_gone", "the recogniser fails again and again; segments lost: {count}"),
    "segments_wait": ("lag", "segments wait {wait_ms} ms for the recogniser"),
    "recogniser_back": ("recovered", "the recogniser keeps up again"),
    "store_stalled": ("store_stalled", "{store} has not answered for {after_ms} ms; alerts still come"),
    "store_fails": ("disk", "nothing can be stored, alerts still come: {why}"),
    "store_refuses": ("disk", "some of a call is not stored: {why}"),
    "store_back": ("recovered", "{store} answers again"),
    "rules_kept": ("rules_kept", "the rules were not read again, the last good ones stay in force: {why}"),
    "source_stopped": ("no_lines", "no more calls come from source {source}, it has stopped: {why}"),
    "calls_fail": ("error", "errors in calls: {count} ({why}), what is found in them is incomplete: {calls}"),
    "turns_fail": ("error", "errors in the monitor: {count} ({why}), what came at those moments may be lost"),
}  # fmt: skip
"""What each code is about, and its sentence with the places of its parameters."""


class SystemNotice(Body):
    """Something about the machine, not about a call: its envelope's call_id is null and it has no seq.

    message: in English. code and params say the same for those who have sentences of their own, in any language.
    """

    type: ClassVar[str] = "system.notice"
    overlay: ClassVar[bool] = True
    kind: NoticeKind
    message: str
    value: float | None = None
    code: NoticeCode | None = None
    params: Params = Field(default_factory=dict)


def notice(code: NoticeCode, value: float | None = None, **params: str | int | list[str]) -> SystemNotice:
    """The notice of this code; params fill the places of its sentence."""
    kind, sentence = NOTICES[code]
    return SystemNotice(kind=kind, message=fill(sentence, params), value=value, code=code, params=params)


def fill(sentence: str, params: Params) -> str:
    """The sentence with its places filled; a list with commas between."""
    return sentence.format_map({name: ", ".join(v) if isinstance(v, list) else v for name, v in params.items()})
