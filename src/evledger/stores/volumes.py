"""A stored ledger's text, as whoever verifies or hashes it reads it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from evledger.chain import PAGE_EVENTS
from evledger.verification import Volume

if TYPE_CHECKING:
    from evledger.stores.base import Backend, Snapshot

__all__ = ["stored_volume"]


def stored_volume(backend: Backend, ledger: str, snapshot: Snapshot | None = None) -> Volume:
    """Return a ledger's text at one moment, without reading its pages yet.

    Args:
        backend: the store.
        ledger: the ledger's name there.
        snapshot: the moment; now by default.

    Raises:
        NotFound: there is no such ledger.
    """
    tip, tail = backend.tail(ledger) if snapshot is None else (snapshot.tip, snapshot.tail)
    return Volume(
        ledger=tip.name,
        pages=partial(backend.pages, ledger),
        count=tip.size // PAGE_EVENTS,
        tail=tuple(tail),
        head=tip.head,
    )
