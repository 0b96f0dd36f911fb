"""Folding a ledger into a view."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ledgers import NAME, Bench
from measure import Row, at_least, rates, turns
from peers import Sourcing

import evledger

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["run"]


def run(bench: Bench) -> list[Row]:
    """Measure folding, and folding and then looking at everything."""
    path = bench.ledger(bench.middle)
    sourcing = Sourcing(bench.folder / "fold.db")
    id_ = sourcing.fill(bench.middle)
    seconds = turns(
        min(bench.repeats, 5),
        partial(_fold, path),
        partial(_fold_and_touch, path),
        partial(sourcing.replay, id_),
    )
    sourcing.close()
    fold, touched, replay = (rates(bench.middle, column, 1e3) for column in seconds)
    peer = f"eventsourcing, replay of {bench.middle:,} events"
    unit = "k events/s"
    return [
        Row(f"fold {bench.middle:,} events", unit, fold, peer, replay, at_least(10)),
        Row("fold, and touch every source and claim", unit, touched, peer, replay),
    ]


def _fold(path: Path) -> None:
    with evledger.open(path) as store:
        store.ledger(NAME).view()


def _fold_and_touch(path: Path) -> int:
    with evledger.open(path) as store:
        view = store.ledger(NAME).view()
    titles = sum(len(str(source.title)) for source in view.sources.values())
    return titles + sum(len(str(claim.text)) for claim in view.claims.values())
