"""A ledger's rows in a SQLite file: every statement that reads or writes them."""

from __future__ import annotations

import contextlib
import io
import itertools
import json
import sqlite3
from typing import IO, TYPE_CHECKING, Any, Final

import attrs

from evledger.chain import PAGE_EVENTS, page_lines
from evledger.codec import is_object, is_slug
from evledger.exceptions import Broken, NotFound
from evledger.record import parse_time
from evledger.seals import Opening
from evledger.stores.base import Tip
from evledger.stores.database import application_of, transaction
from evledger.stores.pages import Pages, blob, place_of
from evledger.stores.schema import upgrade

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from evledger.stores.base import Write
    from evledger.stores.database import Database

__all__ = ["Connection", "WriteTransaction", "attach", "set_counters"]

_CHUNK: Final = 1 << 18


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


class Connection:
    """One thread's connection, and every statement that reads or writes a ledger through it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.sql = database.connect()
        self._is_present = False  # once it is of the present format, it stays so

    def __del__(self) -> None:
        # The thread that it was opened for has ended.
        with contextlib.suppress(AttributeError, sqlite3.Error):
            self.sql.close()

    def row(self, ledger: str) -> tuple[int, Tip] | None:
        """Return a ledger's number and tip, where there is one."""
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
        """Return a ledger's number and tip; raise ``NotFound`` where there is none."""
        found = self.row(ledger)
        if found is None:
            rows = self.sql.execute("SELECT alias FROM ledgers ORDER BY alias")
            known = ", ".join(alias for (alias,) in rows) or "none yet"
            msg = f"no ledger {ledger!r} in {self.database.path}; there are: {known}"
            raise NotFound(msg)
        return found

    def tail(self, number: int) -> list[bytes]:
        """Return the lines of the open page."""
        rows = self.sql.execute(
            "SELECT id, text FROM lines WHERE id >= ? AND id < ? ORDER BY id",
            (place_of(number, 0), place_of(number + 1, 0)),
        ).fetchall()
        places = [place - place_of(number, 0) for place, _ in rows]
        if places and places != list(range(places[0], places[0] + len(places))):
            msg = f"{self.database.path}: a line of the open page is missing or misplaced"
            raise Broken(msg)
        return [blob(text, "a line of the open page", self.database.path) for _, text in rows]

    def lookup(self, number: int, names: Collection[str]) -> dict[str, int]:
        """Return which of these names are held, and by which record."""
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
        """Yield what the vault keeps of these records."""
        rows = self.sql.execute(
            "SELECT n, field, salt, value FROM vault"
            " WHERE ledger = ? AND n >= ? AND n < ? ORDER BY n, field",
            (number, start, stop),
        )
        for n, field, salt, value in rows:
            what = f"the vault's row for record {n}"
            path = self.database.path
            yield Opening(n, field, blob(salt, what, path), blob(value, what, path))

    def kept(self, number: int, names: Collection[str]) -> dict[str, bytes]:
        """Return what is kept beside the chain under these names."""
        if not self._keeps():
            return {}
        rows = self.sql.execute(
            "SELECT kept.name, kept.data FROM json_each(?) AS wanted CROSS JOIN kept"
            " ON kept.ledger = ? AND kept.name = wanted.value",
            (json.dumps(list(names)), number),
        )
        path = self.database.path
        return {name: blob(data, f"what is kept as {name}", path) for name, data in rows}

    def kept_names(self, number: int, prefix: str) -> list[str]:
        """Return the names of what is kept that begin so."""
        if not self._keeps():
            return []
        rows = self.sql.execute(
            # No UTF-8 has the byte FF, so nothing that begins so comes after it.
            "SELECT name FROM kept WHERE ledger = ?"
            " AND name >= ? AND name < ? || CAST(x'FF' AS TEXT) ORDER BY name",
            (number, prefix, prefix),
        )
        return [name for (name,) in rows]

    def keep(self, number: int, items: Mapping[str, bytes | None]) -> None:
        """Keep things beside the chain, and drop those that are ``None``."""
        upgrade(self.sql)
        self.sql.executemany(
            "DELETE FROM kept WHERE ledger = ? AND name = ?",
            ((number, name) for name, data in items.items() if data is None),
        )
        self.sql.executemany(
            "INSERT OR REPLACE INTO kept VALUES (?, ?, ?)",
            ((number, name, data) for name, data in items.items() if data is not None),
        )

    def _keeps(self) -> bool:
        """Return whether the file has the table of what is kept, which format 1 has not."""
        self._is_present = self._is_present or application_of(self.sql)[1] > 1
        return self._is_present

    def transaction(self, mode: str) -> AbstractContextManager[None]:
        """Do something wholly or not at all."""
        return transaction(self.sql, self.database.path, mode)


