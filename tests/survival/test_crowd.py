"""Many processes and threads that write to one ledger, and read it meanwhile."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import evledger
from evledger import Conflict, GapNoted, Ledger

CROWD = Path(__file__).with_name("crowd.py")


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """Return a database with one ledger."""
    path = tmp_path / "ledger.db"
    with evledger.open(path) as store:
        store.create("semax", title="Semax", by="test")
    return path


def start(method: str, database: Path, workers: int, events: int) -> subprocess.Popen[str]:
    """Start a crowd."""
    command = [sys.executable, str(CROWD), method, str(database), str(workers), str(events)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def keys_of(ledger: Ledger) -> Counter[str]:
    """Count each key of each record after the first."""
    return Counter(key for record in ledger.records(1) for key in record.keys)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_ten_processes_append_to_one_ledger(method: str, database: Path) -> None:
    """Every acknowledged event is there once, ids are unique, and there is one sound chain."""
    with evledger.open(database) as store, start(method, database, 10, 28) as crowd:
        said, _ = crowd.communicate()
        ledger = store.ledger("semax")
        assert [line for line in said.splitlines() if line.startswith("!")] == []
        acknowledged = Counter(line for line in said.splitlines() if not line.startswith("@"))
        assert keys_of(ledger) == acknowledged
        assert (len(acknowledged), set(acknowledged.values())) == (280, {1})  # more than a page
        assert ledger.verify("full").faults == ()


def test_readers_meanwhile_see_sound_beginnings(database: Path) -> None:
    """Whoever follows, views and verifies while others write sees the chain in order, and sound."""
    with evledger.open(database) as store, start("fork", database, 4, 64) as crowd:
        ledger = store.ledger("semax")
        followed: list[int] = []
        for record in ledger.follow():
            followed.append(record.n)
            if record.n % 32 == 0:
                head = ledger.head()
                assert ledger.view().head.size >= head.size
                assert ledger.verify("full", trust=head).faults == ()
            if record.n == 256:
                break
        crowd.communicate()
        assert followed == list(range(257))
        assert ledger.view().head == ledger.head()
        assert len(ledger.view().sources) == 64


def test_killing_some_loses_nothing_acknowledged(database: Path) -> None:
    """A process killed in the midst takes nothing of the others, and of its own, with it."""
    rnd = random.Random(7)  # noqa: S311  # for chance, not for secrets
    with start("fork", database, 6, 1_000) as crowd:
        assert crowd.stdout is not None
        said: list[str] = []
        pids: list[int] = []
        for text in crowd.stdout:
            if text.startswith("@"):
                pids.append(int(text[1:]))
            else:
                said.append(text.rstrip("\n"))
            if pids and len(said) > 40 and rnd.random() < 0.05:
                os.kill(pids.pop(), signal.SIGKILL)
    assert [line for line in said if line.startswith("!")] == []
    with evledger.open(database) as store:
        ledger = store.ledger("semax")
        assert ledger.verify("full").faults == ()
        kept = keys_of(ledger)
        assert set(kept.values()) == {1}
        assert set(said) - set(kept) == set()
        ledger.append(GapNoted(id="afterwards", text="Life goes on."), by="test")


def test_threads_share_one_store(database: Path) -> None:
    """Threads that share a store append, batch and read as processes do."""

    def work(worker: int) -> list[str]:
        done: list[str] = []
        for number in range(10):
            ledger.append(GapNoted(id=f"w{worker}n{number}", text="A gap."), by="test")
            with ledger.batch(by="test") as batch:
                done.append("gap:" + batch.note_gap("Another."))
            done.append(f"gap:w{worker}n{number}")
            assert ledger.view().head.size > number
        return done

    with evledger.open(database) as store, ThreadPoolExecutor(8) as threads:
        ledger = store.ledger("semax")
        done = Counter(key for keys in threads.map(work, range(8)) for key in keys)
        assert keys_of(ledger) == done
        assert set(done.values()) == {1}
        assert ledger.verify("full").faults == ()


def test_of_many_that_expect_one_head_one_wins(database: Path) -> None:
    """Of threads that expect the same head, one appends and the others get a conflict."""

    def work(worker: int) -> bool:
        try:
            ledger.append(GapNoted(id=f"w{worker}", text="A gap."), by="test", expect=head)
        except Conflict:
            return False
        return True

    with evledger.open(database) as store, ThreadPoolExecutor(8) as threads:
        ledger = store.ledger("semax")
        head = ledger.head()
        assert sum(threads.map(work, range(16))) == 1
        assert ledger.head().size == head.size + 1


def test_many_open_a_new_file_at_once(tmp_path: Path) -> None:
    """Processes that open the same new file at once wait for each other."""
    with start("rush", tmp_path, 8, 30) as crowd:
        said, _ = crowd.communicate()
    assert said.splitlines() == []
