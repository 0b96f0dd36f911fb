"""Reading full pages of a SQLite file, in any thread or process, and across a fork."""

from __future__ import annotations

import itertools
import weakref
from typing import TYPE_CHECKING, Any, Final

import attrs

from evledger.chain import MAX_HEADER, MAX_PAGE
from evledger.exceptions import Broken
from evledger.stores.database import Database, translated
from evledger.stores.gate import Gate

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

__all__ = ["Pages", "before_fork", "blob", "in_child", "in_parent", "place_of"]

_LEDGER_BITS: Final = 40
_READ_CACHE: Final = -512  # pages are read once; filling a large cache costs more than reading
_PAGES_AT_A_TIME: Final = 8


def place_of(ledger: int, number: int) -> int:
    """Return a row's id: its ledger's number above, its own place below."""
    return (ledger << _LEDGER_BITS) | number


_PAGES_GATE = Gate()
"""For reading pages, which needs no store and may happen in any thread."""


class _PageReader:
    """Reads pages some at a time, over a connection that a fork may close in between."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._next = pages.start
        self._connection: sqlite3.Connection | None = None
        self._texts: Iterator[bytes] = iter(())
        _READERS.add(self)

    def next_some(self) -> list[bytes]:
        """Return the next pages; none at the end."""
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
class Pages:
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
                place_of(self.ledger, self.start),
                place_of(self.ledger, self.stop),
            ),
        )
        for place, text in rows:
            yield blob(text, f"page {place - place_of(self.ledger, 0)}", self.database.path)


def blob(value: Any, what: str, path: str) -> bytes:
    """Return what a row holds as bytes; raise ``Broken`` where it holds something else."""
    if type(value) is not bytes:
        msg = f"{path}: {what} is not stored as bytes, or is far too long"
        raise Broken(msg)
    return value


def before_fork() -> None:
    """Wait for what other threads read, and let go of every connection."""
    _PAGES_GATE.close()
    for reader in list(_READERS):
        reader.close()


def in_parent() -> None:
    """Go on, in the parent."""
    _PAGES_GATE.open()


def in_child() -> None:
    """Begin with nobody reading, in the child."""
    _PAGES_GATE.renew()
