"""The embedded default: one SQLite file, in WAL mode, durable at every commit.

Full pages are blobs; the lines of the open page are rows until it is full.
Each thread has a connection of its own, and so has each process after a fork.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import os
import sqlite3
import threading
import time
import weakref
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from evledger.chain import MAX_HEADER, MAX_PAGE, PAGE_EVENTS, page_lines
from evledger.codec import is_object, is_slug
from evledger.exceptions import Broken, NotFound, StoreError
from evledger.record import parse_time
from evledger.seals import Opening
from evledger.stores.base import Backend, Snapshot, Tip, Write
from evledger.stores.database import Database, application_of, store_error, translated
from evledger.stores.gate import Gate
from evledger.stores.traces import PASSING, clear_traces

if TYPE_CHECKING:
    from collections.abc import (
        Callable,
        Collection,
        Generator,
        Iterable,
        Iterator,
        Mapping,
        Sequence,
    )

    from evledger.stores.base import Transaction

__all__ = ["SQLiteStore"]

APPLICATION_ID: Final = 0x45764C67  # "EvLg", in bytes 68 to 71 of the file
SCHEMA_VERSION: Final = 1
_PAGE_SIZE: Final = 8192
_CHUNK: Final = 1 << 18
_NAMES_AT_A_TIME: Final = 10_000
_READ_CACHE: Final = -512  # pages are read once; filling a large cache costs more than reading
_LEDGER_BITS: Final = 40  # a row's id is its ledger's number above, its place below

_SCHEMA: Final = f"""
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
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
"""


def _place(ledger: int, number: int) -> int:
    return (ledger << _LEDGER_BITS) | number


# -- the store ---------------------------------------------------------------------------


_PAGES_AT_A_TIME: Final = 8
_PAGES_GATE = Gate()
"""For reading pages, which needs no store and may happen in any thread."""


class _PageReader:
    """Reads pages some at a time, over a connection that a fork may close in between."""

    def __init__(self, pages: _Pages) -> None:
        self._pages = pages
        self._next = pages.start
        self._connection: sqlite3.Connection | None = None
        self._texts: Iterator[bytes] = iter(())
        _READERS.add(self)

    def next_some(self) -> list[bytes]:
        """Give the next pages; none at the end."""
        database = self._pages.database
        with _PAGES_GATE, translated(database.path):
            if self._connection is None:
                self._connection = database.connect(_READ_CACHE)
                self._texts = attrs.evolve(self._pages, start=self._next).read(self._connection)
            texts = list(itertools.islice(self._texts, _PAGES_AT_A_TIME))
        self._next += len(texts)
        return texts

    def close(self) -> None:
        """Let go of the connection; reading goes on with another."""
        if self._connection is not None:
            self._texts = iter(())
            self._connection.close()
            self._connection = None


_READERS: weakref.WeakSet[_PageReader] = weakref.WeakSet()
"""The readers that somebody is in the middle of, for when this process forks."""


@attrs.frozen
class _Pages:
    """Full pages of one ledger, read anew by whoever iterates, wherever that is."""

    database: Database
    ledger: int
    start: int
    stop: int

    def __iter__(self) -> Iterator[bytes]:
        reader = _PageReader(self)
        try:
            while texts := reader.next_some():
                yield from texts
        finally:
            with _PAGES_GATE:
                reader.close()

    def read(self, connection: sqlite3.Connection) -> Iterator[bytes]:
        """Read the pages through a connection that is open."""
        rows = connection.execute(
            # length() of a blob does not read it, so an oversized one is never loaded.
            "SELECT id, CASE WHEN length(text) <= ? THEN text END FROM pages"
            " WHERE id >= ? AND id < ? ORDER BY id",
            (
                MAX_PAGE + MAX_HEADER,
                _place(self.ledger, self.start),
                _place(self.ledger, self.stop),
            ),
        )
        for place, text in rows:
            yield _blob(text, f"page {place - _place(self.ledger, 0)}", self.database.path)


def _blob(value: Any, what: str, path: str) -> bytes:
    if type(value) is not bytes:
        msg = f"{path}: {what} is not stored as bytes, or is far too long"
        raise Broken(msg)
    return value


def _tip_of(row: Sequence[Any]) -> tuple[int, Tip]:
    number, name, size, head, at, counters = row
    kept: Any = json.loads(counters)
    types: list[Any] = [type(value) for value in (number, name, size, head, at, kept)]
    counts: set[Any] = set(map(type, kept.values())) if is_object(kept) else {None}
    is_name = isinstance(name, str) and is_slug(name)
    if types != [int, str, int, str, str, dict] or size < 1 or not is_name or counts - {int}:
        msg = f"it holds {number!r:.20}, {name!r:.80}, {size!r:.20}, {head!r:.80}, {at!r:.40}"
        raise ValueError(msg)
    parse_time(at)
    return number, Tip(name=name, size=size, hash=head, at=at, counters=kept)


class _Connection:
    """One thread's connection, and every statement that reads or writes a ledger through it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sql = database.connect()

    def __del__(self) -> None:
        # The thread that it was opened for has ended.
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self.sql.close()

    def row(self, ledger: str) -> tuple[int, Tip] | None:
        found = self.sql.execute(
            "SELECT id, name, size, hash, at, counters FROM ledgers WHERE alias = ?", (ledger,)
        ).fetchone()
        if found is None:
            return None
        try:
            return _tip_of(found)
        except (TypeError, ValueError, RecursionError, Broken) as error:
            msg = f"{self.database.path}: the row of ledger {ledger!r} is damaged ({error})"
            raise Broken(msg) from error

    def need(self, ledger: str) -> tuple[int, Tip]:
        found = self.row(ledger)
        if found is None:
            rows = self.sql.execute("SELECT alias FROM ledgers ORDER BY alias")
            known = ", ".join(alias for (alias,) in rows) or "none yet"
            msg = f"no ledger {ledger!r} in {self.database.path}; there are: {known}"
            raise NotFound(msg)
        return found

    def tail(self, number: int) -> list[bytes]:
        rows = self.sql.execute(
            "SELECT id, text FROM lines WHERE id >= ? AND id < ? ORDER BY id",
            (_place(number, 0), _place(number + 1, 0)),
        ).fetchall()
        places = [place - _place(number, 0) for place, _ in rows]
        if places and places != list(range(places[0], places[0] + len(places))):
            msg = f"{self.database.path}: a line of the open page is missing or misplaced"
            raise Broken(msg)
        return [_blob(text, "a line of the open page", self.database.path) for _, text in rows]

    def lookup(self, number: int, names: Collection[str]) -> dict[str, int]:
        rows = self.sql.execute(
            "SELECT names.name, names.n FROM json_each(?) AS wanted CROSS JOIN names"
            " ON names.ledger = ? AND names.name = wanted.value",
            (json.dumps(sorted(names)), number),
        )
        found = dict(rows)
        if any(type(n) is not int or n < 0 for n in found.values()):
            msg = f"{self.database.path}: the index of names is damaged; run 'evledger reindex'"
            raise Broken(msg)
        return found

    def openings(self, number: int, start: int, stop: int) -> Iterator[Opening]:
        rows = self.sql.execute(
            "SELECT n, field, salt, value FROM vault"
            " WHERE ledger = ? AND n >= ? AND n < ? ORDER BY n, field",
            (number, start, stop),
        )
        for n, field, salt, value in rows:
            what = f"the vault's row for record {n}"
            path = self.database.path
            yield Opening(n, field, _blob(salt, what, path), _blob(value, what, path))

    @contextlib.contextmanager
    def transaction(self, mode: str) -> Generator[None]:
        with translated(self.database.path):
            self.sql.execute(f"BEGIN {mode}")
            try:
                yield
                self.sql.execute("COMMIT")
            except BaseException:
                with contextlib.suppress(sqlite3.Error):
                    self.sql.execute("ROLLBACK")
                raise


