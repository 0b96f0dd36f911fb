"""Leaving no trace: clearing a SQLite file of what was deleted from it."""

from __future__ import annotations

import pickle
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evledger.seals import Opening

__all__ = ["PASSING", "clear_traces"]


def clear_traces(sql: sqlite3.Connection, path: str, openings: Sequence[Opening]) -> bool:
    """Clear the file and its log of deleted openings.

    Args:
        sql: a connection to the file, outside any transaction.
        path: the file.
        openings: what was deleted last.

    Returns:
        Whether nothing is left; if not, a reader still needs the old pages.
    """
    (due,) = sql.execute("SELECT count(*) FROM chores").fetchone()
    if due == 0:
        return True
    done = _checkpoint(sql)
    # What earlier erasures left behind is not known any more, and so cannot be looked for.
    if done and (due != len(openings) or _is_in_file(path, openings)):
        done = _vacuum(sql) and _checkpoint(sql)
    if done:
        sql.execute("DELETE FROM chores")
    return done


def _checkpoint(sql: sqlite3.Connection) -> bool:
    """Move the write-ahead log into the file and cut it to nothing, unless a reader needs it."""
    busy, _, _ = sql.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return bool(busy == 0)


def _vacuum(sql: sqlite3.Connection) -> bool:
    sql.execute("VACUUM")
    return True


PASSING: Final = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
)
"""What keeps traces from being cleared for the time being."""


_SEARCH: Final = """
import mmap, pickle, sys
path, pieces = pickle.load(sys.stdin.buffer)
with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
    sys.exit(any(text.find(piece) >= 0 for piece in pieces))
"""


_SHORT: Final = 480  # bytes that SQLite keeps in one piece, within a leaf of a table


def _is_in_file(path: str, openings: Sequence[Opening]) -> bool:
    """Return whether a trace of a deleted opening may still be read from the file.

    Another process looks, because closing a file drops the locks
    that SQLite holds on it anywhere in this one.
    A long value is stored in pieces, and counts as found.
    """
    if any(len(opening.value) > _SHORT for opening in openings):
        return True
    pieces = [piece for opening in openings for piece in (opening.salt, opening.value)]
    script = [sys.executable, "-I", "-S", "-c", _SEARCH]
    try:
        found = subprocess.run(  # noqa: S603  # our own interpreter, our own text
            script, input=pickle.dumps((path, pieces)), capture_output=True, check=False
        )
    except OSError:  # no interpreter that could be started, as where Python is embedded
        return True
    return found.returncode != 0
