"""What a store keeps of a ledger's tree, held against the lines in the pass that reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from evledger.auditing.kept_notes import NoteAudit
from evledger.auditing.kept_tiles import TileAudit
from evledger.tree import EMPTY_ROOT, HASH, TILE_WIDTH
from evledger.verification import GrowingTree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evledger.stores.base import Backend
    from evledger.verification import Fault

__all__ = ["TreeAudit"]


class TreeAudit(GrowingTree):
    """Grows a ledger's tree while its pages go by, and compares what the store keeps of it.

    Made before the ledger's text is read.

    Args:
        backend: the store.
        ledger: the ledger's name there.
    """

    def __init__(self, backend: Backend, ledger: str) -> None:
        super().__init__()
        self._tiles = TileAudit(backend, ledger)
        self._notes = NoteAudit(backend, ledger)
        self._edge: dict[int, tuple[int, bytes]] = {}
        for size in self._notes.names:
            self.want(size)
        self._notes.compare(0, EMPTY_ROOT, b"")

    def grown(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """Compare the tiles that are full, and remember those that still grow."""
        full: dict[tuple[int, int], bytes] = {}
        for (level, index), tile in tiles.items():
            if len(tile) < TILE_WIDTH * HASH:
                self._edge[level] = index, tile
            else:
                full[level, index] = tile
                self._edge.pop(level, None)
        self._tiles.compare(full)

    def reached(self, size: int, root: bytes, text: bytes) -> None:
        """Compare the notes of this size."""
        super().reached(size, root, text)
        self._notes.compare(size, root, text)

    def finish(self, size: int) -> tuple[Fault, ...]:
        """Return every fault, once all pages of a sound ledger of this size went by."""
        self._tiles.compare({(level, at): tile for level, (at, tile) in self._edge.items()})
        return (*self._tiles.finish(), *self._notes.finish(size))

    def place(self, fault: Fault) -> Fault:
        """Return a page's fault with the first record whose line is not what the kept hash says.

        Where a page's header is not kept, as the open page's is not, what does not fit may be
        the page before it.
        """
        page = fault.page or 0
        for each in (page - 1, page):
            n = self._tiles.first_wrong.get(each)
            if n is not None and (fault.n is None or each < page):
                return attrs.evolve(fault, page=each, n=n)
        return fault
