"""Which SQLite file, how it is opened, and what its errors mean."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, unquote

import attrs

from evledger.exceptions import Broken, Invalid, StoreError

if TYPE_CHECKING:
    from collections.abc import Generator

__all__ = [
    "WRITE_CACHE",
    "Database",
    "application_of",
    "store_error",
    "transaction",
    "translated",
]

WRITE_CACHE: Final = -16_000  # KiB: the leaves of the index of names


@attrs.frozen
class Database:
    """Which file, and how it is opened; enough to open it again in another process."""

    path: str
    read_only: bool = False
    timeout: float = 30.0

    @classmethod
    def parse(cls, url: str) -> Database:
        """Read ``sqlite:///file.db``, ``sqlite:////absolute/file.db`` or a bare path.

        ``?mode=ro`` opens it for reading only; ``?timeout=5`` waits that many seconds for a lock.
        """
        if not url.startswith("sqlite:"):
            return cls(url)
        rest, _, query = url.removeprefix("sqlite:").partition("?")
        path = unquote(rest.removeprefix("///") if rest.startswith("///") else rest)
        options = dict(parse_qsl(query))
        try:
            timeout = float(options.pop("timeout", "30"))
        except ValueError:
            timeout = -1.0
        mode = options.pop("mode", "rw")
        if not path or options or mode not in ("ro", "rw") or not 0 <= timeout < 1e6:
            msg = f"{url!r}: expected sqlite:///FILE, with ?mode=ro and ?timeout=SECONDS at most"
            raise Invalid(msg)
        return cls(path, mode == "ro", timeout)

    def connect(self, cache: int = WRITE_CACHE) -> sqlite3.Connection:
        """Open a connection; the file is created where it does not exist."""
        mode = "ro" if self.read_only else "rwc"
        uri = f"file:{quote(str(Path(self.path).absolute()))}?mode={mode}"
        with translated(self.path):
            connection = sqlite3.connect(
                uri, uri=True, timeout=self.timeout, isolation_level=None, check_same_thread=False
            )
            try:
                connection.execute("PRAGMA secure_delete=ON")
                connection.execute("PRAGMA synchronous=FULL")
                connection.execute(f"PRAGMA cache_size={cache}")
                application_of(connection)  # the first read of the file
            except sqlite3.OperationalError as error:
                connection.close()
                if error.sqlite_errorcode & 0xFF in _CANNOT_SHARE and self._is_at_rest():
                    return self._connect_immutable(uri)
                raise
            except BaseException:
                connection.close()
                raise
        return connection

    def _is_at_rest(self) -> bool:
        """Tell by its medium, or by the lack of a log, whether nobody can be writing to it."""
        file = Path(self.path)
        if not file.is_file():
            return False
        if os.statvfs(file).f_flag & os.ST_RDONLY:
            wal = Path(f"{self.path}-wal")
            return not wal.exists() or wal.stat().st_size == 0
        return not any(Path(f"{self.path}{suffix}").exists() for suffix in ("-wal", "-shm"))

    def _connect_immutable(self, uri: str) -> sqlite3.Connection:
        """Open a file on read-only media, where SQLite cannot make its shared memory."""
        uri = uri.partition("?")[0] + "?mode=ro&immutable=1"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self.timeout, isolation_level=None, check_same_thread=False
        )
        application_of(connection)
        return connection


_CANNOT_SHARE: Final = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_IOERR)


def application_of(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Return the file's application id and format, and how many tables it has."""
    # In one statement, because another process may be making the file's tables meanwhile.
    application, version, tables = connection.execute(
        "SELECT (SELECT application_id FROM pragma_application_id),"
        " (SELECT user_version FROM pragma_user_version),"
        " (SELECT count(*) FROM sqlite_master)"
    ).fetchone()
    return application, version, tables


@contextlib.contextmanager
def translated(path: str) -> Generator[None]:
    """Turn SQLite's errors into sentences."""
    try:
        yield
    except sqlite3.Error as error:
        raise store_error(path, error) from error
    except (UnicodeDecodeError, OverflowError) as error:
        msg = f"{path} is damaged: a row of it cannot be read ({error}); restore an archive"
        raise Broken(msg) from error


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, path: str, mode: str) -> Generator[None]:
    """Do something wholly or not at all, in a transaction that begins ``DEFERRED``, say."""
    with translated(path):
        connection.execute(f"BEGIN {mode}")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise


def store_error(path: str, error: sqlite3.Error) -> StoreError | Broken:
    """Say in a sentence what SQLite could not do to a file, and what helps."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_CORRUPT or "decode" in str(error) or "no such" in str(error):
        return Broken(f"{path} is damaged: SQLite cannot read it ({error}); restore an archive")
    advice = {
        sqlite3.SQLITE_BUSY: "is locked by another process; try again",
        sqlite3.SQLITE_LOCKED: "is locked by another thread; try again",
        sqlite3.SQLITE_READONLY: "is read-only; nothing was written",
        sqlite3.SQLITE_FULL: "has no room left on its disk; nothing was written",
        sqlite3.SQLITE_IOERR: "could not be read or written by the operating system",
        sqlite3.SQLITE_NOTADB: "is not an evledger database; name another file",
        sqlite3.SQLITE_CANTOPEN: "cannot be opened; does its folder exist, and may it be read?",
    }.get(code, "failed")
    return StoreError(f"{path} {advice} ({error})")
