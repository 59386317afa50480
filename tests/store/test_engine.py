"""Opening a database: everything that can be wrong with it is one clear line."""

import sqlite3
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.store.engine import shown
from monitor.store.store import Store
from tests.story import Story


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "linewatch.db"


@pytest.fixture(name="store")
def _store(path: Path):
    store = Store(f"sqlite:///{path}")
    yield store
    store.close()


def test_a_file_that_is_no_store(tmp_path):
    path = tmp_path / "notes.db"
    path.write_bytes(b"shopping list\n" * 1000)
    with pytest.raises(StoreError, match=r"notes\.db: is damaged or no linewatch store"):
        Store(f"sqlite:///{path}")


def test_a_store_of_a_newer_linewatch(store, path):
    with sqlite3.connect(path) as raw:
        raw.execute("UPDATE linewatch SET version = 99")
    with pytest.raises(StoreError, match="newer linewatch; found version 99"):
        Store(f"sqlite:///{path}")


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("sqlite:////nowhere/at/all/x.db", "cannot be written"),
        ("linewatch.db", "is not a database URL"),
        ("oracle2://x", "is no database we know"),
        ("postgresql+psycopg://me:secret@localhost/x", "needs a driver"),
    ],
)
def test_a_url_that_cannot_be_used(url, text):
    with pytest.raises(StoreError, match=text) as caught:
        Store(url)
    assert "secret" not in str(caught.value)


def test_a_damaged_page_is_one_clear_line(store, path):
    for index in range(50):
        store.append([Story(f"call-{index}").started()])
    store.close()
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(StoreError, match="damaged"):
        Store(f"sqlite:///{path}").calls()


def test_the_log_is_written_ahead(store, path):
    with sqlite3.connect(path) as raw:
        assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_password_is_never_shown():
    assert shown("postgresql://me:secret@host/name") == "postgresql://me:***@host/name"
    assert shown("not a url") == "[store] url"


def test_a_store_of_version_1_gets_the_new_columns_and_keeps_its_calls(store, path):
    story = Story("old")
    store.append([story.started(), story.ended(900), story.closed(1000)])
    store.close()
    with sqlite3.connect(path) as raw:
        for table, column in (("calls", "trunk"), ("calls", "seat"), ("calls", "customer"), ("calls", "legs")):
            raw.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        raw.execute("ALTER TABLE events DROP COLUMN derived")
        raw.execute("DROP TABLE quality")
        raw.execute("UPDATE linewatch SET version = 1")
    again = Store(f"sqlite:///{path}")
    assert [row.call_id for row in again.calls()] == ["old"]
    assert again.events("old")[0].derived is None
    assert again.measured() == []
    new = Story("new")
    again.append([new.started(), new.ended(900), new.closed(1000)])
    assert len(again.calls()) == 2
    again.close()