class WriteTransaction:
    """What a ledger sees, and does, within one write."""

    def __init__(self, connection: Connection, ledger: str) -> None:
        self._connection = connection
        self._sql = connection.sql
        self._alias = ledger
        found = connection.row(ledger)
        self._number = found[0] if found else 0
        self.tip = found[1] if found else None

    def tail(self) -> list[bytes]:
        """Return the lines of the open page."""
        return self._connection.tail(self._number)

    def lookup(self, names: Collection[str]) -> dict[str, int]:
        """Return which of these names are held, and by which record."""
        return self._connection.lookup(self._number, names) if self._number and names else {}

    def page(self, number: int) -> bytes:
        """Return the text of a full page."""
        pages = Pages(self._connection.database, self._number, number, number + 1)
        for text in pages.read(self._sql):
            return text
        msg = f"{self._connection.database.path}: page {number} is missing; run 'evledger verify'"
        raise Broken(msg)

    def lines(self, start: int, stop: int) -> list[bytes]:
        """Return the lines of these records."""
        first = start // PAGE_EVENTS
        pages = Pages(self._connection.database, self._number, first, (stop - 1) // PAGE_EVENTS + 1)
        texts = list(pages.read(self._sql))
        lines = [line for text in texts for line in page_lines(text)] + self.tail()
        size = self.tip.size if self.tip else 0
        skipped = start - min(first, size // PAGE_EVENTS) * PAGE_EVENTS
        return lines[skipped : skipped + stop - start]

    def openings(self, start: int, stop: int) -> list[Opening]:
        """Return what the vault keeps of these records."""
        return list(self._connection.openings(self._number, start, stop))

    def carry_out(self, write: Write) -> None:
        """Make the changes that the ledger composed."""
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
            attach(self._sql, self._number, digest, io.BytesIO(data))
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
            ((place_of(self._number, page), text) for page, text in pages),
        )
        if added.rowcount > 0:
            self._sql.execute(
                "DELETE FROM lines WHERE id >= ? AND id < ?",
                (place_of(self._number, 0), place_of(self._number + 1, 0)),
            )

    def _add_lines(self, first: int, lines: Sequence[bytes]) -> None:
        start = place_of(self._number, first)
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


def attach(sql: sqlite3.Connection, number: int, digest: str, data: IO[bytes]) -> None:
    """Keep an attachment in chunks, where it is not there."""
    there = sql.execute(
        "SELECT 1 FROM attachments WHERE ledger = ? AND digest = ?", (number, digest)
    )
    if there.fetchone() is None:
        chunks = itertools.chain([data.read(_CHUNK)], iter(lambda: data.read(_CHUNK), b""))
        sql.executemany(
            "INSERT INTO attachments VALUES (?, ?, ?, ?)",
            ((number, digest, part, chunk) for part, chunk in enumerate(chunks)),
        )


def set_counters(connection: Connection, number: int, counters: Mapping[str, int]) -> None:
    """Replace a ledger's counters."""
    connection.sql.execute(
        "UPDATE ledgers SET counters = ? WHERE id = ?", (json.dumps(dict(counters)), number)
    )
