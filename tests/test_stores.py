"""Every store that comes with the library keeps what `stores/base.py` promises."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import evledger
from evledger import GapNoted, Plugins
from evledger.exceptions import Broken, NotFound, StoreError
from evledger.stores import Backend
from evledger.stores.memory import MemoryStore
from evledger.stores.sqlite import SQLiteStore
from evledger.testing import StoreTests


class TestMemoryStore(StoreTests):
    """The store in memory keeps the promises."""

    is_lasting = is_shared = False

    def url(self, folder: Path) -> str:
        """Return the only URL that there is."""
        del folder
        return "memory:"

    def opener(self) -> Callable[[str], Backend]:
        """Return the class."""
        return MemoryStore

    def test_missing_ledger_is_named(self, backend: Backend) -> None:
        """The message for a ledger that is not there says which there are."""
        with pytest.raises(NotFound, match=r"no ledger 'x' in .*; there are: none yet"):
            backend.tip("x")


class TestSQLiteStore(StoreTests):
    """The store in a SQLite file keeps the promises."""

    def url(self, folder: Path) -> str:
        """Return a file in the folder."""
        return f"sqlite:///{folder / 'a.db'}"

    def opener(self) -> Callable[[str], Backend]:
        """Return the class."""
        return SQLiteStore

    def test_missing_ledger_is_named(self, backend: Backend) -> None:
        """The message for a ledger that is not there says which there are."""
        with pytest.raises(NotFound, match=r"no ledger 'x' in .*; there are: none yet"):
            backend.tip("x")


# -- files of format 1 ---------------------------------------------------------------------

FORMAT_1 = """
PRAGMA application_id = 1165380711;
PRAGMA user_version = 1;
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


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file of format 1, with a ledger of 301 events."""
    path = tmp_path_factory.mktemp("format-1") / "old.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA page_size = 8192")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(FORMAT_1)
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        tea = store.create("tea", title="Tea", by="me")
        tea.append(*(GapNoted(id=f"g{n}", text="?") for n in range(300)), by="me")
    assert format_of(path) == 1
    return path


@pytest.fixture
def old(template: Path, tmp_path: Path) -> Path:
    """Return a copy of it."""
    return Path(shutil.copy(template, tmp_path / "old.db"))


def format_of(path: Path) -> int:
    """Read the format that a file says it has."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def test_an_older_format_is_used_as_it_is(old: Path) -> None:
    """Reading and appending leave a file of format 1 what it is, for the release that made it."""
    with evledger.open(old, plugins=Plugins.builtin()) as store:
        tea = store.ledger("tea")
        tea.append(GapNoted(id="later", text="?"), by="me")
        assert tea.verify("full").faults == ()
        assert store.backend.kept("tea", ["tree"]) == {}
        assert store.backend.kept_names("tea") == []
    assert format_of(old) == 1


def test_an_older_format_is_upgraded_where_it_lies(old: Path) -> None:
    """The first thing that is kept upgrades the file, for every store that has it open."""
    url = f"sqlite:///{old}"
    with SQLiteStore(url) as one, SQLiteStore(url) as other:
        before = list(one.pages("tea")), one.tail("tea"), list(one.names("tea"))
        assert not one.keep("tea", {"a": b"1"}, {"a": b"0"})
        assert (other.kept("tea", ["a"]), format_of(old)) == ({}, 1)
        assert one.keep("tea", {"a": b"1"}, {"a": None})
        assert (other.kept("tea", ["a"]), format_of(old)) == ({"a": b"1"}, 2)
        assert other.keep("tea", {"b": b"2"})
        assert before == (list(other.pages("tea")), other.tail("tea"), list(other.names("tea")))
    with evledger.open(url, plugins=Plugins.builtin()) as store:
        assert store.backend.kept_names("tea") == ["a", "b"]
        assert store.ledger("tea").verify("full").faults == ()


def test_a_keeping_that_fails_upgrades_nothing(old: Path) -> None:
    """The upgrade is part of the step that it is for."""
    with SQLiteStore(f"sqlite:///{old}") as store:
        with pytest.raises(NotFound):
            store.keep("nosuch", {"a": b"1"})
        with pytest.raises(StoreError):
            store.keep("tea", {"a": "no bytes", "b": object()})  # type: ignore[dict-item]
        assert (store.kept("tea", ["a"]), format_of(old)) == ({}, 1)
        assert store.keep("tea", {"a": b"1"})


UPGRADE = """
import sys
from evledger.stores.sqlite import SQLiteStore
with SQLiteStore(sys.argv[1]) as store:
    assert store.keep("tea", {sys.argv[2]: b"1"})
"""


def test_processes_upgrade_at_once(old: Path) -> None:
    """Whoever is second finds the file upgraded, and goes on."""
    workers = [subprocess.Popen([sys.executable, "-c", UPGRADE, old, name]) for name in "abcd"]
    assert [worker.wait(60) for worker in workers] == [0] * 4
    with SQLiteStore(str(old)) as store:
        assert store.kept_names("tea") == ["a", "b", "c", "d"]


def test_many_threads_upgrade_at_once(old: Path) -> None:
    """So it is with threads, each of which has a connection of its own."""
    start = threading.Barrier(4)
    with SQLiteStore(str(old)) as store:

        def work(name: str) -> None:
            start.wait(30)
            store.keep("tea", {name: b"1"})

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.kept_names("tea") == ["a", "b", "c", "d"]


def test_an_older_format_for_reading_only(old: Path) -> None:
    """Opened for reading only it can be read, with nothing kept; keeping says why it cannot be."""
    before = old.read_bytes()
    with evledger.open(f"sqlite:///{old}?mode=ro", plugins=Plugins.builtin()) as store:
        assert store.ledger("tea").verify("full").faults == ()
        assert (store.backend.kept("tea", ["a"]), store.backend.kept_names("tea")) == ({}, [])
        with pytest.raises(StoreError, match="is read-only; nothing was written"):
            store.backend.keep("tea", {"a": b"1"})
    assert old.read_bytes() == before


def test_an_older_format_that_may_only_be_read(old: Path) -> None:
    """It is upgraded by another under the eyes of one who only reads."""
    with (
        SQLiteStore(f"sqlite:///{old}?mode=ro") as reader,
        SQLiteStore(str(old)) as writer,
    ):
        assert reader.kept("tea", ["a"]) == {}
        writer.keep("tea", {"a": b"1"})
        assert reader.kept("tea", ["a"]) == {"a": b"1"}


@pytest.mark.parametrize("data", ["'text'", "7", "1.5"])
def test_what_is_kept_is_bytes(tmp_path: Path, data: str) -> None:
    """A row that holds something else than bytes is damage, and is named."""
    path = tmp_path / "a.db"
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        store.create("tea", title="Tea", by="me")
        store.backend.keep("tea", {"tree": b"1"})
        with contextlib.closing(sqlite3.connect(path)) as connection:
            connection.execute(f"UPDATE kept SET data = {data}")  # noqa: S608  # the test's own
            connection.commit()
        with pytest.raises(Broken, match="what is kept as tree is not stored as bytes"):
            store.backend.kept("tea", ["tree"])
        assert store.backend.keep("tea", {"tree": None})


def test_no_table_of_what_is_kept(tmp_path: Path) -> None:
    """A file that lacks the table, though its format has it, is damaged."""
    path = tmp_path / "a.db"
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        store.create("tea", title="Tea", by="me")
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE kept")
    with SQLiteStore(str(path)) as backend, pytest.raises(Broken, match="is damaged"):
        backend.kept("tea", ["tree"])
