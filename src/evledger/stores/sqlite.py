"""The embedded default: one SQLite file, in WAL mode, durable at every commit.

Full pages are blobs; the lines of the open page are rows until it is full.
Each thread has a connection of its own, and so has each process after a fork.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
import weakref
from typing import IO, TYPE_CHECKING, Final

from evledger.chain import PAGE_EVENTS
from evledger.exceptions import NotFound, StoreError
from evledger.stores import pages, schema
from evledger.stores.base import Backend, Snapshot, Tip, Write
from evledger.stores.database import Database, store_error, translated
from evledger.stores.gate import Gate
from evledger.stores.pages import Pages, blob
from evledger.stores.rows import Connection, WriteTransaction, attach, set_counters
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

    from evledger.seals import Opening
    from evledger.stores.base import Transaction

__all__ = ["SQLiteStore"]

_NAMES_AT_A_TIME: Final = 10_000


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
        self._connections: weakref.WeakSet[Connection] = weakref.WeakSet()
        self._closed = False
        self.start_process()
        _STORES.add(self)
        with self._reading() as connection:
            schema.prepare(connection.sql, self._database)

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
        pages = Pages(self._database, number, 0, tip.size // PAGE_EVENTS)
        return Snapshot(tip, pages, tuple(tail))

    def pages(self, ledger: str, start: int = 0, stop: int | None = None) -> Iterable[bytes]:
        with self._reading() as connection:
            number, tip = connection.need(ledger)
        full = tip.size // PAGE_EVENTS
        last = full if stop is None else min(stop, full)
        return Pages(self._database, number, min(start, last), last)

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
            transaction = WriteTransaction(connection, ledger)
            write = compose(transaction)
            transaction.carry_out(write)
        return write.tip

    def reserve(self, ledger: str, counter: str, count: int) -> int:
        with self._writing() as connection:
            number, tip = connection.need(ledger)
            last = tip.counters.get(counter, 0)
            set_counters(connection, number, {**tip.counters, counter: last + count})
        return last + 1

    def release(self, ledger: str, counter: str, reserved: int, used: int) -> None:
        with self._writing() as connection:
            number, tip = connection.need(ledger)
            if tip.counters.get(counter) == reserved:
                set_counters(connection, number, {**tip.counters, counter: used})

    def reindex(
        self, ledger: str, keys: Iterable[tuple[str, int]], counters: Mapping[str, int], size: int
    ) -> bool:
        with self._writing() as connection:
            number, tip = connection.need(ledger)
            if tip.size != size:
                return False
            connection.sql.execute("DELETE FROM names WHERE ledger = ?", (number,))
            connection.sql.executemany(
                "INSERT INTO names VALUES (?, ?, ?)", ((number, name, n) for name, n in keys)
            )
            set_counters(connection, number, counters)
        return True

    # -- beside the chain

    def kept(self, ledger: str, names: Collection[str]) -> dict[str, bytes]:
        with self._reading() as connection:
            return connection.kept(connection.need(ledger)[0], names)

    def kept_names(self, ledger: str, prefix: str = "") -> list[str]:
        with self._reading() as connection:
            return connection.kept_names(connection.need(ledger)[0], prefix)

    def keep(
        self,
        ledger: str,
        items: Mapping[str, bytes | None],
        expect: Mapping[str, bytes | None] | None = None,
    ) -> bool:
        wanted = expect or {}
        with self._writing() as connection:
            number, _ = connection.need(ledger)
            kept = connection.kept(number, wanted)
            if any(kept.get(name) != data for name, data in wanted.items()):
                return False
            connection.keep(number, items)
        return True

    # -- attachments

    def attach(self, ledger: str, digest: str, data: IO[bytes]) -> None:
        with self._writing() as connection:
            number, _ = connection.need(ledger)
            attach(connection.sql, number, digest, data)

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
                yield blob(chunk, f"attachment {digest}", self._database.path)
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

    def _connection(self) -> Connection:
        if self._closed:
            msg = f"{self.url} is closed"
            raise StoreError(msg)
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = Connection(self._database)
            self._connections.add(connection)
        return connection

    @contextlib.contextmanager
    def _operating(self) -> Generator[None]:
        with self._gate:
            yield

    @contextlib.contextmanager
    def _reading(self) -> Generator[Connection]:
        with self._operating():
            connection = self._connection()
            with translated(self._database.path):
                yield connection

    @contextlib.contextmanager
    def _writing(self) -> Generator[Connection]:
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


_STORES: weakref.WeakSet[SQLiteStore] = weakref.WeakSet()
"""The stores that are open in this process, for when it forks."""


def _before_fork() -> None:
    pages.before_fork()
    for store in list(_STORES):
        store.before_fork()


def _after_fork() -> None:
    pages.in_parent()
    for store in list(_STORES):
        store.after_fork()


def _in_child() -> None:
    pages.in_child()
    for store in list(_STORES):
        store.start_process()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)
