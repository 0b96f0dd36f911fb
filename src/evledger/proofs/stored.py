"""A stored ledger's tree: derived from its lines when first needed, kept, and extended.

What is kept under ``tile/LEVEL/INDEX`` are the hashes of a tile, and under ``tree`` the size
up to which they reach; both change in one step, so that whoever dies in between leaves
something from which another goes on.
Nothing here is trusted: whoever signs recomputes, and every proof is verified before it leaves.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, TypeVar

from evledger.chain import PAGE_EVENTS, page_lines
from evledger.exceptions import Broken, Invalid, NotFound, StoreError
from evledger.stores.kept import TILE, TREE, parse_size, tile_name
from evledger.tree import (
    TILE_HEIGHT,
    TILE_WIDTH,
    Growth,
    Subtrees,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
    tile_subtrees,
    tiles_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from evledger.stores.base import Backend

__all__ = ["StoredTree", "regrow", "tile_name"]

T = TypeVar("T")

_HASH: Final = 32
_PAGES_AT_A_TIME: Final = 128  # 1 MB of leaves: one durable step


class StoredTree:
    """The Merkle tree over a stored ledger's lines; threads may share it, and processes the store.

    Where the store cannot be written, because it is read-only, full, or locked for longer than
    its timeout, the tree is computed all the same, and held in memory for as long as this
    object is: 33 bytes an event.

    Args:
        backend: the store.
        ledger: the ledger's name there.

    Attributes:
        size: how many leaves the kept hashes reach to.

    Raises:
        NotFound: there is no such ledger.
        Broken: what is kept of the tree cannot be; ``evledger reindex`` computes it anew.
            So it is in every method.
    """

    def __init__(self, backend: Backend, ledger: str) -> None:
        self.size = 0
        self._backend = backend
        self._ledger = ledger
        self._lock = threading.RLock()
        self._stamp: bytes | None = None  # the size, as it is kept
        self._unkept: dict[str, bytes] = {}
        self._subtrees: Subtrees = tile_subtrees(self._tile)
        backend.tip(ledger)
        self._reread()

    def grow(self, size: int) -> None:
        """Extend the tree to so many leaves, where it does not reach so far.

        Raises:
            NotFound: the ledger has fewer events.
        """
        self._in(size, lambda: None)

    def root(self, size: int) -> bytes:
        """Give the root over the first ``size`` leaves; the tree grows where it must."""
        return self._in(size, lambda: root_of(self._subtrees, 0, size))

    def inclusion(self, n: int, size: int) -> list[bytes]:
        """Give the path from leaf ``n`` to the root over the first ``size`` leaves."""
        return self._in(size, lambda: inclusion_proof(self._subtrees, n, size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Give what shows that the tree of ``new`` leaves extends that of ``old``."""
        return self._in(new, lambda: consistency_proof(self._subtrees, old, new))

    def tiles(self, size: int) -> Iterator[tuple[int, int, int]]:
        """Give level, index and width of every tile of the tree over ``size`` leaves."""
        for level, (full, beyond) in enumerate(tiles_of(size)):
            yield from ((level, index, TILE_WIDTH) for index in range(full))
            if beyond:
                yield level, full, beyond

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Give the first ``width`` hashes of a tile."""
        size = (index * TILE_WIDTH + width) << level * TILE_HEIGHT
        return self._in(size, lambda: self._tile(level, index)[: width * _HASH])

    def _in(self, size: int, find: Callable[[], T]) -> T:
        """Find something in the tree of a size; once more where another has just changed it."""
        with self._lock:
            while True:
                try:
                    self._reread()
                    self._reach(size)
                    return find()
                except Broken:
                    if not self._reread():
                        raise

    # -- what is kept

    def _reread(self) -> bool:
        """See how far the kept hashes reach, and tell whether another has changed that."""
        stamp = self._backend.kept(self._ledger, [TREE]).get(TREE)
        if stamp == self._stamp:
            return False
        try:
            size = parse_size(stamp)
        except Invalid as error:
            raise self._broken(str(error)) from error
        events = self._backend.tip(self._ledger).size
        if size > events:
            raise self._broken(f"it is said to have {size} leaves, of {events} events")
        self._stamp = stamp
        self._unkept.clear()
        self._set_size(size)
        return True

    def _set_size(self, size: int) -> None:
        self.size = size
        self._subtrees = tile_subtrees(self._tile)  # what it remembers of the edge is outdated

    def _tile(self, level: int, index: int) -> bytes:
        name = tile_name(level, index)
        kept = self._unkept.get(name) or self._backend.kept(self._ledger, [name]).get(name, b"")
        # Where it has more hashes than it must, it was extended by another meanwhile.
        if not self._least(level, index) <= len(kept) <= TILE_WIDTH * _HASH or len(kept) % _HASH:
            raise self._broken(f"{name} has {len(kept)} bytes")
        return kept

    def _least(self, level: int, index: int) -> int:
        """Give how many bytes a tile has at least, in a tree of this size."""
        hashes = (self.size >> level * TILE_HEIGHT) - index * TILE_WIDTH
        return min(max(hashes, 0), TILE_WIDTH) * _HASH

    def _broken(self, what: str) -> Broken:
        return Broken(f"ledger {self._ledger!r}, its tree: {what}; run 'evledger reindex'")

    # -- growing

    def _reach(self, size: int) -> None:
        if size <= self.size:
            return
        events = self._backend.tip(self._ledger).size
        if size > events:
            msg = f"ledger {self._ledger!r} has {events} events; there is no tree over {size}"
            raise NotFound(msg)
        while self.size < size:
            step = (self.size // PAGE_EVENTS + _PAGES_AT_A_TIME) * PAGE_EVENTS
            self._extend(min(size, step))

    def _extend(self, stop: int) -> None:
        edge = [
            self._tile(level, full)[: beyond * _HASH] if beyond else b""
            for level, (full, beyond) in enumerate(tiles_of(self.size))
        ]
        growth = Growth(self.size, edge)
        tiles = growth.extend(self._leaves(self.size, stop))
        self._keep({tile_name(*place): tile for place, tile in tiles.items()}, growth.size)

    def _keep(self, tiles: Mapping[str, bytes], size: int) -> None:
        stamp = b"%d" % size
        if not self._unkept:
            try:
                done = self._backend.keep(self._ledger, {**tiles, TREE: stamp}, {TREE: self._stamp})
            except StoreError:
                pass  # what can be derived again can do without
            else:
                if not done:  # another has been faster
                    self._reread()
                    return
                self._stamp = stamp
                self._set_size(size)
                return
        self._unkept.update(tiles)
        self._set_size(size)

    def _leaves(self, start: int, stop: int) -> list[bytes]:
        """Give the hashes of the lines from ``start`` up to ``stop``."""
        tip, tail = self._backend.tail(self._ledger)
        first, full = start // PAGE_EVENTS, (tip.size - len(tail)) // PAGE_EVENTS
        leaves: list[bytes] = []
        last = min(full, (stop + PAGE_EVENTS - 1) // PAGE_EVENTS)
        for page, text in enumerate(self._backend.pages(self._ledger, first, last), first):
            lines = page_lines(text)
            if len(lines) != PAGE_EVENTS:
                raise self._unsound(f"page {page} has {len(lines)} lines")
            leaves += _hashed(lines)
        leaves += _hashed(tail) if stop > full * PAGE_EVENTS else ()
        found = leaves[start % PAGE_EVENTS : stop - first * PAGE_EVENTS]
        if len(found) != stop - start:
            raise self._unsound(f"it has fewer lines than its {tip.size} events")
        return found

    def _unsound(self, what: str) -> Broken:
        return Broken(f"ledger {self._ledger!r} is not sound: {what}; run 'evledger verify'")


def _hashed(lines: Iterable[bytes]) -> Iterator[bytes]:
    return (leaf_hash(line.removesuffix(b"\n")) for line in lines)


def regrow(backend: Backend, ledger: str) -> None:
    """Drop all that is kept of a ledger's tree, and compute it anew from the lines.

    Where nothing is kept, nothing is computed: it has not been needed yet.
    Signed notes stay.

    Args:
        backend: the store.
        ledger: the ledger's name there.

    Raises:
        Broken: the lines are not a sound ledger's.
    """
    names = [*backend.kept_names(ledger, TILE), *backend.kept_names(ledger, TREE)]
    if names:
        backend.keep(ledger, dict.fromkeys(names))
        StoredTree(backend, ledger).grow(backend.tip(ledger).size)
