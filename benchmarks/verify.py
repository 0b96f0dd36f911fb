"""Verifying: the chain from SQLite and from an archive, and every record in full."""

from __future__ import annotations

import hashlib
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

from blake3 import blake3
from ledgers import NAME, Bench, Inline, archive_lines
from measure import Row, at_least, rates, stopwatch, turns
from peers import HashedRows, Sourcing, b3sum

import evledger
from evledger.tree import tree_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor
    from pathlib import Path

    from evledger import Verification
    from evledger.verification import Level

__all__ = ["run"]

_MILLION = 1e6


def run(bench: Bench) -> list[Row]:
    """Measure verification."""
    return [*_chain(bench), *_rows(bench), *_read_back(bench), *_full(bench)]


def _sound(report: Verification) -> None:
    if not report.ok:
        raise ValueError(str(report.fault))


def _stored(path: Path, level: Level = "chain", executor: Executor | None = None) -> None:
    with evledger.open(path) as store:
        _sound(store.ledger(NAME).verify(level, executor=executor))


def _archived(folder: Path, executor: Executor | None = None) -> None:
    _sound(evledger.verify_archive(folder, "chain", executor=executor))


def _chain(bench: Bench) -> list[Row]:
    """Compare with `b3sum` over the page files, and over all of them as one file."""
    path, folder = bench.ledger(bench.events), bench.archive()
    files = sorted(folder.glob("page-*"))
    whole = bench.folder / "whole.jsonl"
    whole.write_bytes(b"".join(file.read_bytes() for file in files))
    with ProcessPoolExecutor() as processes:
        seconds = turns(
            bench.repeats,
            partial(_stored, path, executor=Inline()),
            partial(b3sum, files),
            partial(_archived, folder, Inline()),
            partial(_stored, path),
            partial(_archived, folder),
            partial(_stored, path, executor=processes),
            partial(_archived, folder, processes),
            partial(b3sum, [whole]),
            partial(b3sum, files[::2], files[1::2]),
        )
    one, tool, archived, *cores, single, two_tools = (
        rates(bench.events, column, _MILLION) for column in seconds
    )
    threads, archived_threads, apart, archived_apart = cores
    unit = "M events/s"
    name = f"b3sum, {len(files):,} page files"
    return [
        Row("chain from SQLite, one core", unit, one, name, tool, at_least(0.5)),
        Row("the same, one file to b3sum", unit, one, "b3sum, one file", single),
        Row("chain of an archive, one core", unit, archived, name, tool, at_least(0.85)),
        Row("chain from SQLite, threads", unit, threads, "one core", one, at_least(1.6)),
        Row("chain from SQLite, processes", unit, apart, "one core", one, at_least(1.6)),
        Row("chain of an archive, threads", unit, archived_threads, "one core", archived),
        Row("chain of an archive, processes", unit, archived_apart, "one core", archived),
        Row("two b3sum, half each: what the machine gives", unit, two_tools, "one b3sum", tool),
    ]


def _sha256(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def _blake3(text: bytes) -> bytes:
    return blake3(text).digest()


def _rows(bench: Bench) -> list[Row]:
    """Compare with hash chains event by event over SQLite rows."""
    path, folder = bench.ledger(bench.events), bench.archive()
    hashes: dict[str, Callable[[bytes], bytes]] = {"sha256": _sha256, "blake3": _blake3}
    found: list[Row] = []
    for name, hash_ in hashes.items():
        rows = HashedRows(bench.folder / f"{name}.db", hash_, folder)
        ours, theirs = turns(
            min(bench.repeats, 3), partial(_stored, path, executor=Inline()), rows.verify
        )
        rows.close()
        found.append(
            Row(
                "chain from SQLite, one core",
                "M events/s",
                rates(bench.events, ours, _MILLION),
                f"a {name} chain, row by row",
                rates(bench.events, theirs, _MILLION),
                at_least(10),
            )
        )
    return found


def _read_back(bench: Bench) -> list[Row]:
    """Compare, event for event, with reading the events back with `eventsourcing`."""
    sourcing = Sourcing(bench.folder / "read.db")
    id_ = sourcing.fill(bench.middle)
    path = bench.ledger(bench.events)
    ours, theirs = turns(
        min(bench.repeats, 3),
        partial(_stored, path, executor=Inline()),
        partial(sourcing.read, id_),
    )
    size = sourcing.payload()
    sourcing.close()
    return [
        Row(
            "chain from SQLite, one core",
            "M events/s",
            rates(bench.events, ours, _MILLION),
            f"eventsourcing, reading {bench.middle:,} events of {size:.0f} bytes",
            rates(bench.middle, theirs, _MILLION),
            at_least(100),
        )
    ]


def _full(bench: Bench) -> list[Row]:
    """Every record, on one core; and of that the Merkle root alone."""
    middle = bench.ledger(bench.middle)
    (full,) = turns(min(bench.repeats, 3), partial(_stored, middle, "full"))
    lines = list(archive_lines(bench.archive()))
    root, leaves = turns(min(bench.repeats, 3), partial(tree_root, lines), partial(_leaves, lines))
    large = stopwatch(partial(_stored, bench.ledger(bench.events), "full"))
    thousand = 1e3
    unit = "k events/s"
    return [
        Row(
            f"full, {bench.middle:,} events, one core",
            unit,
            rates(bench.middle, full, thousand),
            target=at_least(200),
        ),
        Row(f"full, {bench.events:,} events", unit, rates(bench.events, [large], thousand)),
        Row(
            f"Merkle root of {bench.events:,} lines, leaf by leaf",
            unit,
            rates(bench.events, root, thousand),
            "sha256 of every line, no tree",
            rates(bench.events, leaves, thousand),
        ),
    ]


def _leaves(lines: list[bytes]) -> None:
    for line in lines:
        hashlib.sha256(line).digest()
