"""The tree over a ledger's lines, grown while its pages go by."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from evledger.chain import PAGE_EVENTS, page_lines
from evledger.tree import Growth, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["GrowingTree"]


class GrowingTree:
    """Grows the Merkle tree over a ledger's lines, and notes its root at the sizes asked for.

    Nothing is kept of it but its right edge, and so memory stays flat.

    Args:
        growth: the tree to go on from; an empty one by default.
        limit: how many lines are of interest; hashing those beyond would be for nothing.

    Attributes:
        growth: the tree so far.
        roots: the roots, of the sizes asked for, that were reached so far.
    """

    def __init__(self, growth: Growth | None = None, *, limit: int = sys.maxsize) -> None:
        self.growth = growth or Growth()
        self.roots: dict[int, bytes] = {}
        self._limit = limit
        self._wanted: set[int] = set()

    def want(self, size: int) -> None:
        """Ask for the root at a size, before the tree grows beyond it."""
        if size == self.growth.size:
            self.roots[size] = self.growth.root()
        self._wanted.add(size)

    def watch(self, pages: Iterable[bytes], first: int) -> Iterator[bytes]:
        """Yield the same pages, and grow by each before it is hashed."""
        for page, text in enumerate(pages, first):
            self.add(page, text)
            yield text

    def add(self, page: int, text: bytes) -> None:
        """Grow by the lines of a page that are not in the tree yet."""
        start, first = self.growth.size, page * PAGE_EVENTS
        if not start - PAGE_EVENTS < first < self._limit:
            return  # all of it is in the tree, or none of it is of interest
        if text.count(b"\n") > PAGE_EVENTS + 1:
            return  # far too many lines, as the page's own check says
        leaves = [leaf_hash(line.removesuffix(b"\n")) for line in page_lines(text)[start - first :]]
        end = start + len(leaves)
        for stop in range(start + 1, end + 1):
            if stop == end or stop in self._wanted:
                self.grown(self.growth.extend(leaves[self.growth.size - start : stop - start]))
            if stop in self._wanted:
                self.reached(stop, self.growth.root(), text)

    def grown(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """See the tiles that have changed; see :class:`evledger.tree.Growth`."""

    def reached(self, size: int, root: bytes, text: bytes) -> None:
        """See the root at a size that was asked for, and the page that holds its last line."""
        del text
        self.roots[size] = root
