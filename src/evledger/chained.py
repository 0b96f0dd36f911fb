"""The chain as renderers see it: records, earlier views, and what proves records to a stranger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs

from evledger.proofs.bundling import bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from evledger.notes import VerifierKey
    from evledger.proofs.stored import StoredTree
    from evledger.reading import Reader
    from evledger.record import Record
    from evledger.stores.base import Backend
    from evledger.view import View

__all__ = ["StoredChain"]

_DESCRIPTIONS: Final = ("ledger-opened", "ledger-described")
_NEEDLE: Final = b'"type":"ledger-'


@attrs.frozen(kw_only=True)
class StoredChain:
    """A stored ledger up to a head; see :class:`evledger.rendering.Chain`.

    Attributes:
        backend: the store.
        ledger: the ledger's name there.
        size: how many events it has at the head.
        reader: reads it.
        tree: its Merkle tree.
        keys: verifier keys that bundles give along.
    """

    backend: Backend
    ledger: str
    size: int
    reader: Reader
    tree: StoredTree
    keys: tuple[VerifierKey, ...] = ()

    @property
    def descriptions(self) -> tuple[int, ...]:
        """The records that describe the ledger: the first, and those that changed it since."""
        found = self.reader.records(0, self.size, [_NEEDLE], opened=False)
        return tuple(record.n for record in found if record.type in _DESCRIPTIONS)

    def records(self, start: int = 0, stop: int | None = None) -> Iterator[Record]:
        """Return the records from ``start`` up to ``stop``, and none behind the head."""
        last = self.size if stop is None else min(stop, self.size)
        return self.reader.records(max(start, 0), last)

    def view(self, n: int) -> View:
        """Return the view as it was when the ledger had this many events."""
        return self.reader.view(n)

    def bundle(self, places: Iterable[int], openings: Iterable[tuple[int, str]] = ()) -> bytes:
        """Return what proves some records to a stranger, as JSON."""
        made = bundle(
            self.backend,
            self.ledger,
            self.tree,
            places,
            size=self.size,
            openings=openings,
            keys=self.keys,
        )
        return bytes(made)
