"""The tables as SQLite makes them."""

import sqlite3

from monitor.core.events import AlertRaised, CallStarted, ChannelQuality
from monitor.store import schema
from monitor.store.store import Store


def test_the_tables_and_their_version_are_made_once(tmp_path):
    path = tmp_path / "linewatch.db"
    for _ in range(2):
        Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as raw:
        tables = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert set(schema.metadata.tables) <= tables
        assert raw.execute("SELECT version FROM linewatch").fetchall() == [(schema.VERSION,)]


def test_reading_a_call_in_order_needs_no_sorting(tmp_path):
    path = tmp_path / "linewatch.db"
    Store(f"sqlite:///{path}").close()
    with sqlite3.connect(path) as raw:
        plan = raw.execute("EXPLAIN QUERY PLAN SELECT * FROM events WHERE call_id = 'x' AND seq > 4 ORDER BY seq")
        text = " ".join(row[3] for row in plan)
    assert "PRIMARY KEY" in text
    assert "TEMP B-TREE" not in text


def test_columns_are_named_after_the_fields_that_fill_them():
    assert set(schema.CALL_FIELDS) <= set(CallStarted.model_fields)
    assert set(schema.ALERT_FIELDS) <= set(AlertRaised.model_fields)
    assert set(schema.quality.c.keys()) == {"call_id", "channel"} | set(ChannelQuality.model_fields)
    for added in schema.ADDED.values():
        assert all(column in schema.metadata.tables[table].c for table, column in added)
