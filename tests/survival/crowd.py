"""A program that appends to one ledger from many processes, and says what was acknowledged.

``crowd.py METHOD DATABASE WORKERS EVENTS``, with ``spawn`` or ``fork`` as the method;
``crowd.py rush FOLDER WORKERS ROUNDS`` opens new databases, all workers at the same moment.
Every acknowledged record's line is printed; a worker that fails prints ``!`` and why.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from multiprocessing.synchronize import Barrier
from typing import Any

import evledger
from evledger import GapNoted

FORK = multiprocessing.get_context("fork")


def say(text: str) -> None:
    """Print one line whole, whoever else prints."""
    os.write(1, f"{text}\n".encode())


def work(database: str, worker: int, events: int) -> None:
    """Append single events, and batches with ids handed out, until there are enough."""
    try:
        with evledger.open(database) as store:
            ledger = store.ledger("semax")
            say(f"@{os.getpid()}")
            for number in range(0, events, 4):
                ledger.append(GapNoted(id=f"w{worker}n{number}", text="A gap."), by="test")
                say(f"gap:w{worker}n{number}")
                with ledger.batch(by="test") as batch:
                    source = batch.add_source(kind="web-page", title=f"Page {number}")
                    gaps = [batch.note_gap(f"By {worker}.") for _ in range(2)]
                say("\n".join([f"source:{source}", *(f"gap:{gap}" for gap in gaps)]))
                if number % 16 == 0:
                    assert ledger.view().head.size <= ledger.head().size  # told below
    except BaseException as error:  # noqa: BLE001  # whatever it is, it is told
        say(f"!{type(error).__name__}: {error}")


def rush(folder: str, barrier: Barrier, rounds: int) -> None:
    """Open one new database after the other, each at the same moment as all others."""
    for number in range(rounds):
        barrier.wait()
        try:
            with evledger.open(f"{folder}/{number}.db") as store:
                store.ledgers()
        except BaseException as error:  # noqa: BLE001  # whatever it is, it is told
            say(f"!{type(error).__name__}: {error}")


def main(method: str, database: str, workers: int, events: int) -> None:
    """Start the workers, and wait for them."""
    context = multiprocessing.get_context("spawn") if method == "spawn" else FORK
    barrier = FORK.Barrier(workers)
    tasks: list[tuple[Any, ...]] = [(work, database, n, events) for n in range(workers)]
    if method == "rush":
        tasks = [(rush, database, barrier, events)] * workers
    crowd = [context.Process(target=task, args=given) for task, *given in tasks]
    for process in crowd:
        process.start()
    for process in crowd:
        process.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
