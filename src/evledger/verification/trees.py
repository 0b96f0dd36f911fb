"""The tree over a ledger's lines, grown while its pages go by."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from evledger.chain import PAGE_EVENTS, page_lines
from evledger.tree import EMPTY_ROOT, Growth, leaf_hash

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Tree"]


class Tree:
    """Grows the Merkle tree over a ledger's lines, and notes its root at the sizes asked for.

    Nothing is kept of it but its right edge, and so memory stays flat.

    Args:
        limit: how many lines are of interest; hashing those beyond would be for nothing.

    Attributes:
        roots: the roots, of the sizes asked for, that were reached so far.
    """

    def __init__(self, limit: int = sys.maxsize) -> None:
        self.roots: dict[int, bytes] = {}
        self._limit = limit
        self._wanted: set[int] = set()
        self._growth = Growth()

    def want(self, size: int) -> None:
        """Ask for the root at a size that is not reached yet."""
        if size == 0:
            self.roots[0] = EMPTY_ROOT
        self._wanted.add(size)

    def watch(self, pages: Iterable[bytes], first: int) -> Iterator[bytes]:
        """Give the same pages, and grow by each before it is hashed."""
        for page, text in enumerate(pages, first):
            if page * PAGE_EVENTS < self._limit:
                self._add(text)
            yield text

    def root(self) -> bytes:
        """Give the root over all lines so far."""
        return self._growth.root()

    def grown(self, tiles: Mapping[tuple[int, int], bytes]) -> None:
        """See the tiles that have changed; see :class:`evledger.tree.Growth`."""

    def reached(self, size: int, root: bytes, text: bytes) -> None:
        """See the root at a size that was asked for, and the page that holds its last line."""
        del text
        self.roots[size] = root

    def _add(self, text: bytes) -> None:
        if text.count(b"\n") > PAGE_EVENTS + 1:
            return  # far too many lines, as the page's own check says
        leaves = [leaf_hash(line.removesuffix(b"\n")) for line in page_lines(text)]
        start, end = self._growth.size, self._growth.size + len(leaves)
        for stop in range(start + 1, end + 1):
            if stop == end or stop in self._wanted:
                added = leaves[self._growth.size - start : stop - start]
                self.grown(self._growth.extend(added))
            if stop in self._wanted:
                self.reached(stop, self._growth.root(), text)
