"""A stored ledger's tree: derived from its lines when first needed, kept, and extended.

What is kept under ``tile/LEVEL/INDEX`` are the hashes of a tile, and under ``tree`` the size
up to which they reach; both change in one step, so that whoever dies in between leaves
something from which another goes on.
Nothing here is trusted: whoever signs recomputes, and every proof is verified before it leaves.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

from evledger.chain import PAGE_EVENTS
from evledger.exceptions import Broken, Invalid, NotFound, StoreError
from evledger.stores.kept import PAGES_AT_A_TIME, TILE, TREE, parse_size, tile_name
from evledger.stores.volumes import stored_volume
from evledger.tree import (
    HASH,
    TILE_HEIGHT,
    TILE_WIDTH,
    Growth,
    Subtrees,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    right_edge,
    root_of,
    tile_subtrees,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from evledger.stores.base import Backend

__all__ = ["StoredTree", "regrow"]

T = TypeVar("T")


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
        """Return the root over the first ``size`` leaves; the tree grows where it must."""
        return self._in(size, lambda: root_of(self._subtrees, 0, size))

    def inclusion(self, n: int, size: int) -> list[bytes]:
        """Return the path from leaf ``n`` to the root over the first ``size`` leaves."""
        return self._in(size, lambda: inclusion_proof(self._subtrees, n, size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return what shows that the tree of ``new`` leaves extends that of ``old``."""
        return self._in(new, lambda: consistency_proof(self._subtrees, old, new))

    def hashes(self, ranges: Iterable[tuple[int, int]], size: int) -> list[bytes]:
        """Return MTH(D[start:stop]) for ranges of leaves that are nodes of the tree of a size."""
        wanted = tuple(ranges)
        return self._in(size, lambda: [root_of(self._subtrees, *each) for each in wanted])

    def tile(self, level: int, index: int, width: int) -> bytes:
        """Return the first ``width`` hashes of a tile."""
        size = (index * TILE_WIDTH + width) << level * TILE_HEIGHT
        return self._in(size, lambda: self._cut(level, index, width))

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
        if not self._least(level, index) <= len(kept) <= TILE_WIDTH * HASH or len(kept) % HASH:
            raise self._broken(f"{name} has {len(kept)} bytes")
        return kept

    def _cut(self, level: int, index: int, width: int) -> bytes:
        return self._tile(level, index)[: width * HASH]

    def _least(self, level: int, index: int) -> int:
        """Return how many bytes a tile has at least, in a tree of this size."""
        hashes = (self.size >> level * TILE_HEIGHT) - index * TILE_WIDTH
        return min(max(hashes, 0), TILE_WIDTH) * HASH

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
            step = (self.size // PAGE_EVENTS + PAGES_AT_A_TIME) * PAGE_EVENTS
            self._extend(min(size, step))

    def _extend(self, stop: int) -> None:
        growth = Growth(self.size, right_edge(self.size, self._cut))
        lines = stored_volume(self._backend, self._ledger).lines(self.size, stop)
        tiles = growth.extend([leaf_hash(line) for line in lines])
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
    while names := [*backend.kept_names(ledger, TILE), *backend.kept_names(ledger, TREE)]:
        if _is_dropped(backend, ledger, names):
            StoredTree(backend, ledger).grow(backend.tip(ledger).size)
            return


def _is_dropped(backend: Backend, ledger: str, names: Collection[str]) -> bool:
    """Drop some tiles, unless another keeps more of them meanwhile, which changes the size too."""
    try:
        stamp = backend.kept(ledger, [TREE]).get(TREE)
        return backend.keep(ledger, dict.fromkeys(names), {TREE: stamp})
    except Broken:  # the size is kept as nothing that could be compared
        return backend.keep(ledger, dict.fromkeys(names))
