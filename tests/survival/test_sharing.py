"""A store shared by threads and by forked processes, closed, and locked by others."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sqlite3
import sys
import threading
import warnings
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

import evledger
from evledger import GapNoted, Ledger, Store, StoreError
from evledger.stores.base import Backend


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a database with one ledger of some events."""
    path = tmp_path / "ledger.db"
    with evledger.open(path) as store:
        ledger = store.create("semax", title="Semax", by="test")
        with ledger.batch(by="test") as batch:
            source = batch.add_source(kind="web-page", title="A page")
            for number in range(300):
                batch.tag_claim(
                    source=source,
                    tier="human",
                    stance="neutral",
                    text="A claim.",
                    quote=f"Quote {number}.",
                )
    return path


def in_child(work: Callable[[], object]) -> int:
    """Run something in a forked process, which ends as a program does; give its exit status."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside threads
        child = os.fork()
    if not child:
        status = 1
        try:
            work()
            gc.collect()
            status = 0
        except BaseException as error:  # noqa: BLE001  # a child must never return to pytest
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def use(ledger: Ledger, name: str) -> None:
    """Append, batch, read and verify."""
    ledger.append(GapNoted(id=name, text="A gap."), by="test")
    with ledger.batch(by="test") as batch:
        batch.note_gap("Another.")
    assert ledger.view().gaps[name].text == "A gap."
    assert ledger.verify("full").faults == ()


# -- forks and threads -------------------------------------------------------------------


def test_a_store_is_used_on_both_sides_of_a_fork(database: Path) -> None:
    """A store opened before a fork serves parent and child; neither disturbs the other."""
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        use(ledger, "before")
        assert in_child(lambda: use(ledger, "child")) == 0
        use(ledger, "after")
        assert in_child(lambda: in_child(lambda: use(ledger, "grandchild"))) == 0
        use(ledger, "last")
        assert {"before", "child", "after", "grandchild", "last"} <= set(ledger.view().gaps)


def test_a_child_that_closes_the_store(database: Path) -> None:
    """A child that closes the store, used or not, takes nothing from its parent."""
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        use(ledger, "before")
        assert in_child(store.close) == 0
        assert in_child(lambda: _use_and_close(ledger)) == 0
        use(ledger, "after")


def _use_and_close(ledger: Ledger) -> None:
    use(ledger, "child")
    ledger.store.close()


def test_a_child_while_the_parent_iterates(database: Path) -> None:
    """An iteration begun before the fork goes on in the parent, whatever the child does."""
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        records = ledger.records()
        seen = [next(records).n for _ in range(10)]
        assert in_child(lambda: use(ledger, "child")) == 0
        seen += [record.n for record in records]
        assert seen == list(range(302))
        use(ledger, "after")


def test_what_a_child_was_told_is_there_after_its_parent_closed(database: Path) -> None:
    """A child goes on writing when its parent has closed the store; nothing acknowledged is lost.

    A connection inherited through a fork stands in the child's SQLite for locks
    that the child does not hold: then the parent, as the last to close, deletes the log in use.
    """
    closed, said = os.pipe(), os.pipe()

    def work() -> None:
        use(ledger, "one")
        os.write(said[1], b"!")
        os.read(closed[0], 1)
        use(ledger, "two")

    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        use(ledger, "before")
        status = _in_child_meanwhile(work, said[0], store.close, closed[1])
    assert status == 0
    for end in (*closed, *said):
        os.close(end)
    with evledger.open(database) as store:
        assert {"before", "one", "two"} <= set(store.ledger("semax").view().gaps)
        use(store.ledger("semax"), "after")


def test_a_child_writes_while_its_parent_ends_an_iteration(database: Path) -> None:
    """An iteration that the parent is in the midst of holds nothing that a child inherits."""
    closed, said = os.pipe(), os.pipe()

    def work() -> None:
        use(ledger, "one")
        os.write(said[1], b"!")
        os.read(closed[0], 1)
        use(ledger, "two")

    def end() -> None:
        assert len(list(records)) > 0
        store.close()

    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        ledger.append(*(GapNoted(id=f"more{n}", text="x") for n in range(2_000)), by="me")
        records = ledger.records()
        next(records)
        status = _in_child_meanwhile(work, said[0], end, closed[1])
    assert status == 0
    for pipe in (*closed, *said):
        os.close(pipe)
    with evledger.open(database) as store:
        assert {"one", "two"} <= set(store.ledger("semax").view().gaps)


def _in_child_meanwhile(
    work: Callable[[], object], said: int, between: Callable[[], object], word: int
) -> int:
    """Run something in a child; do something else once the child says so, and tell it."""
    child = os.fork()
    if not child:
        status = 1
        try:
            work()
            status = 0
        except BaseException as error:  # noqa: BLE001  # a child must never return to pytest
            os.write(2, f"{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(status)
    os.read(said, 1)
    between()
    os.write(word, b"!")
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(sys.version_info >= (3, 15), reason="a fork beside threads may be refused")
def test_a_fork_while_threads_write(database: Path) -> None:
    """A fork in the midst of other threads' work leaves the child a store that works."""
    stop = threading.Event()

    def work(worker: int) -> None:
        number = 0
        while not stop.is_set():
            ledger.append(GapNoted(id=f"w{worker}n{number}", text="A gap."), by="test")
            ledger.view()
            number += 1

    with evledger.open(f"sqlite:///{database}?timeout=5") as store:
        ledger = store.ledger("semax")
        threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
        for thread in threads:
            thread.start()
        try:
            statuses = [_in_child_that_may_hang(partial(use, ledger, f"c{n}")) for n in range(4)]
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert statuses == [0] * 4
        assert ledger.verify("full").faults == ()


