"""The golden projection: what of a call must be the same live, at any speed, in audit and in replay.

`python -m tests.goldens` writes the files in tests/calls again; their diff is reviewed like code.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from monitor.core.events import Envelope

FOLDER = Path(__file__).parent / "calls"
FINAL = ("alert.raised", "alert.confirmed", "alert.cleared")

Json = dict[str, Any]


def projection(envelopes: Iterable[Envelope]) -> Json:
    """One call's final alerts, script steps, stored conditions and score, sorted; nothing that depends on when."""
    alerts: dict[str, Json] = {}
    steps: list[Json] = []
    conditions: dict[tuple[object, ...], Json] = {}
    score: Json = {}
    for envelope in envelopes:
        body = envelope.body
        if envelope.type in FINAL:
            alerts[body["alert_id"]] = _alert(envelope)
        elif envelope.type == "script.step":
            steps.append({key: body[key] for key in ("rule_id", "step", "verdict", "due_ms")})
        elif envelope.type.startswith("condition."):
            key = (body["condition"], envelope.channel, body["since_ms"], body["level"], body["kind"])
            conditions[key] = _condition(envelope)
        elif envelope.type == "score":
            score = {key: body[key] for key in ("total", "base", "dimensions", "not_judged")}
    return {
        "alerts": _in_order(alerts.values()),
        "script_steps": _in_order(steps),
        "conditions": _in_order(conditions.values()),
        "score": score,
    }


def _alert(envelope: Envelope) -> Json:
    body = envelope.body
    quotes = [f"{e['quote']} [{e['start_ms']}-{e['end_ms']} {e['certainty']}]" for e in body["evidence"]]
    return {
        "start_ms": body["start_ms"],
        "end_ms": body["end_ms"],
        "rule_id": body["rule_id"],
        "channel": envelope.channel,
        "severity": body["severity"],
        "verdict": body["verdict"],
        "evidence": quotes,
    }


def _condition(envelope: Envelope) -> Json:
    body = envelope.body
    return {
        "since_ms": body["since_ms"],
        "end_ms": body.get("end_ms"),
        "condition": body["condition"],
        "channel": envelope.channel,
        "level": body["level"],
        "kind": body["kind"],
        "cause": body["cause"],
    }


def _in_order(items: Iterable[Json]) -> list[Json]:
    def key(item: Json) -> tuple[int, str]:
        at = next(item[name] for name in ("start_ms", "since_ms", "due_ms") if name in item)
        return int(at), json.dumps(item, ensure_ascii=False)

    return sorted(items, key=key)


def text(projected: Json) -> str:
    """One line for each finding, so that a diff shows exactly what changed."""
    lines = ["{"]
    for name in ("alerts", "script_steps", "conditions"):
        rows = [json.dumps(row, ensure_ascii=False) for row in projected[name]]
        lines.append(f' "{name}": [' + ("\n  " + ",\n  ".join(rows) + "\n " if rows else "") + "],")
    lines.append(f' "score": {json.dumps(projected["score"], ensure_ascii=False)}')
    return "\n".join([*lines, "}", ""])


def golden(name: str) -> Json:
    loaded: Json = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return loaded


def main() -> None:
    from tests.demo_runs import audited

    FOLDER.mkdir(exist_ok=True)
    for call_id, envelopes in audited().items():
        (FOLDER / f"{call_id}.json").write_text(text(projection(envelopes)), "utf-8")
        print(FOLDER / f"{call_id}.json")


if __name__ == "__main__":
    main()
