"""Appends envelopes and reads them back; synchronous, safe to use from several threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from monitor.core.events import AlertAcknowledged, ChannelQuality, Envelope, Event
from monitor.errors import StoreError
from monitor.fault import DIMENSIONS, Measured
from monitor.store import engine as database
from monitor.store.rows import INDEX, envelope_of, event_row, index_acknowledged
from monitor.store.schema import alerts, calls, events, quality


class ConflictError(StoreError):
    """An envelope with this call and seq is stored already."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One stored call. closed False: it runs, or its process ended before it did. alerts: how many it had."""

    call_id: str
    source: str
    direction: str
    agent_id: str | None
    team: str | None
    line: str | None
    trunk: str | None
    seat: str | None
    customer: str | None
    legs: str | None
    language: str | None
    model: str | None
    rules_version: str | None
    started_at_utc: str | None
    stored_at_utc: str
    ended_by: str | None
    duration_ms: int | None
    score: float | None
    closed: bool
    alerts: int


class Store:
    """Keeps envelopes in SQLite (write-ahead log) or any database SQLAlchemy reaches.

    url: an SQLAlchemy URL. synchronous: SQLite's setting, "normal" or "full". Every method raises StoreError.
    """

    def __init__(self, url: str, synchronous: str = "normal") -> None:
        self.url = database.shown(url)
        self._engine = database.open_engine(url, synchronous)
        # one connection serves all threads of a database in memory
        self._lock = threading.RLock() if self._engine.pool.__class__.__name__ == "StaticPool" else None

    def append(self, envelopes: Sequence[Envelope]) -> None:
        """Store envelopes in one transaction, all or none. Raises ConflictError when one is there already."""
        rows = [event_row(each) for each in envelopes if each.seq is not None]
        if not rows:
            return
        with self._transaction(write=True) as connection:
            try:
                connection.execute(insert(events), rows)
            except IntegrityError as error:
                ids = ", ".join(sorted({row["call_id"] for row in rows})[:3])
                raise ConflictError(
                    self.url, "holds these envelopes already", ids, "Give the call another id"
                ) from error
            for envelope in envelopes:
                index = INDEX.get(envelope.type)
                if index is not None and envelope.seq is not None:
                    index(connection, envelope)

    def events(self, call_id: str, after_seq: int = 0, limit: int | None = None) -> list[Envelope]:
        """The call's envelopes with a seq greater than after_seq, in order; at most `limit`."""
        query = select(events).where(events.c.call_id == call_id, events.c.seq > after_seq).order_by(events.c.seq)
        with self._transaction() as connection:
            rows = connection.execute(query.limit(limit) if limit is not None else query).mappings().all()
        return [envelope_of(row) for row in rows]

    def calls(
        self,
        *,
        call_id: str | None = None,
        agent_id: str | None = None,
        teams: Sequence[str] | None = None,
        since_utc: str | None = None,
        until_utc: str | None = None,
        closed: bool | None = None,
        severity: str | None = None,
        rule_id: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[CallRow]:
        """Stored calls, newest first. since_utc (included), until_utc (not) compare with the time of storing; severity
        and rule_id keep calls that have such an alert."""
        count = select(func.count()).where(alerts.c.call_id == calls.c.call_id)
        columns = [calls.c[name] for name in CallRow.__slots__ if name != "alerts"]
        query = select(*columns, count.scalar_subquery().label("alerts"))
        query = query.where(*_call_filters(call_id, agent_id, teams, since_utc, until_utc, closed))
        for column, value in ((alerts.c.severity, severity), (alerts.c.rule_id, rule_id)):
            if value is not None:
                query = query.where(calls.c.call_id.in_(select(alerts.c.call_id).where(column == value)))
        query = query.order_by(calls.c.stored_at_utc.desc(), calls.c.call_id.desc()).limit(limit).offset(offset)
        with self._transaction() as connection:
            return [CallRow(**row) for row in connection.execute(query).mappings()]

    def call(self, call_id: str) -> CallRow | None:
        return next(iter(self.calls(call_id=call_id)), None)

    def measured(
        self,
        *,
        teams: Sequence[str] | None = None,
        since_utc: str | None = None,
        until_utc: str | None = None,
        limit: int = 20_000,
    ) -> list[Measured]:
        """What the channels of the newest closed calls were like; only calls whose legs were recorded apart."""
        names = ("call_id", *DIMENSIONS)
        columns = [*(calls.c[name] for name in names), *(c for c in quality.c if c.name != "call_id")]
        query = select(*columns).join(calls, calls.c.call_id == quality.c.call_id)
        query = query.where(*_call_filters(None, None, teams, since_utc, until_utc, True), calls.c.legs == "recorded")
        query = query.order_by(calls.c.stored_at_utc.desc(), calls.c.call_id.desc(), quality.c.channel).limit(limit)
        with self._transaction() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
        return [
            Measured(**{name: row.pop(name) for name in (*names, "channel")}, quality=ChannelQuality(**row))
            for row in rows
        ]

    def call_of_alert(self, alert_id: str) -> str | None:
        """The call an alert belongs to, None for no such alert."""
        with self._transaction() as connection:
            return connection.execute(select(alerts.c.call_id).where(alerts.c.alert_id == alert_id)).scalar()

    def acknowledge(self, alert_id: str, actor: str, note: str, acted_at_utc: str) -> Envelope:
        """Append alert.acknowledged to a call that is over, with its next seq; the running call gives its own.

        Raises StoreError when there is no such alert.
        """
        with self._transaction(write=True) as connection:
            call_id = connection.execute(select(alerts.c.call_id).where(alerts.c.alert_id == alert_id)).scalar()
            if call_id is None:
                raise StoreError(self.url, "has no such alert", alert_id)
            last = select(func.max(events.c.seq), func.max(events.c.at_ms)).where(events.c.call_id == call_id)
            seq, at_ms = connection.execute(last).one()
            body = AlertAcknowledged(alert_id=alert_id, actor=actor, note=note, acted_at_utc=acted_at_utc)
            envelope = Envelope.of(Event(at_ms, None, body), call_id, seq + 1)
            connection.execute(insert(events), [event_row(envelope)])
            index_acknowledged(connection, envelope)
        return envelope

    def erase(
        self,
        *,
        call_id: str | None = None,
        agent_id: str | None = None,
        older_than_utc: str | None = None,
        unclosed: bool = False,
    ) -> int:
        """Erase calls for good, with every event and alert; returns how many. Conditions add up.

        unclosed: also calls that have not ended (those of a process that was killed); a running one stays otherwise.
        """
        assert call_id or agent_id or older_than_utc, "erase needs a condition"
        where = _call_filters(call_id, agent_id, None, None, older_than_utc, None if unclosed else True)
        chosen = select(calls.c.call_id).where(*where)
        with self._transaction(write=True) as connection:
            for table in (events, alerts, quality):
                connection.execute(delete(table).where(table.c.call_id.in_(chosen)))
            erased = connection.execute(delete(calls).where(*where)).rowcount
        self._truncate_log()
        return erased

    def close(self) -> None:
        """Release the database; the write-ahead log is folded into its file."""
        with database.clear_errors(self.url):
            self._engine.dispose()

    @contextmanager
    def _transaction(self, write: bool = False) -> Iterator[Connection]:
        with database.clear_errors(self.url):
            if self._lock is None:
                with database.transaction(self._engine, write) as connection:
                    yield connection
            else:
                with self._lock, database.transaction(self._engine, write) as connection:
                    yield connection

    def _truncate_log(self) -> None:
        """What was erased must not linger in SQLite's write-ahead log."""
        if self._engine.dialect.name == "sqlite":
            with database.clear_errors(self.url), self._engine.connect() as connection:
                raw = connection.connection.driver_connection
                if raw is not None:
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").close()


def _call_filters(
    call_id: str | None,
    agent_id: str | None,
    teams: Sequence[str] | None,
    since_utc: str | None,
    until_utc: str | None,
    closed: bool | None,
) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if teams is not None:
        found.append(calls.c.team.in_(teams))
    pairs: list[tuple[Any, Callable[[Any], ColumnElement[bool]]]] = [
        (call_id, calls.c.call_id.__eq__), (agent_id, calls.c.agent_id.__eq__),
        (since_utc, calls.c.stored_at_utc.__ge__), (until_utc, calls.c.stored_at_utc.__lt__),
        (closed, calls.c.closed.__eq__),
    ]  # fmt: skip
    return found + [make(value) for value, make in pairs if value is not None]
