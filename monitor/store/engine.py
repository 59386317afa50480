"""Opens the database: pragmas, transactions, schema version, and one clear line for everything that can be wrong."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from monitor.errors import StoreError
from monitor.store import schema

BUSY_TIMEOUT_S = 5.0
WRITE = "linewatch_write"


def open_engine(url: str, synchronous: str) -> Engine:
    """An engine over a database with our tables, made when it has none. Raises StoreError."""
    with clear_errors(shown(url)):
        engine = _create(url, synchronous)
        with transaction(engine, write=True) as connection:
            _prepare(connection, shown(url))
    return engine


def shown(url: str) -> str:
    """The URL without its password, as messages show it."""
    try:
        return make_url(url).render_as_string(hide_password=True)
    except ArgumentError:
        return "[store] url"


@contextmanager
def transaction(engine: Engine, write: bool = False) -> Iterator[Connection]:
    """One transaction; a writing one takes SQLite's write lock at its start, so that it never has to upgrade."""
    with engine.connect().execution_options(**{WRITE: write}) as connection, connection.begin():
        yield connection


@contextmanager
def clear_errors(where: str) -> Iterator[None]:
    """Turns what SQLAlchemy and the driver raise into a StoreError."""
    try:
        yield
    except NoSuchModuleError as error:
        raise StoreError(where, "is no database we know", str(error), "Use a sqlite:/// or postgresql: URL") from error
    except ArgumentError as error:
        raise StoreError(where, "is not a database URL", "", "Write it like sqlite:///linewatch.db") from error
    except ModuleNotFoundError as error:
        raise StoreError(where, "needs a driver", f"no module {error.name}", f"pip install {error.name}") from error
    except DBAPIError as error:
        raise StoreError(where, *_reason(error)) from error
    except SQLAlchemyError as error:
        raise StoreError(where, "cannot be used", type(error).__name__) from error


def _reason(error: DBAPIError) -> tuple[str, str, str]:
    text = str(error.orig).splitlines()[0]
    if "not a database" in text or "malformed" in text:
        return "is damaged or no linewatch store", text, "Move the file away, or restore it from a backup"
    if "readonly" in text or "unable to open" in text:
        return "cannot be written", text, "Check that the folder exists and that this user may write there"
    if "full" in text:
        return "has no space left", text, "Free space on its disk; nothing was lost that was already stored"
    if "locked" in text:
        return "is held by another program", text, "Wait for it, or stop it"
    return "failed", text, "See the database's own log"


def _create(url: str, synchronous: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True)
    memory = parsed.database in (None, "", ":memory:")
    options: dict[str, Any] = {"connect_args": {"timeout": BUSY_TIMEOUT_S, "check_same_thread": False}}
    if memory:
        options["poolclass"] = StaticPool
    engine = create_engine(parsed, **options)
    event.listen(engine, "connect", lambda connection, _: _pragmas(connection, synchronous))
    event.listen(engine, "begin", _begin)
    return engine


def _pragmas(connection: sqlite3.Connection, synchronous: str) -> None:
    # our own BEGIN, see _begin; the driver's implicit one starts too late
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", f"synchronous={synchronous}", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get(WRITE) else "BEGIN")


def _prepare(connection: Connection, where: str) -> None:
    schema.metadata.create_all(connection)
    found = connection.execute(select(schema.meta.c.version)).scalar()
    if found is None:
        connection.execute(insert(schema.meta).values(version=schema.VERSION))
    elif found < schema.VERSION:
        _upgrade(connection, found)
    elif found != schema.VERSION:
        raise StoreError(
            where, "was written by a newer linewatch", f"version {found}, this one reads {schema.VERSION}",
            "Use that linewatch, or another file",
        )  # fmt: skip


def _upgrade(connection: Connection, found: int) -> None:
    """Columns that later versions brought; calls stored before leave them empty."""
    for version in range(found + 1, schema.VERSION + 1):
        for table, column in schema.ADDED[version]:
            kind = schema.metadata.tables[table].c[column].type.compile(connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")
    connection.execute(update(schema.meta).values(version=schema.VERSION))
