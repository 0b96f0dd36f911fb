"""The peers, each set up the way its own documentation has it.

`eventsourcing`: an aggregate, its events in SQLite.
Hash chains event by event: what a ledger would be without pages.
`b3sum`: the fastest reader of the same bytes.
"""

from __future__ import annotations

import shutil
import subprocess
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.persistence import EventStore
from eventsourcing.sqlite import SQLiteAggregateRecorder, SQLiteDatastore
from ledgers import archive_lines, bare_database
from workload import data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path
    from uuid import UUID

__all__ = ["HashedRows", "Sourcing", "b3sum", "versions"]


_B3SUM = shutil.which("b3sum") or "b3sum"


def versions() -> dict[str, str]:
    """Return the peers' versions."""
    line = subprocess.run([_B3SUM, "--version"], capture_output=True, text=True, check=True)  # noqa: S603  # a peer
    return {"eventsourcing": version("eventsourcing"), "b3sum": line.stdout.split()[-1]}


# -- eventsourcing -----------------------------------------------------------------------


class Evidence(Aggregate):
    """A subject's sources and claims as an aggregate."""

    @event("Opened")
    def __init__(self) -> None:
        self.sources: dict[str, dict[str, Any]] = {}
        self.claims: dict[str, dict[str, Any]] = {}

    @event("SourceAdded")
    def add_source(  # the event's name says it
        self, id: str, kind: str, title: str, published: str, locators: list[str]
    ) -> None:
        self.sources[id] = {
            "kind": kind,
            "title": title,
            "published": published,
            "locators": locators,
        }

    @event("ClaimTagged")
    def tag_claim(self, id: str, source: str, text: str, tier: str, stance: str) -> None:
        self.claims[id] = {"source": source, "text": text, "tier": tier, "stance": stance}

    def record(self, facts: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Trigger the events of the workload; they are not saved yet."""
        for kind, values in facts:
            if kind == "source":
                fields: dict[str, Any] = {**values, "locators": list(values["locators"])}
                self.add_source(**fields)
            else:
                self.tag_claim(**values)


class Sourcing:
    """An `eventsourcing` application over an SQLite file, with its defaults.

    Attributes:
        application: as its users have it; it numbers events for others to follow.
        bulk: its plainest recorder, which inserts a batch with one statement.
        plain: an aggregate that is saved through that.
        whole: an aggregate that is saved through the application.
    """

    def __init__(self, path: Path) -> None:
        env = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        self.application: Application[UUID] = Application(env=env)
        recorder = SQLiteAggregateRecorder(SQLiteDatastore(str(path)), "plain_events")
        recorder.create_table()
        self._recorder = recorder
        self.bulk = EventStore(self.application.mapper, recorder)
        self.plain, self.whole = Evidence(), Evidence()

    def put(self) -> None:
        """Save pending events through the plainest recorder."""
        self.bulk.put(self.plain.collect_events())

    def save(self) -> None:
        """Save pending events as an application does."""
        self.application.save(self.whole)

    def fill(self, events: int) -> UUID:
        """Save an aggregate of this many events."""
        evidence = Evidence()
        for start in range(0, events, 10_000):
            evidence.record(data(start, min(start + 10_000, events)))
            self.application.save(evidence)
        return evidence.id

    def read(self, id: UUID) -> int:
        """Read an aggregate's events back, and count them."""
        return sum(1 for _ in self.application.events.get(id))

    def replay(self, id: UUID) -> Evidence:
        """Rebuild an aggregate from its events."""
        found: Evidence = self.application.repository.get(id)
        return found

    def payload(self) -> float:
        """Return the mean bytes of an event's state."""
        with self._recorder.datastore.transaction(commit=False) as cursor:
            cursor.execute("SELECT avg(length(state)) FROM stored_events")
            return float(cursor.fetchone()[0])

    def close(self) -> None:
        """Let go of the database."""
        self.application.close()
        self._recorder.datastore.close()


# -- a hash chain, event by event --------------------------------------------------------


class HashedRows:
    """The lines of an archive as rows, each with the hash of the one before and itself.

    Args:
        path: the database.
        hash: gives a digest.
    """

    def __init__(self, path: Path, hash: Callable[[bytes], bytes], archive: Path) -> None:  # noqa: A002
        self._hash = hash
        schema = "CREATE TABLE events (n INTEGER PRIMARY KEY, line BLOB, hash BLOB)"
        self._sql = bare_database(path, schema)
        self._sql.execute("BEGIN")
        self._sql.executemany("INSERT INTO events VALUES (?, ?, ?)", self._rows(archive))
        self._sql.execute("COMMIT")

    def _rows(self, archive: Path) -> Iterator[tuple[int, bytes, bytes]]:
        digest = b""
        for n, line in enumerate(archive_lines(archive)):
            digest = self._hash(digest + line)
            yield n, line, digest

    def verify(self) -> None:
        """Recompute every hash.

        Raises:
            ValueError: a row does not hash to what it says.
        """
        hash_, before = self._hash, b""
        for line, stored in self._sql.execute("SELECT line, hash FROM events ORDER BY n"):
            before = hash_(before + line)
            if before != stored:
                raise ValueError(line)

    def close(self) -> None:
        """Let go of the database."""
        self._sql.close()


# -- b3sum -------------------------------------------------------------------------------


def b3sum(*groups: Sequence[Path]) -> None:
    """Hash groups of files, each with the standard tool on one thread, all groups at once.

    What is timed goes from starting the programs to their ends.
    """
    running = [
        subprocess.Popen([_B3SUM, "--num-threads", "1", *files], stdout=subprocess.DEVNULL)  # noqa: S603  # a peer
        for files in groups
    ]
    codes = [program.wait() for program in running]
    if any(codes):
        raise OSError(_B3SUM)
