"""The tables. `events` holds every stored envelope as it was pushed; `calls`, `alerts`, `quality` are derived from it.

Columns that a body's fields fill have the fields' names, listed once: `CALL_FIELDS`, `ALERT_FIELDS`, and those of
`quality`. A column that a later version brings is named in `ADDED` as well.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

VERSION = 2
ADDED: dict[int, tuple[tuple[str, str], ...]] = {
    2: (("calls", "trunk"), ("calls", "seat"), ("calls", "customer"), ("calls", "legs"), ("events", "derived")),
}
"""Version -> the columns it brought: table, name. Whole tables are made where they are not there."""

CALL_FIELDS = (
    "source", "direction", "agent_id", "team", "line", "trunk", "seat", "customer", "legs", "called_number", "language",
    "model", "rules_version", "started_at_utc",
)  # fmt: skip
ALERT_FIELDS = ("rule_id", "severity", "verdict", "start_ms", "end_ms", "message", "clause", "points")
_TEXTS, _LONG_TEXTS = ("rule_id", "severity", "verdict"), ("message", "clause")

metadata = MetaData()


def _key(name: str = "call_id") -> Column[str]:
    return Column(name, String, primary_key=True)


def _alert_field(name: str) -> Column[object]:
    kind = String if name in _TEXTS else Text if name in _LONG_TEXTS else BigInteger if name.endswith("_ms") else Float
    return Column(name, kind, nullable=False)


meta = Table("linewatch", metadata, Column("version", Integer, primary_key=True))

calls = Table(
    "calls",
    metadata,
    _key(),
    *(Column(name, String, nullable=name not in ("source", "direction")) for name in CALL_FIELDS),
    Column("stored_at_utc", String, nullable=False),
    Column("ended_by", String),
    Column("duration_ms", BigInteger),
    Column("score", Float),
    Column("closed", Boolean, nullable=False, default=False),
    Index("calls_by_agent", "agent_id", "stored_at_utc"),
    Index("calls_by_team", "team", "stored_at_utc"),
    Index("calls_by_time", "stored_at_utc"),
)

events = Table(
    "events",
    metadata,
    _key(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("type", String, nullable=False),
    Column("channel", String),
    Column("body", Text, nullable=False),
    Column("heard_ms", BigInteger),
    Column("published_at_utc", String),
    Column("schema", Integer, nullable=False),
    Column("derived", Boolean),
    sqlite_with_rowid=False,
)

quality = Table(
    "quality",
    metadata,
    _key(),
    _key("channel"),
    *(Column(name, BigInteger, nullable=False) for name in ("media_ms", "missing_ms", "speech_ms", "clipped_ms")),
    *(Column(name, Float) for name in ("speech_level_dbov", "noise_dbov", "snr_db")),
)

alerts = Table(
    "alerts",
    metadata,
    _key(),
    _key("alert_id"),
    Column("channel", String),
    *(_alert_field(name) for name in ALERT_FIELDS),
    Column("state", String, nullable=False),
    Column("acknowledged_by", String),
    Column("acknowledged_at_utc", String),
    Index("alerts_by_id", "alert_id"),
    Index("alerts_by_rule", "rule_id", "severity"),
)
