"""What is measured on: ledgers, archives and databases of rows, each built once a run."""

from __future__ import annotations

import shutil
import sqlite3
from concurrent.futures import Executor, Future
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import attrs
from workload import batches

import evledger
from evledger.archive import archive_volume

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["NAME", "Bench", "Inline", "archive_lines", "bare_database"]

NAME = "semax"

_BATCH = 10_000

P = ParamSpec("P")
T = TypeVar("T")


class Inline(Executor):
    """Runs everything at once, where it is called: verifying on one core."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run it and give a future that is done."""
        done: Future[T] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


@attrs.define
class Bench:
    """One run: how large, how often, and what has been built for it.

    Attributes:
        folder: where everything is built; the run deletes it.
        events: the size of the large ledger.
        repeats: how often everything is timed.
    """

    folder: Path
    events: int
    repeats: int
    _built: dict[int, Path] = attrs.field(factory=dict[int, Path])

    @property
    def small(self) -> int:
        """The size that the large ledger is compared with."""
        return min(10_000, self.events)

    @property
    def middle(self) -> int:
        """The size at which what is slow by itself, or at a peer's, is measured."""
        return min(100_000, self.events)

    @property
    def most(self) -> int:
        """Two fifths of the large size: 400,000 of a million."""
        return self.events * 2 // 5

    def ledger(self, events: int) -> Path:
        """Return the file of a ledger with this many events and its first one."""
        if not self._built:
            self._build()
        return self._built[events]

    def copy(self, events: int) -> Path:
        """Return a copy of that file, to append to."""
        path = self.folder / f"copy-{len(list(self.folder.iterdir()))}.db"
        shutil.copyfile(self.ledger(events), path)
        return path

    def archive(self) -> Path:
        """Return the large ledger as a folder of page files."""
        folder = self.folder / "archive"
        if not folder.exists():
            with evledger.open(self.ledger(self.events)) as store:
                store.ledger(NAME).export(folder)
        return folder

    def _build(self) -> None:
        """Grow one ledger, and keep a copy at each size."""
        growing, done = self.folder / "growing.db", 0
        for size in sorted({self.small, self.middle, self.most, self.events}):
            with evledger.open(growing) as store:
                ledger = (
                    store.ledger(NAME)
                    if done
                    else store.create(NAME, title="Semax and BDNF", by="curator")
                )
                for batch in batches(done, size, _BATCH):
                    ledger.append(*batch, by="curator")
            self._built[size] = self.folder / f"ledger-{size}.db"
            shutil.copyfile(growing, self._built[size])
            done = size
        growing.unlink()


def archive_lines(folder: Path) -> Iterator[bytes]:
    """Yield every event line of an archive, without its newline."""
    volume = archive_volume(folder)
    for text in volume.pages(0, volume.count):
        yield from text.splitlines()[1:]


def bare_database(path: Path, schema: str) -> sqlite3.Connection:
    """Open an SQLite file that is as durable as a ledger's: WAL, every commit synced."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(schema)
    return connection
