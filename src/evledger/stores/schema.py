"""The tables of a SQLite file: making them, and bringing an earlier format up to date."""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING, Final

from evledger.exceptions import StoreError
from evledger.stores.database import application_of, transaction

if TYPE_CHECKING:
    from evledger.stores.database import Database

__all__ = ["prepare", "upgrade"]

_APPLICATION: Final = 0x45764C67  # "EvLg", in bytes 68 to 71 of the file
_FORMAT: Final = 2
_PAGE_SIZE: Final = 8192

_KEPT: Final = """
CREATE TABLE kept (
    ledger INTEGER NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (ledger, name));
"""
_TABLES: Final = f"""
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_FORMAT};
CREATE TABLE ledgers (
    id INTEGER PRIMARY KEY, alias TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
    size INTEGER NOT NULL, hash TEXT NOT NULL, at TEXT NOT NULL, counters TEXT NOT NULL);
CREATE TABLE pages (id INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE lines (id INTEGER PRIMARY KEY, text BLOB NOT NULL);
CREATE TABLE names (
    ledger INTEGER NOT NULL, name TEXT NOT NULL, n INTEGER NOT NULL,
    PRIMARY KEY (ledger, name)) WITHOUT ROWID;
CREATE TABLE vault (
    ledger INTEGER NOT NULL, n INTEGER NOT NULL, field TEXT NOT NULL,
    salt BLOB NOT NULL, value BLOB NOT NULL, PRIMARY KEY (ledger, n, field)) WITHOUT ROWID;
CREATE TABLE attachments (
    ledger INTEGER NOT NULL, digest TEXT NOT NULL, part INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (ledger, digest, part));
CREATE TABLE chores (name TEXT PRIMARY KEY) WITHOUT ROWID;
{_KEPT}"""
_FROM_1: Final = f"{_KEPT}PRAGMA user_version = {_FORMAT};"


def prepare(sql: sqlite3.Connection, database: Database) -> None:
    """Make the tables of an empty file; see that any other is one of ours.

    Raises:
        StoreError: it is another application's, or of a later format.
    """
    application, version, tables = application_of(sql)
    if (application, version, tables) == (0, 0, 0) and not database.read_only:
        _create(sql, database)
    else:
        _check_format(database.path, application, version)


def upgrade(sql: sqlite3.Connection) -> None:
    """Bring a file of format 1, which had no table of what is kept, to the present one.

    Called within a write, when there is something to keep: until then, whoever only reads
    need not write, and a release that knows no other format goes on reading the file.
    """
    if application_of(sql)[1] < _FORMAT:
        _execute(sql, _FROM_1)


def _create(sql: sqlite3.Connection, database: Database) -> None:
    sql.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
    _set_wal(sql, database.timeout)
    with transaction(sql, database.path, "IMMEDIATE"):
        # Another process may have been faster.
        if application_of(sql)[2] == 0:
            _execute(sql, _TABLES)


def _execute(sql: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):  # executescript() would end the transaction
        sql.execute(statement)


def _set_wal(sql: sqlite3.Connection, timeout: float) -> None:
    """Switch the file to write-ahead logging; SQLite itself does not wait its turn for that."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            sql.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _check_format(path: str, application: int, version: int) -> None:
    if application != _APPLICATION:
        msg = f"{path} is a database, but not one of evledger's; name another file"
        raise StoreError(msg)
    if not 1 <= version <= _FORMAT:
        msg = (
            f"{path} has format {version}, and this evledger reads formats up to {_FORMAT}; "
            "upgrade evidence-ledger to the release that wrote it"
        )
        raise StoreError(msg)