def _in_child_that_may_hang(work: Callable[[], object]) -> int:
    def with_an_end() -> None:
        signal.alarm(8)  # a deadlock ends by a signal
        work()

    return in_child(with_an_end)


def test_threads_that_end_leave_no_connection_open(database: Path) -> None:
    """A store used by ever new threads does not keep ever more files open."""
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        ledger.head()
        before = len(list(Path("/proc/self/fd").iterdir()))
        for _ in range(20):
            thread = threading.Thread(target=ledger.head)
            thread.start()
            thread.join()
        gc.collect()
        assert len(list(Path("/proc/self/fd").iterdir())) <= before + 6


def test_erasing_while_iterating(database: Path) -> None:
    """Erasing from within an iteration over the records works, pending at the worst."""
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        for record in ledger.records(2, 6):
            ledger.erase(record.n, "quote", reason="asked", by="test")
        for n in range(2, 6):
            assert not ledger.erase(n, "quote", reason="asked", by="test").pending
        assert ledger.verify("full").faults == ()


def test_an_attachment_without_a_byte(database: Path) -> None:
    """An empty attachment is kept as any other."""
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        assert ledger.attachment(ledger.attach(b"", "text/plain")) == b""


# -- closing -----------------------------------------------------------------------------

USES: dict[str, Callable[[Store, Ledger], object]] = {
    "ledgers": lambda store, _: store.ledgers(),
    "ledger": lambda store, _: store.ledger("semax"),
    "create": lambda store, _: store.create("other", title="Other", by="test"),
    "head": lambda _, ledger: ledger.head(),
    "append": lambda _, ledger: ledger.append(GapNoted(id="g", text="A gap."), by="test"),
    "records": lambda _, ledger: list(ledger.records()),
    "view": lambda _, ledger: ledger.view(),
    "history": lambda _, ledger: ledger.history("s1"),
    "follow": lambda _, ledger: next(ledger.follow()),
    "verify": lambda _, ledger: ledger.verify("full"),
    "erase": lambda _, ledger: ledger.erase(2, "quote", reason="asked", by="test"),
    "attach": lambda _, ledger: ledger.attach(b"text", "text/plain"),
    "reindex": lambda _, ledger: ledger.reindex(),
    "render": lambda _, ledger: ledger.render(),
    "names": lambda store, _: list(store.backend.names("semax")),
    "scrub": lambda store, _: store.backend.scrub([]),
}


