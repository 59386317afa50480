"""One call as screens show it: a projection of its envelopes and of nothing else.

A snapshot is this projection at one `seq`; the pages apply the envelopes after it in the same way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from monitor.core.events import Envelope

LAST_UTTERANCES = 60
LAST_ALERTS = 200
LAST_STEPS = 60

Json = dict[str, Any]


@dataclass
class CallView:
    """The call's present state. seq: the last stored envelope applied. heard_ms: the latest audio time seen.

    agent_id and team follow a transfer. conditions: the open ones, prompts: those on the agent's screen, alerts: every
    one with its state (cleared: what it was about is over), at the time it was raised. Each has its envelope's channel
    and at_ms; a prompt's countdown is counted from its at_ms.
    """

    call_id: str
    seq: int = 0
    heard_ms: int = 0
    agent_id: str | None = None
    team: str | None = None
    info: Json = field(default_factory=dict)
    answered: Json | None = None
    ended: Json | None = None
    closed: bool = False
    flags: dict[str, bool] = field(default_factory=dict)
    speaking: dict[str, int] = field(default_factory=dict)
    conditions: dict[str, Json] = field(default_factory=dict)
    alerts: dict[str, Json] = field(default_factory=dict)
    prompts: dict[str, Json] = field(default_factory=dict)
    steps: deque[Json] = field(default_factory=lambda: deque(maxlen=LAST_STEPS))
    utterances: deque[Json] = field(default_factory=lambda: deque(maxlen=LAST_UTTERANCES))
    meters: dict[str, Json] = field(default_factory=dict)
    score: Json | None = None
    coverage: Json | None = None

    def apply(self, envelope: Envelope) -> None:
        """Take one more envelope of this call into account; a type that no screen shows only moves the time."""
        self.seq = max(self.seq, envelope.seq or 0)
        self.heard_ms = max(self.heard_ms, envelope.at_ms, envelope.heard_ms or 0)
        handler = APPLY.get(envelope.type)
        if handler is not None:
            handler(self, envelope)

    def copy(self) -> CallView:
        """A copy that later envelopes leave alone; the JSON objects inside are replaced, never changed."""
        return CallView(**{name: copy(value) for name, value in vars(self).items()})

    def wire(self) -> Json:
        """The JSON object a snapshot holds for this call."""
        out = dict(vars(self))
        out |= {name: list(out[name].values()) for name in ("conditions", "alerts", "prompts")}
        out |= {name: list(out[name]) for name in ("steps", "utterances")}
        return out


def _placed(envelope: Envelope) -> Json:
    place = {"seq": envelope.seq, "at_ms": envelope.at_ms, "channel": envelope.channel}
    live = {"published_at_utc": envelope.published_at_utc, "stored": envelope.stored}
    return place | live | envelope.body


def _started(view: CallView, envelope: Envelope) -> None:
    view.info = envelope.body
    view.agent_id, view.team = envelope.body.get("agent_id"), envelope.body.get("team")


def _data(view: CallView, envelope: Envelope) -> None:
    body = envelope.body
    if body.get("on") is not None:
        view.flags = {**view.flags, body["kind"]: body["on"]}
    if body["kind"] == "transfer" and body.get("agent_id"):
        view.agent_id = body["agent_id"]


def _answered(view: CallView, envelope: Envelope) -> None:
    view.answered = _placed(envelope)


def _ended(view: CallView, envelope: Envelope) -> None:
    view.ended = _placed(envelope)
    view.meters.clear()


def _closed(view: CallView, envelope: Envelope) -> None:
    view.closed = True
    for running in (view.speaking, view.conditions, view.prompts):
        running.clear()


def _condition_key(envelope: Envelope) -> str:
    return f"{envelope.body['condition']}/{envelope.channel}"


def _condition_started(view: CallView, envelope: Envelope) -> None:
    view.conditions[_condition_key(envelope)] = _placed(envelope)


def _condition_ended(view: CallView, envelope: Envelope) -> None:
    view.conditions.pop(_condition_key(envelope), None)


def _speech_started(view: CallView, envelope: Envelope) -> None:
    view.speaking[str(envelope.channel)] = envelope.body["since_ms"]


def _speech_ended(view: CallView, envelope: Envelope) -> None:
    view.speaking.pop(str(envelope.channel), None)


def _alert(view: CallView, envelope: Envelope) -> None:
    alert_id = envelope.body["alert_id"]
    old = view.alerts.get(alert_id, {"acknowledged": None})
    raised = {name: old[name] for name in ("at_ms", "published_at_utc", "acknowledged") if name in old}
    view.alerts[alert_id] = _placed(envelope) | {"state": envelope.type.removeprefix("alert.")} | raised
    while len(view.alerts) > LAST_ALERTS:
        del view.alerts[next(iter(view.alerts))]


def _acknowledged(view: CallView, envelope: Envelope) -> None:
    alert = view.alerts.get(envelope.body["alert_id"])
    if alert is not None:
        view.alerts[envelope.body["alert_id"]] = {**alert, "acknowledged": envelope.body}


def _prompt_shown(view: CallView, envelope: Envelope) -> None:
    view.prompts[envelope.body["prompt_id"]] = _placed(envelope)


def _prompt_cleared(view: CallView, envelope: Envelope) -> None:
    view.prompts.pop(envelope.body["prompt_id"], None)


def _step(view: CallView, envelope: Envelope) -> None:
    view.steps.append(_placed(envelope))


def _utterance(view: CallView, envelope: Envelope) -> None:
    view.utterances.append(_placed(envelope))


def _meter(view: CallView, envelope: Envelope) -> None:
    view.meters[str(envelope.channel)] = envelope.body


def _score(view: CallView, envelope: Envelope) -> None:
    view.score = envelope.body


def _coverage(view: CallView, envelope: Envelope) -> None:
    view.coverage = envelope.body


APPLY: dict[str, Callable[[CallView, Envelope], None]] = {
    "call.started": _started,
    "call.answered": _answered,
    "call.data": _data,
    "call.ended": _ended,
    "call.closed": _closed,
    "condition.started": _condition_started,
    "condition.ended": _condition_ended,
    "speech.started": _speech_started,
    "speech.ended": _speech_ended,
    "alert.raised": _alert,
    "alert.confirmed": _alert,
    "alert.cleared": _alert,
    "alert.acknowledged": _acknowledged,
    "prompt.shown": _prompt_shown,
    "prompt.cleared": _prompt_cleared,
    "script.step": _step,
    "utterance": _utterance,
    "meter": _meter,
    "score": _score,
    "coverage": _coverage,
}