class _Transaction:
    """What a ledger sees, and does, within one write."""

    def __init__(self, connection: _Connection, ledger: str) -> None:
        self._connection = connection
        self._sql = connection.sql
        self._alias = ledger
        found = connection.row(ledger)
        self._number = found[0] if found else 0
        self.tip = found[1] if found else None

    def tail(self) -> list[bytes]:
        return self._connection.tail(self._number)

    def lookup(self, names: Collection[str]) -> dict[str, int]:
        return self._connection.lookup(self._number, names) if self._number and names else {}

    def page(self, number: int) -> bytes:
        pages = _Pages(self._connection.database, self._number, number, number + 1)
        for text in pages.read(self._sql):
            return text
        msg = f"{self._connection.database.path}: page {number} is missing; run 'evledger verify'"
        raise Broken(msg)

    def lines(self, start: int, stop: int) -> list[bytes]:
        first = start // PAGE_EVENTS
        pages = _Pages(
            self._connection.database, self._number, first, (stop - 1) // PAGE_EVENTS + 1
        )
        texts = list(pages.read(self._sql))
        lines = [line for text in texts for line in page_lines(text)] + self.tail()
        size = self.tip.size if self.tip else 0
        skipped = start - min(first, size // PAGE_EVENTS) * PAGE_EVENTS
        return lines[skipped : skipped + stop - start]

    def openings(self, start: int, stop: int) -> list[Opening]:
        return list(self._connection.openings(self._number, start, stop))

    def carry_out(self, write: Write) -> None:
        self._set_tip(write.tip)
        self._close_pages(write.pages)
        self._add_lines(write.tip.size - len(write.tail), write.tail)
        self._set_names(write.keys, write.released)
        self._sql.executemany(
            "INSERT INTO vault VALUES (?, ?, ?, ?, ?)",
            ((self._number, *attrs.astuple(opening)) for opening in write.openings),
        )
        if write.forget:
            self._forget(write.forget)
        for digest, data in write.attachments.items():
            _attach(self._sql, self._number, digest, io.BytesIO(data))
        self._sql.executemany(
            "DELETE FROM attachments WHERE ledger = ? AND digest = ?",
            ((self._number, digest) for digest in write.forget_attachments),
        )

    def _set_tip(self, tip: Tip) -> None:
        values = (tip.size, tip.hash, tip.at, json.dumps(dict(tip.counters)))
        if self._number:
            self._sql.execute(
                "UPDATE ledgers SET size = ?, hash = ?, at = ?, counters = ? WHERE id = ?",
                (*values, self._number),
            )
        else:
            added = self._sql.execute(
                "INSERT INTO ledgers (size, hash, at, counters, alias, name)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (*values, self._alias, tip.name),
            )
            self._number = added.lastrowid or 0

    def _close_pages(self, pages: Iterable[tuple[int, bytes]]) -> None:
        added = self._sql.executemany(
            "INSERT INTO pages VALUES (?, ?)",
            ((_place(self._number, page), text) for page, text in pages),
        )
        if added.rowcount > 0:
            self._sql.execute(
                "DELETE FROM lines WHERE id >= ? AND id < ?",
                (_place(self._number, 0), _place(self._number + 1, 0)),
            )

    def _add_lines(self, first: int, lines: Sequence[bytes]) -> None:
        start = _place(self._number, first)
        self._sql.executemany("INSERT INTO lines VALUES (?, ?)", enumerate(lines, start))

    def _set_names(self, keys: Mapping[str, int], released: Collection[str]) -> None:
        number = self._number
        self._sql.executemany(
            "DELETE FROM names WHERE ledger = ? AND name = ?",
            ((number, name) for name in released),
        )
        # In the index's own order, so that one leaf is written once.
        self._sql.executemany(
            "INSERT OR REPLACE INTO names VALUES (?, ?, ?)",
            ((number, name, keys[name]) for name in sorted(keys)),
        )

    def _forget(self, places: Sequence[tuple[int, str]]) -> None:
        self._sql.executemany(
            "DELETE FROM vault WHERE ledger = ? AND n = ? AND field = ?",
            ((self._number, n, field) for n, field in places),
        )
        # Within the transaction, so that a crash before the scrubbing does not forget it.
        self._sql.executemany(
            "INSERT OR IGNORE INTO chores VALUES (?)",
            ((f"scrub {self._number} {n} {field}",) for n, field in places),
        )


class SQLiteStore(Backend):
    """Ledgers in one SQLite file, shared by threads and processes.

    Args:
        url: ``sqlite:///file.db``, or a path; created where there is none.

    Raises:
        StoreError: the file cannot be opened, or is not a database of this format.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._database = Database.parse(url)
        self._connections: weakref.WeakSet[_Connection] = weakref.WeakSet()
        self._closed = False
        self.start_process()
        _STORES.add(self)
        self._prepare()

    # -- reading

    def ledgers(self) -> list[str]:
        with self._reading() as connection:
            rows = connection.sql.execute("SELECT alias FROM ledgers ORDER BY alias")
            return [alias for (alias,) in rows]

    def tip(self, ledger: str) -> Tip:
        with self._reading() as connection:
            return connection.need(ledger)[1]

    def snapshot(self, ledger: str) -> Snapshot:
        number, tip, tail = self._tail(ledger)
        pages = _Pages(self._database, number, 0, tip.size // PAGE_EVENTS)
        return Snapshot(tip, pages, tuple(tail))

    def pages(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterable[bytes]:
        with self._reading() as connection:
            number, tip = connection.need(ledger)
        full = tip.size // PAGE_EVENTS
        last = full if stop is None else min(stop, full)
        return _Pages(self._database, number, min(start, last), last)

    def tail(self, ledger: str) -> tuple[Tip, list[bytes]]:
        _, tip, tail = self._tail(ledger)
        return tip, tail

    def _tail(self, ledger: str) -> tuple[int, Tip, list[bytes]]:
        with self._operating():
            connection = self._connection()
            with connection.transaction("DEFERRED"):  # one moment for both
                number, tip = connection.need(ledger)
                return number, tip, connection.tail(number)

    def lookup(self, ledger: str, names: Collection[str]) -> dict[str, int]:
        with self._reading() as connection:
            return connection.lookup(connection.need(ledger)[0], names)

    def names(self, ledger: str) -> Iterator[tuple[str, int]]:
        last = ""
        while rows := self._names_after(ledger, last):
            yield from rows
            last = rows[-1][0]

    def _names_after(self, ledger: str, last: str) -> list[tuple[str, int]]:
        with self._reading() as connection:
            number, _ = connection.need(ledger)
            return connection.sql.execute(
                "SELECT name, n FROM names WHERE ledger = ? AND name > ? ORDER BY name LIMIT ?",
                (number, last, _NAMES_AT_A_TIME),
            ).fetchall()

    def openings(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterator[Opening]:
        with self._reading() as connection:
            number, tip = connection.need(ledger)
            yield from connection.openings(number, start, tip.size if stop is None else stop)

    def changed(self, ledger: str, size: int, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        while self.tip(ledger).size <= size:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            time.sleep(min(left, 0.05))
        return True

    # -- writing

    def write(self, ledger: str, compose: Callable[[Transaction], Write]) -> Tip:
        with self._writing() as connection:
            transaction = _Transaction(connection, ledger)
            write = compose(transaction)
            transaction.carry_out(write)
        return write.tip

    def reserve(self, ledger: str, counter: str, count: int) -> int:
        with self._writing() as connection:
            number, tip = connection.need(ledger)
            last = tip.counters.get(counter, 0)
            _set_counters(connection, number, {**tip.counters, counter: last + count})
        return last + 1

    def release(self, ledger: str, counter: str, reserved: int, used: int) -> None:
        with self._writing() as connection:
            number, tip = connection.need(ledger)
            if tip.counters.get(counter) == reserved:
                _set_counters(connection, number, {**tip.counters, counter: used})

    def reindex(
        self, ledger: str, keys: Iterable[tuple[str, int]], counters: Mapping[str, int]
    ) -> None:
        with self._writing() as connection:
            number, _ = connection.need(ledger)
            connection.sql.execute("DELETE FROM names WHERE ledger = ?", (number,))
            connection.sql.executemany(
                "INSERT INTO names VALUES (?, ?, ?)", ((number, name, n) for name, n in keys)
            )
            _set_counters(connection, number, counters)

    # -- attachments

    def attach(self, ledger: str, digest: str, data: IO[bytes]) -> None:
        with self._writing() as connection:
            number, _ = connection.need(ledger)
            _attach(connection.sql, number, digest, data)

    def attachment(self, ledger: str, digest: str) -> Iterator[bytes]:
        with self._reading() as connection:
            number, _ = connection.need(ledger)
            rows = connection.sql.execute(
                "SELECT data FROM attachments WHERE ledger = ? AND digest = ? ORDER BY part",
                (number, digest),
            )
            found = False
            for (chunk,) in rows:
                found = True
                yield _blob(chunk, f"attachment {digest}", self._database.path)
        if not found:
            msg = f"ledger {ledger!r} keeps no attachment {digest}"
            raise NotFound(msg)

    def attachments(self, ledger: str) -> list[str]:
        with self._reading() as connection:
            number, _ = connection.need(ledger)
            rows = connection.sql.execute(
                "SELECT DISTINCT digest FROM attachments WHERE ledger = ? ORDER BY digest",
                (number,),
            )
            return [digest for (digest,) in rows]

    # -- forgetting

    def check(self) -> list[str]:
        with self._reading() as connection:
            rows = connection.sql.execute("PRAGMA quick_check(20)").fetchall()
        return [f"SQLite: {text}" for (text,) in rows if text != "ok"]

    def scrub(self, openings: Sequence[Opening]) -> bool:
        with self._operating(), self._patience(1):
            sql = self._connection().sql
            try:
                return clear_traces(sql, self._database.path, openings)
            except sqlite3.Error as error:
                # The values are deleted for good; only their traces have to wait.
                if getattr(error, "sqlite_errorcode", 0) & 0xFF in PASSING:
                    return False
                raise store_error(self._database.path, error) from error

    # -- connections

    def close(self) -> None:
        self._closed = True
        _STORES.discard(self)
        # Another thread's connection must not be closed under its hands.
        self._gate.close()
        try:
            self._close_connections()
        finally:
            self._gate.open()

    def _close_connections(self) -> None:
        for connection in list(self._connections):
            connection.sql.close()
        self._local = threading.local()

    def start_process(self) -> None:
        """Begin with no connection and nothing under way, as a new process does."""
        self._process = os.getpid()
        self._local = threading.local()
        self._lock = threading.RLock()
        self._gate = Gate()

    def before_fork(self) -> None:
        """Wait for what other threads are doing, and let go of every connection.

        SQLite's own record of the locks that a process holds is copied by a fork, and a
        connection that a child opened would believe in it and lock nothing.
        """
        self._gate.close()
        if not self._gate.is_inside():
            self._close_connections()

    def after_fork(self) -> None:
        """Go on, in the parent."""
        self._gate.open()

    def _connection(self) -> _Connection:
        if self._closed:
            msg = f"{self.url} is closed"
            raise StoreError(msg)
        connection: _Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = _Connection(self._database)
            self._connections.add(connection)
        return connection

    @contextlib.contextmanager
    def _operating(self) -> Generator[None]:
        with self._gate:
            yield

    @contextlib.contextmanager
    def _reading(self) -> Generator[_Connection]:
        with self._operating():
            connection = self._connection()
            with translated(self._database.path):
                yield connection

    @contextlib.contextmanager
    def _writing(self) -> Generator[_Connection]:
        with self._operating():
            connection = self._connection()
            with self._lock, connection.transaction("IMMEDIATE"):
                yield connection

    @contextlib.contextmanager
    def _patience(self, seconds: float) -> Generator[None]:
        """Wait for locks no longer than this."""
        sql = self._connection().sql
        sql.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")
        try:
            yield
        finally:
            sql.execute(f"PRAGMA busy_timeout = {int(self._database.timeout * 1000)}")

    def _prepare(self) -> None:
        with self._reading() as connection:
            application, version, tables = application_of(connection.sql)
            if (application, version, tables) == (0, 0, 0) and not self._database.read_only:
                self._create(connection)
            else:
                self._check_format(application, version)

    def _create(self, connection: _Connection) -> None:
        connection.sql.execute(f"PRAGMA page_size = {_PAGE_SIZE}")
        self._set_wal(connection.sql)
        with connection.transaction("IMMEDIATE"):
            # Another process may have been faster.
            if application_of(connection.sql)[2] == 0:
                for statement in _SCHEMA.split(";"):
                    connection.sql.execute(statement)

    def _set_wal(self, sql: sqlite3.Connection) -> None:
        """Switch the file to write-ahead logging; SQLite itself does not wait its turn for that."""
        deadline = time.monotonic() + self._database.timeout
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

    def _check_format(self, application: int, version: int) -> None:
        if application != APPLICATION_ID:
            msg = (
                f"{self._database.path} is a database, but not one of evledger's; name another file"
            )
            raise StoreError(msg)
        if version != SCHEMA_VERSION:
            msg = (
                f"{self._database.path} has format {version}, and this evledger reads format "
                f"{SCHEMA_VERSION}; upgrade evidence-ledger to the release that wrote it"
            )
            raise StoreError(msg)


_STORES: weakref.WeakSet[SQLiteStore] = weakref.WeakSet()
"""The stores that are open in this process, for when it forks."""


def _before_fork() -> None:
    _PAGES_GATE.close()
    for reader in list(_READERS):
        reader.close()
    for store in list(_STORES):
        store.before_fork()


def _after_fork() -> None:
    _PAGES_GATE.open()
    for store in list(_STORES):
        store.after_fork()


def _in_child() -> None:
    _PAGES_GATE.renew()
    for store in list(_STORES):
        store.start_process()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)


def _attach(sql: sqlite3.Connection, number: int, digest: str, data: IO[bytes]) -> None:
    there = sql.execute(
        "SELECT 1 FROM attachments WHERE ledger = ? AND digest = ?", (number, digest)
    )
    if there.fetchone() is None:
        chunks = itertools.chain([data.read(_CHUNK)], iter(lambda: data.read(_CHUNK), b""))
        sql.executemany(
            "INSERT INTO attachments VALUES (?, ?, ?, ?)",
            ((number, digest, part, chunk) for part, chunk in enumerate(chunks)),
        )


def _set_counters(connection: _Connection, number: int, counters: Mapping[str, int]) -> None:
    connection.sql.execute(
        "UPDATE ledgers SET counters = ? WHERE id = ?", (json.dumps(dict(counters)), number)
    )
