"""The tables. `events` holds every stored envelope as it was pushed; `calls` and `alerts` are derived from it."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, MetaData, String, Table, Text

VERSION = 2

metadata = MetaData()

meta = Table("linewatch", metadata, Column("version", Integer, primary_key=True))

calls = Table(
    "calls",
    metadata,
    Column("call_id", String, primary_key=True),
    Column("source", String, nullable=False),
    Column("direction", String, nullable=False),
    Column("agent_id", String),
    Column("team", String),
    Column("line", String),
    Column("trunk", String),
    Column("seat", String),
    Column("customer", String),
    Column("legs", String),
    Column("called_number", String),
    Column("language", String),
    Column("model", String),
    Column("rules_version", String),
    Column("started_at_utc", String),
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
    Column("call_id", String, primary_key=True),
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
    Column("call_id", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("media_ms", BigInteger, nullable=False),
    Column("missing_ms", BigInteger, nullable=False),
    Column("speech_ms", BigInteger, nullable=False),
    Column("clipped_ms", BigInteger, nullable=False),
    Column("speech_level_dbov", Float),
    Column("noise_dbov", Float),
    Column("snr_db", Float),
)

ADDED: dict[int, tuple[tuple[str, str, str], ...]] = {
    2: (
        ("calls", "trunk", "VARCHAR"), ("calls", "seat", "VARCHAR"), ("calls", "customer", "VARCHAR"),
        ("calls", "legs", "VARCHAR"), ("events", "derived", "BOOLEAN"),
    ),
}  # fmt: skip
"""Version -> the columns it brought: table, name, SQL type. Whole tables are made where they are not there."""

alerts = Table(
    "alerts",
    metadata,
    Column("call_id", String, primary_key=True),
    Column("alert_id", String, primary_key=True),
    Column("channel", String),
    Column("rule_id", String, nullable=False),
    Column("severity", String, nullable=False),
    Column("verdict", String, nullable=False),
    Column("state", String, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=False),
    Column("message", Text, nullable=False),
    Column("clause", Text, nullable=False),
    Column("points", Float, nullable=False),
    Column("acknowledged_by", String),
    Column("acknowledged_at_utc", String),
    Index("alerts_by_id", "alert_id"),
    Index("alerts_by_rule", "rule_id", "severity"),
)
