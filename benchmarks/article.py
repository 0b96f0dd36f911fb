"""Scoring, ranking, checking and rendering: what a reader waits for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ledgers import NAME, Bench
from measure import Row, at_most, turns
from workload import batches

import evledger
from evledger import Plugins

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evledger import Ledger

__all__ = ["run"]

_FEW, _MANY = 10_000, 100_000  # claims, each of a source of its own

_WORK: dict[str, Callable[[Ledger], object]] = {
    "fold alone": lambda ledger: ledger.view(),
    "fold and score": lambda ledger: ledger.score(),
    "fold and rank": lambda ledger: ledger.rank(),
    "fold and check, every rule": lambda ledger: ledger.check(),
    "fold and render as Markdown": lambda ledger: ledger.render("markdown"),
    "fold and render as text": lambda ledger: ledger.render("text"),
    "fold and render as JSON": lambda ledger: ledger.render("json"),
}


def run(bench: Bench) -> list[Row]:
    """Measure each on two ledgers, one ten times as large: the ratio says whether it is linear."""
    few, many = (_build(bench.folder / f"claims-{size}.db", size) for size in (_FEW, _MANY))
    rows: list[Row] = []
    for name, work in _WORK.items():
        seconds = turns(min(bench.repeats, 3), partial(_do, many, work), partial(_do, few, work))
        large, small = ([second * 1e3 for second in column] for column in seconds)
        peer = f"the same at {_FEW:,} claims"
        rows.append(Row(f"{name}, {_MANY:,} claims", "ms", large, peer, small, at_most(15)))
    return rows


def _build(path: Path, claims: int) -> Path:
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        ledger = store.create(NAME, title="Semax and BDNF", by="curator")
        for batch in batches(0, claims * 2, 10_000):
            ledger.append(*batch, by="curator")
    return path


def _do(path: Path, work: Callable[[Ledger], object]) -> None:
    with evledger.open(path, plugins=Plugins.builtin()) as store:
        work(store.ledger(NAME))