@pytest.mark.parametrize("name", USES)
def test_use_after_close(name: str, database: Path) -> None:
    """Whatever is done with a closed store is refused, and the message says that it is closed."""
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        ledger.view()
    store.close()
    with pytest.raises(StoreError, match="is closed"):
        USES[name](store, ledger)


def test_closing_while_threads_work(database: Path) -> None:
    """Closing under other threads' hands ends their work with a clear error, or after it."""
    raised: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for number in range(10_000):
                ledger.append(GapNoted(id=f"w{worker}n{number}", text="A gap."), by="test")
                ledger.view()
        except BaseException as error:  # noqa: BLE001  # judged below
            raised.append(error)

    store = evledger.open(database)
    ledger = store.ledger("semax")
    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    while ledger.head().size < 330:
        pass
    store.close()
    for thread in threads:
        thread.join()
    assert [error for error in raised if not isinstance(error, StoreError)] == []
    assert len(raised) == 4
    with evledger.open(database) as store:
        use(store.ledger("semax"), "afterwards")


# -- locks -------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["create", "append", "erase", "attach", "reindex"])
def test_a_writer_that_holds_the_lock_too_long(name: str, database: Path) -> None:
    """Who waits longer than the timeout is told that it is locked; nothing is lost."""
    other = sqlite3.connect(database, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with evledger.open(f"sqlite:///{database}?timeout=0.2") as store:
        ledger = store.ledger("semax")
        head = ledger.head()
        with pytest.raises(StoreError, match="is locked by another process; try again"):
            USES[name](store, ledger)
        assert ledger.head() == head
        assert ledger.verify("full", trust=head).faults == ()  # readers do not wait
        other.execute("ROLLBACK")
        USES[name](store, ledger)
        use(ledger, "afterwards")
    other.close()


def test_a_batch_that_found_the_ledger_locked(database: Path) -> None:
    """A batch refused for a lock can be repeated, and no id is lost or given twice."""
    other = sqlite3.connect(database, isolation_level=None)
    with evledger.open(f"sqlite:///{database}?timeout=0.1") as store:
        ledger = store.ledger("semax")
        with pytest.raises(StoreError, match="is locked"), ledger.batch(by="test") as batch:  # noqa: PT012  # the end of the block raises
            assert batch.note_gap("A gap.") == "g1"
            other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")
        with ledger.batch(by="test") as batch:
            batch.note_gap("A gap.")
        assert len(ledger.view().gaps) == 1
        assert ledger.verify("full").faults == ()
    other.close()


class Unsteady:
    """A backend that fails once, when the given method is called for the given time."""

    def __init__(self, backend: Backend, name: str, time: int) -> None:
        self._backend, self._name, self._left = backend, name, time

    def __getattr__(self, name: str) -> object:
        if name == self._name:
            self._left -= 1
            if self._left == 0:
                msg = "failed once"
                raise StoreError(msg)
        return getattr(self._backend, name)


@pytest.mark.parametrize("name", ["tip", "tail", "pages", "openings"])
@pytest.mark.parametrize("time", [1, 2])
def test_a_view_after_one_that_failed(database: Path, name: str, time: int) -> None:
    """A read that fails in the midst of a view leaves nothing half taken in."""
    with evledger.open(database) as store:
        expected = [claim.quote for claim in store.ledger("semax").view().claims.values()]
        steady, store.backend = store.backend, Unsteady(store.backend, name, time)  # type: ignore[assignment]
        ledger = Ledger(store, "semax")
        for _ in range(time):
            with contextlib.suppress(StoreError):
                ledger.view()
        found = [claim.quote for claim in ledger.view().claims.values()]
        store.backend = steady
        assert found == expected
