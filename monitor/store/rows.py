"""Envelopes as rows, and what else a stored envelope changes: the calls and alerts that searches read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, update

from monitor.core.events import Envelope
from monitor.store.schema import ALERT_FIELDS, CALL_FIELDS, alerts, calls, quality


def event_row(envelope: Envelope) -> dict[str, Any]:
    return {
        "call_id": envelope.call_id, "seq": envelope.seq, "at_ms": envelope.at_ms, "type": envelope.type,
        "channel": envelope.channel, "heard_ms": envelope.heard_ms, "published_at_utc": envelope.published_at_utc,
        "schema": envelope.schema_, "derived": envelope.derived,
        "body": json.dumps(envelope.body, ensure_ascii=False, separators=(",", ":")),
    }  # fmt: skip


def envelope_of(row: Any) -> Envelope:
    return Envelope(**{**row, "body": json.loads(row["body"])})


def _index_started(connection: Connection, envelope: Envelope) -> None:
    row = {name: envelope.body.get(name) for name in CALL_FIELDS}
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    connection.execute(insert(calls).values(call_id=envelope.call_id, stored_at_utc=now, closed=False, **row))


def _update_call(connection: Connection, envelope: Envelope, **values: Any) -> None:
    connection.execute(update(calls).where(calls.c.call_id == envelope.call_id).values(**values))


def _index_ended(connection: Connection, envelope: Envelope) -> None:
    _update_call(connection, envelope, ended_by=envelope.body["ended_by"])


def _index_score(connection: Connection, envelope: Envelope) -> None:
    _update_call(connection, envelope, score=envelope.body["total"])


def _index_closed(connection: Connection, envelope: Envelope) -> None:
    _update_call(connection, envelope, duration_ms=envelope.body["duration_ms"], closed=True)


def _index_alert(connection: Connection, envelope: Envelope) -> None:
    body = envelope.body
    row = {name: body[name] for name in ALERT_FIELDS}
    row |= {"channel": envelope.channel, "state": envelope.type.removeprefix("alert.")}
    chosen = (alerts.c.call_id == envelope.call_id) & (alerts.c.alert_id == body["alert_id"])
    if connection.execute(update(alerts).where(chosen).values(**row)).rowcount == 0:
        connection.execute(insert(alerts).values(call_id=envelope.call_id, alert_id=body["alert_id"], **row))


def index_acknowledged(connection: Connection, envelope: Envelope) -> None:
    body = envelope.body
    chosen = (alerts.c.call_id == envelope.call_id) & (alerts.c.alert_id == body["alert_id"])
    values = {"acknowledged_by": body["actor"], "acknowledged_at_utc": body["acted_at_utc"]}
    connection.execute(update(alerts).where(chosen).values(**values))


def _index_quality(connection: Connection, envelope: Envelope) -> None:
    connection.execute(insert(quality).values(call_id=envelope.call_id, channel=envelope.channel, **envelope.body))


INDEX: dict[str, Callable[[Connection, Envelope], None]] = {
    "call.started": _index_started,
    "call.ended": _index_ended,
    "call.closed": _index_closed,
    "channel.quality": _index_quality,
    "score": _index_score,
    "alert.raised": _index_alert,
    "alert.confirmed": _index_alert,
    "alert.cleared": _index_alert,
    "alert.acknowledged": index_acknowledged,
}
