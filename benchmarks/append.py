"""Appending: in batches, one by one, and as the ledger grows."""

from __future__ import annotations

import contextlib
import itertools
import statistics
from functools import partial
from random import Random
from typing import TYPE_CHECKING

from ledgers import NAME, Bench, bare_database
from measure import Row, at_least, at_most, rates, stopwatch, turns
from peers import Sourcing
from workload import as_event, data, events

import evledger
from evledger import GapNoted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from evledger import Ledger

__all__ = ["run"]

_BATCH = 1_000
_GROUP = 4
"""Batches to a figure: SQLite moves its log into the file at every second one or so."""
_SINGLE = 50
_FLAT = 1.5
"""What is logarithmic costs log(1,000,000) / log(10,000) = 1.5 times as much."""
_COUNT = itertools.count()


def run(bench: Bench) -> list[Row]:
    """Measure appending."""
    return [*_batches(bench), *_one_by_one(bench), *_growth(bench)]


def _empty(path: Path) -> evledger.Store:
    store = evledger.open(path)
    store.create(NAME, title="Semax and BDNF", by="curator")
    return store


def _append_batch(ledger: Ledger, start: int) -> float:
    batch = list(events(start, start + _BATCH))
    return stopwatch(lambda: ledger.append(*batch, by="curator"))


def _append_plain(ledger: Ledger, start: int) -> float:
    plain = list(data(start, start + _BATCH))
    return stopwatch(lambda: ledger.append(*map(as_event, plain), by="curator"))


def _mean(timed: Callable[[int], float], start: int) -> float:
    """Return the mean seconds of a group of batches from ``start`` on."""
    return statistics.fmean(timed(start + k * _BATCH) for k in range(_GROUP))


def _put_batch(sourcing: Sourcing, start: int) -> float:
    sourcing.plain.record(data(start, start + _BATCH))
    return stopwatch(sourcing.put)


def _save_batch(sourcing: Sourcing, start: int) -> float:
    sourcing.whole.record(data(start, start + _BATCH))
    return stopwatch(sourcing.save)


def _record_and_save(sourcing: Sourcing, start: int) -> float:
    plain = list(data(start, start + _BATCH))

    def action() -> None:
        sourcing.whole.record(plain)
        sourcing.save()

    return stopwatch(action)


def _batches(bench: Bench) -> list[Row]:
    """Batches of 1,000 into an empty ledger and into larger ones, beside the peer's."""
    sourcing = Sourcing(bench.folder / "append.db")
    found: list[Row] = []
    for size in (0, bench.most, bench.events):
        path = bench.copy(size) if size else bench.folder / "empty.db"
        with evledger.open(path) if size else _empty(path) as store:
            found += _batches_at(store.ledger(NAME), size, sourcing, bench.repeats)
    sourcing.close()
    return found


def _batches_at(ledger: Ledger, size: int, sourcing: Sourcing, repeats: int) -> list[Row]:
    span = _GROUP * _BATCH
    seconds = [
        (
            _mean(partial(_append_batch, ledger), size + start),
            _mean(partial(_put_batch, sourcing), start),
            _mean(partial(_save_batch, sourcing), start),
            _mean(partial(_append_plain, ledger), size + start + span),
            _mean(partial(_record_and_save, sourcing), start),
        )
        for start in range(0, 2 * span * (repeats + 1), 2 * span)
    ]
    ours, bulk, saved, whole, recorded = (
        rates(_BATCH, column, 1e3) for column in zip(*seconds[1:], strict=True)
    )
    work, unit = f"batches of {_BATCH:,} at {size:,} events", "k events/s"
    full = f"the same, from plain data, at {size:,} events"
    return [
        Row(work, unit, ours, "eventsourcing, bulk recorder", bulk, at_least(2.5)),
        Row(work, unit, ours, "eventsourcing, application", saved),
        Row(full, unit, whole, "eventsourcing, application", recorded, at_least(2.5)),
    ]


def _one_by_one(bench: Bench) -> list[Row]:
    """One event, durable, beside a bare commit of a line of the same length."""
    with _empty(bench.folder / "single.db") as store:
        ledger = store.ledger(NAME)
        rest = events(0, 1_000_000)
        ledger.append(*itertools.islice(rest, 1_000), by="curator")
        line = ledger.record(500).line
        sql = bare_database(bench.folder / "bare.db", "CREATE TABLE lines (line BLOB)")

        def ours() -> None:
            for event in itertools.islice(rest, _SINGLE):
                ledger.append(event, by="curator")

        def bare() -> None:
            for _ in range(_SINGLE):
                sql.execute("INSERT INTO lines VALUES (?)", (line,))

        seconds = turns(2 * bench.repeats, ours, bare)
        sql.close()
    one, commit = ([1e6 * second / _SINGLE for second in column] for column in seconds)
    peer = f"a bare commit of {len(line)} bytes"
    return [Row("append one", "µs", one, peer, commit, at_most(1.5))]


def _growth(bench: Bench) -> list[Row]:
    """What must not depend on the ledger's size: opening, appending, looking a name up."""
    large, small = bench.copy(bench.events), bench.copy(bench.small)
    sizes = (large, bench.events), (small, bench.small)
    opened = turns(2 * bench.repeats, *(partial(_open_and_append, path) for path, _ in sizes))
    found = turns(2 * bench.repeats, *(partial(_look_up, path, size) for path, size in sizes))
    batched = _batches_in_turn(bench, sizes)
    return [
        _flat(bench, "open and append one", opened),
        _flat(bench, f"append a batch of {_BATCH:,}", batched),
        _flat(bench, f"open and look {_BATCH:,} names up", found),
    ]


def _flat(bench: Bench, work: str, seconds: Sequence[Sequence[float]]) -> Row:
    ours, theirs = ([1e3 * second for second in column] for column in seconds)
    large, small = f"{work} at {bench.events:,} events", f"at {bench.small:,} events"
    return Row(large, "ms", ours, small, theirs, at_most(_FLAT))


def _open_and_append(path: Path) -> None:
    with evledger.open(path) as store:
        ledger = store.ledger(NAME)
        ledger.append(GapNoted(id=f"g{next(_COUNT)}", text="No trial in women."), by="curator")


def _look_up(path: Path, size: int) -> None:
    """Look up the DOIs and ids of pairs from all over the ledger, one by one."""
    chosen = Random(size)  # noqa: S311  # places to look at are no secret
    with evledger.open(path) as store:
        for _ in range(_BATCH):
            name = f"claim:c{chosen.randrange(size // 2)}"
            if not store.backend.lookup(NAME, [name]):
                raise LookupError(name)


def _batches_in_turn(bench: Bench, sizes: Sequence[tuple[Path, int]]) -> list[list[float]]:
    with contextlib.ExitStack() as stack:
        stores = [stack.enter_context(evledger.open(path)) for path, _ in sizes]
        ledgers = [(store.ledger(NAME), sizes[k][1]) for k, store in enumerate(stores)]
        span = _GROUP * _BATCH
        seconds = [
            [_mean(partial(_append_batch, ledger), size + start) for ledger, size in ledgers]
            for start in range(0, span * (bench.repeats + 1), span)
        ]
    return [list(column) for column in zip(*seconds[1:], strict=True)]
